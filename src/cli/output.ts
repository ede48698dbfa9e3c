/** Data on stdout, talk on stderr. */
export function printData(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`)
}

export function printJson(value: unknown): void {
  printData(JSON.stringify(value, null, 2))
}

export function talk(text: string): void {
  process.stderr.write(text.endsWith('\n') ? text : `${text}\n`)
}

/** Colour only where a person reads it and has not said no (no-color.org). */
export function wantsColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}

/** Whether a stream takes the live view: a terminal, not in CI, colour not refused. */
export function wantsLiveView(stream: NodeJS.WriteStream): boolean {
  return wantsColour(stream) && !process.env.CI
}
