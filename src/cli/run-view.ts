import { relative } from 'node:path'
import type { EngineProcess } from '../driver/engine-process.js'
import type { StartedRun } from '../driver/run.js'
import type { StampedEvent } from '../events/events.js'
import { surroundingsMistakes } from '../native/surroundings.js'
import { shellWord } from '../source/visible.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { talk, wantsLiveView } from './output.js'
import { type LoadLiveView, openView } from './view.js'

export interface RunViewOptions {
  readonly plain?: true
  readonly json?: true
}

export function reportNoEngine(): ExitCode {
  talk('error: no native engine is installed\n  help: run `draemc engine install`; `draemc doctor` says what it needs')
  return exitCodes.failed
}

/** Until there is a run to end. Node takes this signal for a debugger; every other one ends the process by itself. */
export function listenEarly(): void {
  process.on('SIGUSR1', endEarly)
}

/** Listens, and reports what is wrong with the environment. False: no run can begin in it. */
export function canBegin(): boolean {
  listenEarly()
  const mistakes = surroundingsMistakes()
  for (const mistake of mistakes) talk(`error: ${mistake}`)
  return mistakes.length === 0
}

function endEarly(): void {
  process.exit(exitCodes.interrupted)
}

/** The signals that end runs, from now on to the end of the command: one behind the last event changes no exit code. */
export class EndRequests {
  #isAsked = false
  #process: EngineProcess | undefined

  constructor() {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const)
      process.on(signal, (given) => this.#ask(given))
    process.off('SIGUSR1', endEarly)
  }

  get isAsked(): boolean {
    return this.#isAsked
  }

  /** Whom they are passed on to. */
  passTo(engineProcess: EngineProcess): void {
    this.#process = engineProcess
  }

  #ask(signal: NodeJS.Signals): void {
    // A batch system may ask twice, by SIGUSR1 and then by SIGTERM: both times for an end in time.
    if (this.#isAsked && signal === 'SIGINT') this.#process?.kill()
    else this.#process?.stop()
    this.#isAsked = true
  }
}

/** Starts a run, shows it to its end, and passes on the signals that end it. */
export async function followRun(
  start: (onEvent: (event: StampedEvent) => void) => StartedRun | Promise<StartedRun>,
  options: RunViewOptions,
  loadLiveView: LoadLiveView,
  // Before there is a run directory: none is left without an end.
  requests = new EndRequests(),
): Promise<ExitCode> {
  const live = options.plain !== true && wantsLiveView(process.stderr)
  const view = await openView(options.json === true ? 'json' : live ? 'live' : 'plain', loadLiveView)
  let resumable: string | undefined
  try {
    if (requests.isAsked) return exitCodes.interrupted
    let failure = ''
    const { directory, process } = await start((stamped) => {
      if (stamped.event.type === 'failed') failure = stamped.event.code
      view.onEvent(stamped)
    })
    requests.passTo(process)
    const code = await process.ended
    if (code === exitCodes.interrupted || failuresOfSurroundings.includes(failure)) resumable = directory
    return code
  } finally {
    await view.close()
    if (resumable !== undefined) talk(`to go on: draemc run --resume ${shellWord(shownPath(resumable))}`)
  }
}

/** Codes of failures that the run would not meet again. */
const failuresOfSurroundings: readonly string[] = ['cannot-write', 'engine-ended']

/** From the working directory, where it is below that. */
export function shownPath(path: string): string {
  const local = relative(process.cwd(), path)
  return local === '' || local.startsWith('..') ? path : local
}
