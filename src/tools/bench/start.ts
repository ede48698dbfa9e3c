import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { StampedEvent } from '../../events/events.js'
import { packageRoot } from '../../native/package-root.js'
import { median } from './support.js'

export interface StartResult {
  /** Milliseconds from `npm start` until training begins: medians of starts where nothing is to be set up. */
  readonly begins: number
  /** Until the first step is done. */
  readonly firstStep: number
}

const rounds = 5

/** `npm start` as a user types it, once to set up what is missing and then again, each ended after its first step. */
export async function measureStart(): Promise<StartResult> {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-bench-start-'))
  try {
    await start(join(directory, 'set-up'))
    const starts: StartResult[] = []
    for (let round = 0; round < rounds; round++) starts.push(await start(join(directory, `${round}`)))
    return {
      begins: median(starts.map(({ begins }) => begins)),
      firstStep: median(starts.map(({ firstStep }) => firstStep)),
    }
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function start(out: string): Promise<StartResult> {
  const started = Date.now()
  const child = spawn('npm', ['start', '--silent', '--', '--out', out, '--json'], {
    cwd: packageRoot(),
    // A group of its own, so that the interrupt reaches draemc as from a terminal.
    detached: true,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const ended = new Promise((resolve) => child.on('close', resolve))
  let begins: number | undefined
  let firstStep: number | undefined
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith('{')) continue
    const { time, event } = JSON.parse(line) as StampedEvent
    if (event.type === 'epoch_started') begins ??= time - started
    if (event.type !== 'step') continue
    firstStep = time - started
    break
  }
  if (child.pid !== undefined) {
    process.kill(-child.pid, 'SIGINT')
    process.kill(-child.pid, 'SIGINT')
  }
  child.stdout.resume()
  await ended
  if (begins === undefined || firstStep === undefined) throw new Error('`npm start` ended before its first step')
  return { begins, firstStep }
}
