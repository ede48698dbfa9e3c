import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { syntaxDiagnostics } from '../../diagnostics/codes/syntax.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { SourceMap } from '../../source/source-file.js'

const syntaxCodes: ReadonlySet<string> = new Set(Object.values(syntaxDiagnostics).map(({ code }) => code))

/**
 * Leaves out what follows from a syntax error: mistakes within the torn statement, names that are missing elsewhere because it
 * would have bound them, and parts that are missing because it may hold them. Mistakes anywhere else in the file stay.
 */
export function withoutEchoes(diagnostics: readonly Diagnostic[], sources: SourceMap): readonly Diagnostic[] {
  const torn = new Map<string, Torn>()
  for (const { code, span } of diagnostics) {
    const text = sources.get(span.file)?.text
    if (!syntaxCodes.has(code) || text === undefined) continue
    const known = torn.get(span.file)
    const range = statementAround(code, span.start, text)
    const statement = text.slice(...range)
    torn.set(span.file, {
      ranges: [...(known?.ranges ?? []), range],
      names: new Set([...(known?.names ?? []), ...boundIn(statement), ...declaredIn(statement)]),
      words: new Set([...(known?.words ?? []), ...wordsIn(statement)]),
      hasImport: known?.hasImport === true || /\bimport\b|^\w+\s+"/m.test(statement),
    })
  }
  if (torn.size === 0) return diagnostics
  const own = diagnostics.filter((diagnostic) => {
    const found = torn.get(diagnostic.span.file)
    return found === undefined || syntaxCodes.has(diagnostic.code) || !isEcho(diagnostic, found, sources)
  })
  return own.filter((diagnostic, place) => {
    const before = own[place - 1]
    return before === undefined || !followsFrom(diagnostic, before, sources)
  })
}

/** Said of what nothing uses. */
const unusedCodes: ReadonlySet<string> = new Set([
  namesDiagnostics.unusedBinding.code,
  tensorsDiagnostics.deadHead.code,
  tensorsDiagnostics.unusedOutput.code,
])

/** Settings of an evaluation that say what is measured. */
const measuredIn = ['image', 'pixel', 'values', 'evaluate']

/** What the syntax errors of one file took away. */
interface Torn {
  readonly ranges: readonly (readonly [number, number])[]
  /** What the torn statements bind. */
  readonly names: ReadonlySet<string>
  /** All words of theirs: what they name may be used by them. */
  readonly words: ReadonlySet<string>
  readonly hasImport: boolean
}

/** Whether a syntax error is the rest of the one before it. */
function followsFrom(second: Diagnostic, first: Diagnostic, sources: SourceMap): boolean {
  const text = sources.get(second.span.file)?.text
  if (text === undefined || first.span.file !== second.span.file || !syntaxCodes.has(first.code)) return false
  const isSameLine = !text.slice(first.span.start, second.span.start).includes('\n')
  switch (second.code) {
    // A text that lacks its first quote has one too many at its end.
    case syntaxDiagnostics.unclosedText.code:
      return isSameLine
    // The operator that should not be there has nothing behind it either.
    case syntaxDiagnostics.missingValue.code:
      return isSameLine && first.code === syntaxDiagnostics.unexpected.code && second.span.start <= first.span.end
    // The bracket that it closes went with what is torn before it.
    case syntaxDiagnostics.strayCloser.code:
      return !isSameLine && statementAround(second.code, second.span.start, text)[0] <= first.span.start
    default:
      return false
  }
}

function isEcho(
  { code, span, message }: Diagnostic,
  { ranges, names, words, hasImport }: Torn,
  sources: SourceMap,
): boolean {
  if (ranges.some(([start, end]) => start <= span.start && span.start < end)) return true
  if (code === namesDiagnostics.missingPart.code) return true
  if (code === namesDiagnostics.unknownName.code && hasImport) return true
  if (code === trainingDiagnostics.monitorNotProduced.code && measuredIn.some((name) => names.has(name))) return true
  const text = sources.get(span.file)?.text.slice(span.start, span.end) ?? ''
  if (unusedCodes.has(code) && words.has(text)) return true
  if (code === namesDiagnostics.unknownPath.code && names.has(text.split('.').at(-1) ?? text)) return true
  return names.has(text) || [...message.matchAll(/`([^`]+)`/g)].some(([, name = '']) => names.has(name))
}

/**
 * The line of the error. A closer at the start of its line ends a statement that began where a line was last indented as little,
 * and an opener at the end of its line begins one that goes on while lines are indented more.
 */
function statementAround(code: string, offset: number, text: string): readonly [number, number] {
  let start = lineStart(text, offset)
  let end = lineEnd(text, offset)
  const indent = indentOf(text, start)
  if (/^\s*[)\]}]/.test(text.slice(start, end))) {
    for (let line = start; line > 0; ) {
      line = lineStart(text, line - 1)
      if (isBlank(text, line)) continue
      start = line
      if (indentOf(text, line) <= indent) break
    }
  }
  const opens = code === syntaxDiagnostics.unclosed.code && /[([]\s*$/.test(text.slice(start, end))
  for (let next = end; opens && next < text.length; next = lineEnd(text, next)) {
    if (!isBlank(text, next) && indentOf(text, next) <= indent) break
    end = lineEnd(text, next)
  }
  return [start, end]
}

function lineStart(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1
}

/** After the newline. */
function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf('\n', offset)
  return newline < 0 ? text.length + 1 : newline + 1
}

function indentOf(text: string, start: number): number {
  return /^[ \t]*/.exec(text.slice(start, start + 200))?.[0].length ?? 0
}

function isBlank(text: string, start: number): boolean {
  return text.slice(start, lineEnd(text, start)).trim() === ''
}

/** `name =`, `name:` and `name {`. */
function boundIn(text: string): readonly string[] {
  return [...text.matchAll(/([A-Za-z_]\w*)\s*(?:=(?!=)|:|\{)/g)].map(([, name = '']) => name)
}

/** The second word of a line that stands at the top of the file: what it declares, if its first word is the torn one too. */
function declaredIn(text: string): readonly string[] {
  return [...text.matchAll(/^[A-Za-z_]\w*[ \t]+([A-Za-z_]\w*)/gm)].map(([, name = '']) => name)
}

function wordsIn(text: string): readonly string[] {
  return text.replace(/\/\/.*/g, '').match(/[A-Za-z_]\w*/g) ?? []
}
