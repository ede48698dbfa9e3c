/** A half-open range of UTF-16 offsets in one source file. */
export interface Span {
  readonly file: FileId
  readonly start: number
  readonly end: number
}

/** Key of a file in the `SourceMap`: the path as shown to the user, or `--set` / `<std>` for text that is in no file. */
export type FileId = string

export function within(inner: Span, outer: Span): boolean {
  return inner.file === outer.file && inner.start >= outer.start && inner.end <= outer.end
}

export function spanning(first: Span, last: Span): Span {
  return { file: first.file, start: first.start, end: last.end }
}

/** The same tree with other spans: of what was read apart from the text that it stands in. */
export function mapSpans<T>(node: T, move: (span: Span) => Span): T {
  if (Array.isArray(node)) return node.map((item) => mapSpans(item, move)) as T
  if (node === null || typeof node !== 'object') return node
  if (isSpan(node)) return move(node) as T
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, mapSpans(value, move)])) as T
}

function isSpan(value: object): value is Span {
  return 'file' in value && 'start' in value && 'end' in value
}
