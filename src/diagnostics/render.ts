import type { SourceFile, SourceMap } from '../source/source-file.js'
import type { Span } from '../source/span.js'
import { visible } from '../source/visible.js'
import { sortDiagnostics } from './collector.js'
import type { Diagnostic, Severity } from './diagnostic.js'
import { type Cell, cellsOf } from './display-width.js'

export interface RenderOptions {
  readonly colour: boolean
  /** Cells that a line may take; a longer source line is shown around its span. */
  readonly width: number
}

type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'blue' | 'cyan'
const styleCodes: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '31',
  yellow: '33',
  blue: '34',
  cyan: '36',
}
const severityStyle: Readonly<Record<Severity, Style>> = { error: 'red', warning: 'yellow' }

/** Shown at most: what is wrong beyond these is rarely read before they are fixed. */
export const mostShown = 50

/**
 * The first diagnostics, sorted, with a frame of the source each, and how many more there are:
 *
 *     error[D020]: there is no block `sevent`
 *      --> quickstart.draem:4:18
 *       |
 *     4 |   severity = sevent(image)
 *       |              ^^^^^^ not known here
 *       = help: did you mean `sevnet`?
 *
 * Where not all are shown, errors go before warnings.
 */
export function render(diagnostics: readonly Diagnostic[], sources: SourceMap, options: RenderOptions): string {
  const sorted = sortDiagnostics(diagnostics, sources)
  const errors = sorted.filter(({ severity }) => severity === 'error')
  const first = new Set([...new Set([...errors, ...sorted])].slice(0, mostShown))
  const shown = sorted.filter((diagnostic) => first.has(diagnostic))
  const frames = shown.map((diagnostic) => new Frame(sources, options).render(diagnostic))
  return [...frames, ...(shown.length < sorted.length ? [moreOf(sorted, shown)] : [])].join('\n')
}

/** `... and 12 more errors and 3 more warnings; --json lists all` */
function moreOf(all: readonly Diagnostic[], shown: readonly Diagnostic[]): string {
  const count = (severity: Severity): string | undefined => {
    const [total, seen] = [all, shown].map((list) => list.filter((each) => each.severity === severity).length)
    const more = (total ?? 0) - (seen ?? 0)
    return more === 0 ? undefined : `${more} more ${severity}${more === 1 ? '' : 's'}`
  }
  const parts = [count('error'), count('warning')].filter((part) => part !== undefined)
  return `... and ${parts.join(' and ')}; \`--json\` lists all\n`
}

/** For goldens, logs and pipes: no colour, a fixed width. */
export function renderPlain(diagnostics: readonly Diagnostic[], sources: SourceMap): string {
  return render(diagnostics, sources, { colour: false, width: 120 })
}

class Frame {
  constructor(
    readonly sources: SourceMap,
    readonly options: RenderOptions,
  ) {}

  render(diagnostic: Diagnostic): string {
    const { severity, code, message, span, label, related, help } = diagnostic
    const style = severityStyle[severity]
    const spans = [span, ...related.map((other) => other.span)]
    const gutter = Math.max(...spans.map((each) => String(this.#position(each)?.line ?? 0).length))
    const lines = [`${this.#paint(`${severity}[${code}]`, style, 'bold')}${this.#paint(`: ${message}`, 'bold')}`]
    lines.push(...this.#frame(span, label ?? '', '-->', '^', style, gutter))
    for (const other of related) lines.push(...this.#frame(other.span, other.label, ':::', '-', 'blue', gutter))
    if (help !== undefined) {
      const indent = ' '.repeat(gutter + 1)
      const [first = '', ...more] = help.split('\n')
      lines.push(`${indent}${this.#paint('=', 'blue')} ${this.#paint('help:', 'cyan')} ${first}`)
      lines.push(...more.map((line) => `${indent}        ${line}`))
    }
    return `${lines.join('\n')}\n`
  }

  #frame(span: Span, label: string, arrow: string, mark: string, style: Style, gutter: number): readonly string[] {
    const indent = ' '.repeat(gutter)
    const place = `${indent}${this.#paint(arrow, 'blue')} ${visible(this.sources.describe(span))}`
    const file = this.sources.get(span.file)
    const position = this.#position(span)
    if (file === undefined || position === undefined) {
      return [label === '' ? place : `${place}: ${visible(label)}`]
    }
    const bar = this.#paint('|', 'blue')
    const { text, before, width } = this.#excerpt(file, span, position.line, gutter)
    const number = this.#paint(String(position.line).padStart(gutter), 'blue')
    const underline = this.#paint(`${mark.repeat(width)}${label === '' ? '' : ` ${visible(label)}`}`, style)
    return [place, `${indent} ${bar}`, `${number} ${bar} ${text}`, `${indent} ${bar} ${' '.repeat(before)}${underline}`]
  }

  /** The line (or what fits of it around the span), with the cells before the mark and under it. A span of many lines is marked to its first line's end. */
  #excerpt(file: SourceFile, span: Span, line: number, gutter: number) {
    const text = file.lineText(line).trimEnd()
    const room = Math.max(20, this.options.width - gutter - 3)
    // Of a line of a megabyte a few hundred characters are enough.
    const cut = Math.max(0, span.start - file.lineStart(line) - 2 * room)
    const cells = cellsOf(text.slice(cut, cut + 5 * room))
    const start = span.start - file.lineStart(line) - cut
    const end = Math.max(span.end - file.lineStart(line) - cut, start + 1)
    const [from, to] = fitting(cells, start, end, room)
    const shown = cells.slice(from, to)
    const head = cut + from > 0 ? '…' : ''
    const tail = cut + (shown.at(-1)?.end ?? 0) < text.length ? '…' : ''
    const before = widthOf(shown.filter((cell) => cell.end <= start)) + head.length
    const under = widthOf(shown.filter((cell) => cell.end > start && cell.offset < end))
    return { text: head + shown.map((cell) => cell.text).join('') + tail, before, width: Math.max(1, under) }
  }

  #position(span: Span) {
    return this.sources.get(span.file)?.position(span.start)
  }

  #paint(text: string, ...styles: readonly Style[]): string {
    if (!this.options.colour) return text
    return `\u001b[${styles.map((style) => styleCodes[style]).join(';')}m${text}\u001b[0m`
  }
}

function widthOf(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + cell.width, 0)
}

/** Indices of the cells to show so that they fit into `room` with the span's start a third from the left. */
function fitting(cells: readonly Cell[], start: number, end: number, room: number): readonly [number, number] {
  if (widthOf(cells) <= room) return [0, cells.length]
  const inner = room - 2
  const first = cells.findIndex((cell) => cell.end > start)
  let from = first < 0 ? cells.length : first
  const lead = Math.max(Math.floor(inner / 3), inner - (end - start) - Math.floor(inner / 3))
  for (let used = 0; from > 0; from--) {
    used += cells[from - 1]?.width ?? 1
    if (used > lead) break
  }
  let to = from
  for (let used = 0; to < cells.length; to++) {
    used += cells[to]?.width ?? 1
    if (used > inner) break
  }
  return [from, to]
}
