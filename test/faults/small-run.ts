import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { commandFile, draemc, temporaryDirectory } from '../support/draemc.js'

/** A pipeline of 114 parameters on a tenth of the example data: a run takes two to four seconds. */
const pipeline = `
pipeline small {
  param width: int = 4
  data = hdmap(
    root = "data", source = domain_A, targets = [domain_B], image = 32x96, channels = 1, range = [0, 1], batch = 4,
    validation = held_out(20%, faults = synthetic),
  )
  synthesis = additive(probability = 50%, width = 8px .. 16px, severity = 0.1 .. 2.0, patches = 1)
  model {
    hidden      = image |> conv2d(width, kernel = 3) |> relu
    logits      = hidden |> conv2d(2, kernel = 3)
    anomaly_map = softmax(logits)[anomaly]
    score       = image_max(anomaly_map)
  }
  loss {
    segmentation = focal(logits, fault_mask, gamma = 2)
    total        = segmentation
  }
  train {
    optimizer  = adam(lr = 1e-3)
    epochs     = 2
    checkpoint = keep_best(val.auroc(score), keep = 1)
  }
  evaluate {
    on    = [source.test, targets.test]
    image = [auroc(score)]
    pixel = [auroc(anomaly_map)]
  }
}
`

/** Trains until it is ended. */
export const endless = ['--set', 'train.epochs=1000000']

/** A folder with `small.draem` and its data, which goes after the test. */
export function smallProject(): string {
  const directory = temporaryDirectory()
  writeFileSync(join(directory, 'small.draem'), pipeline)
  expect(draemc(['data', 'hdmap-example', join(directory, 'data'), '--size', '0.1']).status).toBe(0)
  return directory
}

export interface Started {
  readonly child: ChildProcess
  /** What it wrote to its stderr so far, where that is a pipe. */
  readonly stderr: () => string
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals | null>
  /** Processes that it left, itself included, by their command lines. */
  alive(): readonly string[]
}

let tags = 0

/** Starts the built command; all processes that it starts carry a mark in their environment. */
export function start(
  args: readonly string[],
  options: { readonly cwd: string; readonly stdio?: StdioOptions; readonly env?: NodeJS.ProcessEnv },
): Started {
  tags += 1
  const tag = `${process.pid}-${tags}`
  const child = spawn(process.execPath, [commandFile, ...args], {
    cwd: options.cwd,
    stdio: options.stdio ?? ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...options.env, DRAEMC_TEST_TAG: tag },
  })
  let text = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
  })
  return {
    child,
    stderr: () => text,
    ended: new Promise((done) => child.on('close', (code, signal) => done(code ?? signal))),
    alive: () => marked(tag),
  }
}

function marked(tag: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const isMarked = readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`DRAEMC_TEST_TAG=${tag}\0`)
        const isDead = / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
        return isMarked && !isDead ? [readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')] : []
      } catch {
        // It ended meanwhile.
        return []
      }
    })
}

/** @returns how long it took. Fails after `milliseconds`. */
export async function until(what: () => boolean, milliseconds: number): Promise<number> {
  const begin = performance.now()
  while (!what()) {
    if (performance.now() - begin > milliseconds) throw new Error(`not within ${milliseconds} ms`)
    await pause(20)
  }
  return performance.now() - begin
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds))
}

/** The events of a run directory, none where there is none yet. */
export function eventsOf(directory: string): readonly { readonly type: string; readonly [field: string]: unknown }[] {
  const file = join(directory, 'events.jsonl')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  return lines.map((line) => JSON.parse(line).event)
}

/** Once a run has written such an event. */
export async function untilEvent(directory: string, type: string): Promise<void> {
  await until(() => eventsOf(directory).some((event) => event.type === type), 60_000)
}
