import type { FileId, Span } from './span.js'

/** A place in a file as people count: both from 1, columns in characters (code points, so an emoji is one). */
export interface Position {
  readonly line: number
  readonly column: number
}

/** One file's text with its line map. Lines end at `\n`, `\r\n` or `\r`. */
export class SourceFile {
  readonly #starts: readonly number[]
  /** Whether an offset may be in the middle of a character: only then columns are counted. */
  readonly #hasPairs: boolean

  constructor(
    readonly id: FileId,
    readonly text: string,
  ) {
    this.#starts = lineStarts(text)
    this.#hasPairs = /[\ud800-\udbff]/.test(text)
  }

  get lineCount(): number {
    return this.#starts.length
  }

  /** Offset (UTF-16, clamped into the text) to line and column. */
  position(offset: number): Position {
    const at = Math.max(0, Math.min(offset, this.text.length))
    const line = this.#lineIndex(at)
    const start = this.#start(line)
    const before = this.#hasPairs ? Array.from(this.text.slice(start, at)).length : at - start
    return { line: line + 1, column: before + 1 }
  }

  /** Text of a line (from 1) without its line end; empty for a line that is not there. */
  lineText(line: number): string {
    const start = this.#starts[line - 1]
    if (start === undefined) return ''
    const end = this.#starts[line] ?? this.text.length
    return this.text.slice(start, end).replace(/[\r\n]+$/, '')
  }

  /** Offset of the first character of a line (from 1). */
  lineStart(line: number): number {
    return this.#start(line - 1)
  }

  #start(index: number): number {
    return this.#starts[index] ?? this.text.length
  }

  /** Binary search: the last line that starts at or before `offset`. */
  #lineIndex(offset: number): number {
    let low = 0
    let high = this.#starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.#start(middle) <= offset) low = middle
      else high = middle - 1
    }
    return low
  }
}

function lineStarts(text: string): readonly number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const character = text.charCodeAt(i)
    if (character === 13 && text.charCodeAt(i + 1) === 10) continue
    if (character === 10 || character === 13) starts.push(i + 1)
  }
  return starts
}

/** The files of one compilation by their id. */
export class SourceMap {
  readonly #files = new Map<FileId, SourceFile>()

  /** `show`: how a file's id is written for people and programs; the id itself when left out. */
  constructor(readonly show: (id: FileId) => string = (id) => id) {}

  add(id: FileId, text: string): SourceFile {
    const file = new SourceFile(id, text)
    this.#files.set(id, file)
    return file
  }

  get(id: FileId): SourceFile | undefined {
    return this.#files.get(id)
  }

  get files(): readonly SourceFile[] {
    return [...this.#files.values()]
  }

  /** `quickstart.draem:12:5`; the id alone where the file is not known. */
  describe(span: Span): string {
    const position = this.get(span.file)?.position(span.start)
    const name = this.show(span.file)
    return position === undefined ? name : `${name}:${position.line}:${position.column}`
  }
}
