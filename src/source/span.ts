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
