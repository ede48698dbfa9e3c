import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { now } from '../events/clock.js'
import type { RunEvent, StampedEvent } from '../events/events.js'
import { appendLine } from '../files/append.js'
import type { DirectoryLock } from '../files/lock.js'
import { removeLeftovers } from '../files/replace.js'
import { explainSystemError } from '../files/system-error.js'
import type { EngineLocation } from '../native/locate.js'
import { bundledProgram } from '../native/package-root.js'
import { parentVariable } from '../native/parent.js'
import { jsonLine } from '../source/visible.js'
import { libraryEnvironment } from '../train/engine-binding.js'
import { eventsFile } from './run-directory.js'
import { watchForSilence } from './silence.js'

export interface EngineProcessOptions {
  readonly directory: string
  readonly engine: EngineLocation
  readonly onEvent: (event: StampedEvent) => void
  /** Of the directory: it is given back when the process has ended. */
  readonly lock: DirectoryLock
  /** Goes on from the last checkpoint of the directory. */
  readonly resume?: true
  /** Holds whatever the user's environment says. */
  readonly environment?: NodeJS.ProcessEnv
}

export interface EngineProcess {
  /** Exit code of the run, as its last event says it ended. */
  readonly ended: Promise<0 | 1 | 4 | 130>
  /** The step under way is finished, a checkpoint and the results so far are written. */
  stop(): void
  /** At once. */
  kill(): void
}

/**
 * What a process with the engine is started with. glibc reads its variables at the start only: left to itself it gives every
 * large buffer back to the system after each step and takes zeroed pages again, 5 % of a step at full width. In one arena
 * on huge pages a step has no page faults left, and convolutions miss fewer translations: another 4 %.
 */
export function engineEnvironment(directory: string): NodeJS.ProcessEnv {
  return {
    GLIBC_TUNABLES: 'glibc.malloc.hugetlb=1',
    MALLOC_ARENA_MAX: '1',
    MALLOC_MMAP_MAX_: '0',
    MALLOC_TRIM_THRESHOLD_: String(2 ** 34),
    ...libraryEnvironment,
    ...process.env,
    DRAEMC_ENGINE_DIR: directory,
    [parentVariable]: String(process.pid),
  }
}

/**
 * Starts the process that owns TensorFlow and the step. It is a process group of its own, so that the terminal's Ctrl-C
 * reaches the command alone and the two requests (end soon, end now) are told apart in one place.
 */
export function startEngineProcess(options: EngineProcessOptions): EngineProcess {
  const args = [options.directory, '--lock', options.lock.file, ...(options.resume ? ['--resume'] : [])]
  const child = fork(bundledProgram('train/engine.js'), args, {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    serialization: 'json',
    env: { ...engineEnvironment(options.engine.directory), ...options.environment },
  })
  let talk = ''
  const keep = (chunk: Buffer): void => {
    talk = (talk + chunk.toString('utf8')).slice(-8000)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)

  let stopping = false
  let killed = false
  const seen: Seen = { steps: 0, failureCode: 1, outcome: undefined }
  const silence = watchForSilence(child, (message) => report({ type: 'note', level: 'warning', message }))
  child.on('message', (message) => {
    if (!isStampedEvent(message)) return
    silence.heard()
    observe(seen, message.event)
    options.onEvent(message)
  })
  const report = (event: RunEvent): void => {
    const stamped: StampedEvent = { time: now(), event }
    observe(seen, event)
    options.onEvent(stamped)
    try {
      appendLine(eventsFile(options.directory), jsonLine(stamped))
    } catch {
      // The disk may be what ended the process: whoever watches knows it by now.
    }
  }
  const started = performance.now()
  const ended = new Promise<0 | 1 | 4 | 130>((done) => {
    child.on('error', (error) => {
      // A process that could not be started closes, too; a message that cannot be sent says no more than its end will.
      talk += explainSystemError(error) ?? error.message
    })
    child.on('close', (code, signal) => {
      silence.end()
      // Until it has left the terminal's group, in its first moment, Ctrl-C reaches the process itself.
      if ((stopping && signal !== null && interrupts.includes(signal)) || code === 130) killed = true
      if (killed) for (const folder of ['.', 'checkpoints']) removeLeftovers(join(options.directory, folder))
      if (!seen.outcome) reportSilentEnd({ report, killed, code, signal, talk, options, started, steps: seen.steps })
      options.lock.release()
      done(exitCodeOf(seen))
    })
  })
  return {
    ended,
    stop: () => {
      stopping = true
      // One that was stopped hears nothing until it goes on.
      child.kill('SIGCONT')
      send(child, 'stop')
    },
    kill: () => {
      killed = true
      child.kill('SIGKILL')
    },
  }
}

const interrupts: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1']

/** What the events so far say. */
interface Seen {
  /** The last that was reported. */
  steps: number
  failureCode: 1 | 4
  outcome: Extract<RunEvent, { type: 'run_finished' }>['outcome'] | undefined
}

function observe(seen: Seen, event: RunEvent): void {
  if (event.type === 'step') seen.steps = event.step
  if (event.type === 'failed') seen.failureCode = event.exitCode
  if (event.type === 'run_finished') seen.outcome = event.outcome
}

/** A signal that comes after the last event changes nothing: results and exit code say the same. */
function exitCodeOf({ outcome, failureCode }: Seen): 0 | 1 | 4 | 130 {
  switch (outcome) {
    case 'completed':
      return 0
    case 'interrupted':
      return 130
    case 'failed':
    case undefined:
      return failureCode
  }
}

interface SilentEnd {
  readonly report: (event: RunEvent) => void
  readonly killed: boolean
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly talk: string
  readonly options: EngineProcessOptions
  readonly started: number
  /** The last that was reported. */
  readonly steps: number
}

/** The process ended without its own last word: stopped from outside, or crashed. */
function reportSilentEnd(end: SilentEnd): void {
  if (!end.killed) {
    const how = end.signal ? `was ended by ${end.signal}` : `ended with status ${end.code}`
    const last = end.talk.trim().split('\n').slice(-6).join('\n')
    end.report({
      type: 'failed',
      exitCode: 1,
      code: 'engine-ended',
      message: `the engine process ${how}${last ? `; it last said:\n${last}` : ''}`,
      help:
        end.signal === 'SIGKILL'
          ? 'the system may have run out of memory: lower `batch`, or the widths of the model'
          : 'see `draemc doctor`; if it finds nothing, this is a bug of draemc',
    })
  }
  end.report({
    type: 'run_finished',
    outcome: end.killed ? 'interrupted' : 'failed',
    steps: end.steps,
    seconds: (performance.now() - end.started) / 1000,
    directory: end.options.directory,
  })
}

function send(child: ChildProcess, message: 'stop'): void {
  if (child.connected) child.send(message)
}

function isStampedEvent(message: unknown): message is StampedEvent {
  return typeof message === 'object' && message !== null && 'time' in message && 'event' in message
}
