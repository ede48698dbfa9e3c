import { type IToken, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import type { Span } from '../source/span.js'
import { endOf } from './token.js'

/** What a syntax error takes away: the statement around it, which is recovered in part or left out. */
export interface Damage {
  readonly diagnostic: Diagnostic
  readonly extent: Span
  /** All names that stand in it: it may have bound or used them. */
  readonly names: ReadonlySet<string>
  /** It stands at the top of the file and holds a text, as an import does. */
  readonly mayImport: boolean
}

/**
 * The damage of each of `diagnostics`, by offset. `tokens` come from `layOut`: newlines and braces are what separates
 * statements. Of one line of a statement the first error counts, and so does it for the closer that it took the opener from.
 */
export function damageOf(
  diagnostics: readonly Diagnostic[],
  tokens: readonly IToken[],
  text: string,
): readonly Damage[] {
  const statements = diagnostics.length === 0 ? [] : statementsOf(tokens)
  const contents = new Map<readonly IToken[], Content>()
  const contentOf = (each: readonly IToken[]): Content => {
    const content = contents.get(each) ?? readContent(each)
    contents.set(each, content)
    return content
  }
  return diagnostics.map((diagnostic, place) => {
    const { file, start, end } = diagnostic.span
    const statement = statements[lastWhere(statements, (each) => each.start <= start)]
    const own = contentOf(statement?.tokens ?? [])
    const opened = diagnostic.code === codes.strayCloser.code ? openedBy(start, tokens, text) : undefined
    const before = diagnostics[place - 1]
    const since = Math.max(text.lastIndexOf('\n', start - 1) + 1, statement?.start ?? 0)
    const isRest =
      before !== undefined &&
      diagnostic.code !== codes.tooManyErrors.code &&
      before.span.start >= Math.min(since, opened?.[0]?.startOffset ?? since)
    const causes = isRest ? [...diagnostic.causes, before] : diagnostic.causes
    const lost = opened !== undefined && text[start] !== '}' ? contentOf(opened) : own
    return {
      diagnostic: { ...diagnostic, causes },
      extent: { file, start: Math.min(start, lost.start), end: Math.max(end, lost.end) },
      names: lost.names,
      mayImport: statement?.depth === 0 && own.holdsText,
    }
  })
}

const texts: ReadonlySet<unknown> = new Set([t.StringLiteral, t.UnclosedString, t.BarePath])

/** Read once a statement: one that no bracket closes may hold the rest of the file and all its mistakes. */
interface Content {
  readonly start: number
  readonly end: number
  readonly names: ReadonlySet<string>
  readonly holdsText: boolean
}

function readContent(tokens: readonly IToken[]): Content {
  const [first, last] = [tokens[0], tokens.at(-1)]
  return {
    start: first?.startOffset ?? Number.POSITIVE_INFINITY,
    end: last === undefined ? 0 : endOf(last),
    names: new Set(tokens.filter((token) => tokenMatcher(token, t.Identifier)).map(({ image }) => image)),
    holdsText: tokens.some(({ tokenType }) => texts.has(tokenType)),
  }
}

interface Statement {
  readonly tokens: IToken[]
  readonly start: number
  /** Braces around it. */
  readonly depth: number
}

/** What stands between newlines and braces; these belong to none. */
function statementsOf(tokens: readonly IToken[]): readonly Statement[] {
  let last: Statement = { tokens: [], start: 0, depth: 0 }
  const statements = [last]
  for (const token of tokens) {
    const by = token.tokenType === t.LeftBrace ? 1 : token.tokenType === t.RightBrace ? -1 : 0
    if (by === 0 && token.tokenType !== t.Newline) last.tokens.push(token)
    else {
      last = { tokens: [], start: token.startOffset + 1, depth: last.depth + by }
      statements.push(last)
    }
  }
  return statements
}

/** Index of the last of `items` (in which it holds for none after the first for which it does not) for which it holds. */
export function lastWhere<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let [low, high] = [-1, items.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const item = items[middle]
    if (item !== undefined && holds(item)) low = middle
    else high = middle - 1
  }
  return low
}

/** What a closer at the start of its line seems to end: all from the line before it that is indented as little. */
function openedBy(offset: number, tokens: readonly IToken[], text: string): readonly IToken[] | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  if (text.slice(lineStart, offset).trim() !== '') return undefined
  const end = lastWhere(tokens, ({ startOffset }) => startOffset <= offset)
  for (let at = end; at >= 0; at--) {
    const [token, before] = [tokens[at], tokens[at - 1]]
    const line = token?.startLine ?? 0
    const isFirst = (before?.startLine ?? 0) < line && token !== undefined && token.startOffset < lineStart
    if (isFirst && (token.startColumn ?? 1) - 1 <= offset - lineStart) return tokens.slice(at, end + 1)
  }
  return tokens.slice(0, end + 1)
}
