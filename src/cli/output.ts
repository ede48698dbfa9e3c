import { writeSync } from 'node:fs'
import { describeSystemError } from '../files/system-error.js'
import { safeJson, visibleLines } from '../source/visible.js'
import { exitCodes } from './exit-codes.js'

/** What a command does when whoever reads its output has gone, or the disk that it goes to is full. */
export type LostOutput =
  /** The output is not what the command is for. */
  'go on' | 'fail'

export function onLostOutput(then: LostOutput): void {
  for (const [name, stream] of [
    ['standard output', process.stdout],
    ['standard error', process.stderr],
  ] as const) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (then === 'go on') return
      complain(`error: cannot write to ${name}: ${describeSystemError(error.code ?? 'unknown', error.message)}\n`)
      process.exit(exitCodes.failed)
    })
  }
}

function complain(line: string): void {
  try {
    writeSync(2, line)
  } catch {
    // It is stderr that is lost.
  }
}

/** Data on stdout, talk on stderr. */
export function printData(text: string): void {
  const shown = process.stdout.isTTY === true ? visibleLines(text) : text
  process.stdout.write(shown.endsWith('\n') ? shown : `${shown}\n`)
}

export function printJson(value: unknown): void {
  printData(safeJson(JSON.stringify(value, null, 2)))
}

export function talk(text: string): void {
  const shown = visibleLines(text)
  process.stderr.write(shown.endsWith('\n') ? shown : `${shown}\n`)
}

/** Colour only where a person reads it and has not said no (no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** Whether a stream takes the live view: a terminal, not in CI, colour not refused. */
export function wantsLiveView(stream: NodeJS.WriteStream): boolean {
  return wantsColour(stream) && !process.env.CI
}
