/**
 * What text from outside (names of files, domains, arguments) may do to whoever reads it: control characters move a terminal's cursor
 * and end lines, bidirectional ones turn what follows around, invisible ones hide.
 */
export const unsafe = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\p{Cs}]/gu
/** Colours, as draemc itself writes them. */
const colour = new RegExp(`(${'\u001b'}\\[[\\d;]*m)`)

/** In one line, as a literal of the language would have it: `a\nb`, `\u{1b}[2J`. */
export function visible(text: string): string {
  return text.replace(unsafe, escaped)
}

/** As `visible`, of a text that has lines and colours of its own: these stay. */
export function visibleLines(text: string): string {
  const parts = text.split(colour)
  return parts.map((part, index) => (index % 2 === 1 ? part : part.replace(unsafe, escapedWithin))).join('')
}

/** JSON in one line in which nothing is unsafe. */
export function jsonLine(value: unknown): string {
  return safeJson(JSON.stringify(value))
}

/** The same value: what may be unsafe in JSON stands in a string, where an escape means it too. */
export function safeJson(json: string): string {
  return json.replace(unsafe, (found) =>
    found === '\n' ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function escaped(found: string): string {
  if (found === '\n') return '\\n'
  if (found === '\t') return '\\t'
  if (found === '\r') return '\\r'
  return `\\u{${found.charCodeAt(0).toString(16)}}`
}

function escapedWithin(found: string): string {
  return found === '\n' || found === '\t' ? found : escaped(found)
}

/** As a shell takes it, to be typed or copied. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
