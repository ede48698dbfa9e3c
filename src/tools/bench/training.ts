import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { TrainBatch } from '../../data/contract.js'
import { writeExampleData } from '../../data/example/write.js'
import { openData } from '../../data/open.js'
import { invariant } from '../../diagnostics/invariant.js'
import { packageRoot } from '../../native/package-root.js'
import { own } from '../../source/own.js'
import { type EngineBinding, loadEngine } from '../../train/engine-binding.js'
import { Schedule } from '../../train/schedule.js'
import { openSession } from '../../train/session.js'
import { trainStep } from '../../train/train-step.js'
import { compileBench } from './compiled.js'
import { inTemporaryDirectory, keepEnd } from './support.js'

export interface TrainingResult {
  /** Why there are no terms. */
  readonly reason?: string
  readonly steps: number
  readonly seeds: number
  /** Steps at the end that a run's final loss is the mean of. */
  readonly last: number
  readonly terms: readonly TermResult[]
}

/** A loss term at the end of training: means over the seeds. */
export interface TermResult {
  readonly name: string
  readonly draemc: number
  readonly pytorch: number
  /** Standard error of the mean difference between the two runs of a seed, which see the same batches. */
  readonly standardError: number
  /** By seed: [draemc, PyTorch]. */
  readonly runs: readonly (readonly [number, number])[]
}

type Losses = Readonly<Record<string, number>>

const seeds = 8
const steps = 800
const last = 100
const side = 64
const batch = 8
const widths = [16, 8] as const
const learningRate = 1e-3

/**
 * Trains the same small pipeline in draemc and in PyTorch, each with initial weights of its own and both on the batches that draemc's
 * data path makes of a seed: PyTorch reads them from its stdin.
 */
export async function measureTraining(directory: string): Promise<TrainingResult> {
  const about = { steps, seeds, last }
  if (spawnSync('python3', ['-c', 'import torch']).status !== 0)
    return { ...about, reason: 'PyTorch is not installed for python3', terms: [] }
  const data = mkdtempSync(join(tmpdir(), 'draemc-bench-training-'))
  try {
    await writeExampleData('hdmap-example', data, { seed: 1, size: 1 })
    // The two steps of a batch run side by side, a thread each.
    process.env.TF_NUM_INTRAOP_THREADS = '1'
    const engine = loadEngine(directory)
    const runs: TrainedPair[] = []
    for (let seed = 1; seed <= seeds; seed++) {
      runs.push(await trainPair(engine, data, seed))
      process.stderr.write(`  seed ${seed} of ${seeds}\n`)
    }
    const names = Object.keys(runs[0]?.draemc ?? {})
    return { ...about, terms: names.map((name) => termResult(name, runs)) }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** Final losses of the two runs of a seed. */
interface TrainedPair {
  readonly draemc: Losses
  readonly pytorch: Losses
}

async function trainPair(engine: EngineBinding, root: string, seed: number): Promise<TrainedPair> {
  const set = {
    reconstructive_width: widths[0],
    discriminative_width: widths[1],
    seed,
    'data.root': JSON.stringify(root),
    'data.image': `${side}x${side}`,
    'data.batch': batch,
    'train.optimizer.lr': learningRate,
  }
  const { graph, plan } = compileBench({ file: 'draem_sevnet.draem', set }, { lookAtDisk: true }).artefacts
  invariant(graph && plan, 'the bench compiles as far as the plan')
  const session = inTemporaryDirectory(graph.files, (directory) => openSession(directory, plan, engine))
  const data = await openData(plan, { workers: 0 })
  const batches = data.train(0)
  const schedule = new Schedule(plan.train, data.stepsPerEpoch, 0)
  const torch = new TorchRun(seed)
  const [draemc, pytorch]: [Losses[], Losses[]] = [[], []]
  try {
    session.run('init', {})
    for (let step = 1; step <= steps; step++) {
      const made = await batches.next()
      const theirs = torch.step(made)
      draemc.push(trainStep({ plan, runner: session }, 'train_step', made, { ...schedule.next() }))
      pytorch.push(await theirs)
    }
  } finally {
    torch.close()
    await batches.close()
    await data.close()
    session.close()
  }
  return { draemc: finalLosses(draemc), pytorch: finalLosses(pytorch) }
}

/** `bench/pytorch_training.py`: a batch in, the losses of its step out. */
class TorchRun {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #end: () => string

  constructor(seed: number) {
    const script = join(packageRoot(), 'bench', 'pytorch_training.py')
    const options = { seed, side, batch, widths: widths.join(','), lr: learningRate }
    const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    this.#child = spawn('python3', [script, ...args], { stdio: ['pipe', 'pipe', 'pipe'] })
    this.#end = keepEnd(this.#child)
    const { stdout, stdin } = this.#child
    invariant(stdout && stdin, 'the channels are pipes')
    // What ends it early is in its stderr, which the missing line reports.
    stdin.on('error', () => undefined)
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]()
  }

  async step({ image, clean, faultMask, faultSeverity }: TrainBatch): Promise<Losses> {
    for (const values of [image, clean, faultMask, faultSeverity]) {
      // A copy: the ring's memory is given back before the pipe has taken it.
      this.#child.stdin?.write(Buffer.copyBytesFrom(values))
    }
    const { value, done } = await this.#lines.next()
    if (done === true) throw new Error(`bench/pytorch_training.py ended:\n${this.#end()}`)
    return JSON.parse(value)
  }

  close(): void {
    this.#child.stdin?.end()
  }
}

function finalLosses(all: readonly Losses[]): Losses {
  const end = all.slice(-last)
  return Object.fromEntries(
    Object.keys(end[0] ?? {}).map((name) => [name, mean(end.map((losses) => own(losses, name) ?? Number.NaN))]),
  )
}

function termResult(name: string, pairs: readonly TrainedPair[]): TermResult {
  const runs = pairs.map(
    ({ draemc, pytorch }) => [own(draemc, name) ?? Number.NaN, own(pytorch, name) ?? Number.NaN] as const,
  )
  const differences = runs.map(([ours, theirs]) => ours - theirs)
  return {
    name,
    draemc: mean(runs.map(([ours]) => ours)),
    pytorch: mean(runs.map(([, theirs]) => theirs)),
    standardError: deviation(differences) / Math.sqrt(differences.length),
    runs,
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Of a sample: over n - 1. */
function deviation(values: readonly number[]): number {
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}
