import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { intervals } from '../../src/components/training.js'
import { writeExampleData } from '../../src/data/example/write.js'
import type { RunEvent, StampedEvent } from '../../src/events/events.js'
import type { RunPlan } from '../../src/plan/run-plan.js'
import { emitSavedModel } from '../../src/targets/tensorflow/emit.js'
import { readCheckpoint } from '../../src/train/checkpoint/file.js'
import { evaluatePlan, hdmap, keepBest, metric, monitor, sgd, trainPlan, withDefaults } from '../support/components.js'
import { describeNative } from '../support/native.js'
import { compileSynthesis } from '../support/synthesis.js'
import { tinyBatch, tinyEvalBatch, tinyImage, tinyModule } from './support/tiny-module.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

describeNative('the engine process', () => {
  let directory: string
  /** Bundles stand where their packages are found. */
  const bundles = join(root, 'node_modules', '.cache', `draemc-engine-test-${process.pid}`)

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-engine-'))
    await writeExampleData('hdmap-example', join(directory, 'data'), { seed: 3, size: 0.2 })
    await build({
      absWorkingDir: root,
      entryPoints: { 'train/engine': 'src/train/engine.ts', 'data/worker': 'src/data/worker.ts' },
      outdir: bundles,
      bundle: true,
      splitting: true,
      packages: 'external',
      platform: 'node',
      target: 'node20',
      format: 'esm',
      logLevel: 'warning',
    })
  })
  afterAll(() => {
    rmSync(directory, { recursive: true, force: true })
    rmSync(bundles, { recursive: true, force: true })
  })

  const of = <Type extends RunEvent['type']>(events: readonly RunEvent[], type: Type) =>
    events.filter((event): event is Extract<RunEvent, { type: Type }> => event.type === type)

  function prepare(name: string, train: Partial<RunPlan['train']> = {}, dataRoot = join(directory, 'data')): string {
    const run = join(directory, name)
    mkdirSync(join(run, 'graph'), { recursive: true })
    const { bytes, functions, state } = emitSavedModel(tinyModule())
    const plan: RunPlan = {
      format: 2,
      name: 'tiny',
      hash: 'feed01',
      seed: 5,
      image: tinyImage,
      batch: tinyBatch,
      evalBatch: tinyEvalBatch,
      functions: functions as RunPlan['functions'],
      outputs: [
        { name: 'score', kind: 'value' },
        { name: 'anomaly_map', kind: 'map' },
      ],
      state,
      data: hdmap({ root: dataRoot, source: 'domain_A', targets: ['domain_B'], image: [31, 95], channels: 1 }),
      synthesis: compileSynthesis('additive(width = 16px .. 32px)', { height: 31, width: 95 }),
      train: trainPlan({
        optimizer: sgd({ lr: 0.5 }),
        epochs: 4,
        checkpoint: keepBest(monitor('auroc', 'score'), 2),
        ...train,
      }),
      evaluate: evaluatePlan({
        image: [metric('auroc', 'score')],
        pixel: [metric('average_precision', 'anomaly_map')],
      }),
      lossTerms: ['total'],
      lossWeights: [],
      origins: [],
      allows: [],
    }
    writeFileSync(join(run, 'graph', 'saved_model.pb'), bytes)
    writeFileSync(join(run, 'plan.json'), JSON.stringify(plan))
    return run
  }

  async function engine(
    args: readonly string[],
    onEvent: (event: RunEvent, child: ChildProcess) => void = () => undefined,
  ) {
    const events: RunEvent[] = []
    const child = fork(join(bundles, 'train', 'engine.js'), args, {
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1' },
    })
    child.on('message', (message: StampedEvent) => {
      events.push(message.event)
      onEvent(message.event, child)
    })
    const code = await new Promise<number | null>((resolve) => child.on('exit', resolve))
    return { code, events }
  }

  const bytesOf = (run: string, file: string) => readFileSync(join(run, file))

  test('trains on files, the same bits for the same seed, and leaves a whole run directory', async () => {
    const [first, second] = [prepare('first'), prepare('second')]
    const { code, events } = await engine([first])
    expect(code).toBe(0)
    expect((await engine([second])).code).toBe(0)
    const best = JSON.parse(readFileSync(join(first, 'checkpoints/best.json'), 'utf8')).file
    for (const file of ['predictions.csv', 'results.json', 'checkpoints/last.safetensors', best]) {
      expect(bytesOf(first, file).equals(bytesOf(second, file)), file).toBe(true)
    }

    expect(
      of(events, 'phase').flatMap(({ phase, milliseconds }) => (milliseconds === undefined ? [phase] : [])),
    ).toEqual([
      'scan_data',
      'load_engine',
      'initialise',
      'train',
      ...new Array(4).fill('validate'),
      'evaluate',
      'write',
    ])
    const [kernel] = readCheckpoint(
      join(first, 'checkpoints/last.safetensors'),
      emitSavedModel(tinyModule()).state,
    ).tensors()
    expect(kernel?.name).toBe('head.kernel')
    expect(kernel?.values[0]).not.toBe(Math.fround(0.1))
    expect(of(events, 'evaluation').map(({ domain, images }) => [domain, images])).toEqual([
      ['domain_A', 24],
      ['domain_B', 24],
    ])
    expect(of(events, 'run_finished')).toMatchObject([{ outcome: 'completed', steps: 16 }])
    expect(readdirSync(first).sort()).toEqual(
      [
        'checkpoints',
        'data.json',
        'data.sha256',
        'events.jsonl',
        'graph',
        'plan.json',
        'predictions.csv',
        'results.json',
        'results.sha256',
        'tensorboard',
      ].sort(),
    )
    const lines = readFileSync(join(first, 'events.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(events)
  })

  test('stopped by a message it leaves a checkpoint, and goes on to the bits of the uninterrupted run', async () => {
    // Long enough for a message that takes its time on a busy machine.
    const change = { epochs: 60, validate: withDefaults(intervals, 'every', { interval: { epoch: 20 } }) }
    const whole = prepare('whole', change)
    await engine([whole])
    const stopped = prepare('stopped', change)
    const { code, events } = await engine([stopped], (event, child) => {
      if (event.type === 'epoch_started' && event.epoch === 2) child.send('stop')
    })
    expect(code).toBe(130)
    const steps = of(events, 'run_finished')[0]?.steps as number
    expect(of(events, 'interrupting')).toEqual([{ type: 'interrupting', step: steps }])
    expect(steps).toBeGreaterThanOrEqual(4)
    expect(steps).toBeLessThan(240)
    expect(JSON.parse(readFileSync(join(stopped, 'results.json'), 'utf8'))).toMatchObject({ outcome: 'interrupted' })
    expect((await engine([stopped, '--resume'])).code).toBe(0)
    for (const file of ['predictions.csv', 'results.json', 'checkpoints/last.safetensors']) {
      expect(bytesOf(stopped, file).equals(bytesOf(whole, file)), file).toBe(true)
    }
  })

  test('ends at a step on SIGINT and when its parent is gone', async () => {
    const long = { epochs: 100_000, validate: withDefaults(intervals, 'every', { interval: { epoch: 50_000 } }) }
    const signalled = await engine([prepare('signalled', long)], (event, child) => {
      if (event.type === 'epoch_started' && event.epoch === 2) child.kill('SIGINT')
    })
    expect(signalled.code).toBe(130)
    expect(of(signalled.events, 'interrupting')).toHaveLength(1)

    const orphan = prepare('orphan', long)
    const { code } = await engine([orphan], (event, child) => {
      if (event.type === 'epoch_started' && event.epoch === 2) child.disconnect()
    })
    expect(code).toBe(130)
    expect(readFileSync(join(orphan, 'events.jsonl'), 'utf8')).toContain('"outcome":"interrupted"')
    expect(readdirSync(join(orphan, 'checkpoints'))).toEqual(['last.safetensors'])
  })

  test('a broken image is exit code 4, named, before the first step', async () => {
    const broken = join(directory, 'broken')
    await writeExampleData('hdmap-example', broken, { seed: 3, size: 0.1 })
    const [name] = readdirSync(join(broken, 'domain_A/train/good')).sort()
    writeFileSync(join(broken, 'domain_A/train/good', name as string), 'no image')
    const { code, events } = await engine([prepare('on-broken', {}, broken)])
    expect(code).toBe(4)
    expect(of(events, 'failed')).toMatchObject([{ exitCode: 4, message: expect.stringContaining(name as string) }])
    expect(of(events, 'phase').some(({ phase }) => phase === 'train')).toBe(false)
    expect(of(events, 'run_finished')).toMatchObject([{ outcome: 'failed', steps: 0 }])
  })

  test('stopped while the data is read it ends without a step', async () => {
    const { code, events } = await engine([prepare('early')], (event, child) => {
      if (event.type === 'phase' && event.phase === 'scan_data') child.send('stop')
    })
    expect(code).toBe(130)
    expect(of(events, 'interrupting')).toEqual([{ type: 'interrupting', step: 0 }])
    expect(of(events, 'step')).toEqual([])
    expect(of(events, 'run_finished')).toMatchObject([{ outcome: 'interrupted', steps: 0 }])
  })
})
