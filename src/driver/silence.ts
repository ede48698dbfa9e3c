import type { ChildProcess } from 'node:child_process'
import { readRegularFileSync } from '../files/read-regular.js'

const tickMilliseconds = 1000
/** A process that was stopped is named after so long. */
const stoppedMilliseconds = 10_000
/** Every other one after this, and after several times its longest silence so far: a step of a large model takes a while. */
const quietMilliseconds = 60_000
const patience = 5

export interface SilenceWatch {
  heard(): void
  end(): void
}

/** Says once a silence that a process has not been heard of for long, and what the system knows of it. */
export function watchForSilence(child: ChildProcess, say: (message: string) => void): SilenceWatch {
  let last = performance.now()
  let longest = 0
  let ticked = last
  let isSaid = false
  const hear = (): void => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
    isSaid = false
  }
  const timer = setInterval(() => {
    const now = performance.now()
    // This process was stopped itself, or the machine slept: what it missed is still to be read.
    if (now - ticked > 3 * tickMilliseconds) last = now
    ticked = now
    const silent = now - last
    if (isSaid || silent < stoppedMilliseconds) return
    const state = stateOf(child.pid)
    if (!isStopped(state) && silent < Math.max(quietMilliseconds, patience * longest)) return
    isSaid = true
    say(
      `the engine process (${child.pid}) has said nothing for ${Math.round(silent / 1000)} s: ${inWords(state, child)}`,
    )
  }, tickMilliseconds)
  timer.unref()
  return { heard: hear, end: () => clearInterval(timer) }
}

function isStopped(state: string | undefined): boolean {
  return state === 'T' || state === 't'
}

function inWords(state: string | undefined, { pid }: ChildProcess): string {
  switch (state) {
    case 'T':
      return `it was stopped by a signal; \`kill -CONT ${pid}\` lets it go on`
    case 't':
      return 'a debugger holds it'
    case 'D':
      return 'it waits for a disk or a network file system'
    case 'R':
      return 'it is computing'
    default:
      return 'it is waiting'
  }
}

/** The letter that the system has for what a process does (proc(5)); undefined where there is no telling. */
function stateOf(pid: number | undefined): string | undefined {
  const status = readRegularFileSync(`/proc/${pid}/stat`, 4096)
  if (status.kind !== 'read') return undefined
  // After the name, which may hold anything.
  return /\) (\w)[^)]*$/.exec(status.bytes.toString('latin1'))?.[1]
}
