import { type IToken, tokenMatcher } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { alignBindings, type PrintedLine } from './align.js'
import { readWords } from './lexical.js'
import { isTight } from './spacing.js'

const indentWidth = 2

/**
 * A file in the usual form: indentation by brackets, blanks between words, `=` of neighbouring bindings aligned, at
 * most one blank line in a row. Where lines break stays the author's choice, every comment stays, and the result has
 * the same tree; a second time changes nothing. Text with syntax errors is given back as it is: ask `parse` first.
 */
export function format(text: string): string {
  const lexed = t.lexer.tokenize(text)
  if (readWords(lexed.tokens, '').diagnostics.length > 0) return text
  const words = [...lexed.tokens.filter((token) => token.tokenType !== t.Newline), ...(lexed.groups.comments ?? [])]
  words.sort((a, b) => a.startOffset - b.startOffset)
  const lines = alignBindings(new Printer().print(words))
  return lines
    .map((line) => (line.text === '' ? '\n' : `${' '.repeat(line.indent * indentWidth)}${line.text}\n`))
    .join('')
}

const openers: ReadonlySet<string> = new Set(['(', '[', '{'])
const closers: ReadonlySet<string> = new Set([')', ']', '}'])

interface OpenBracket {
  readonly image: string
  /** Indentation of the line in which it stands: what it holds stands one deeper, however many that line opens. */
  readonly indent: number
}

class Printer {
  readonly #lines: PrintedLine[] = []
  readonly #open: OpenBracket[] = []
  #text = ''
  #indent = 0
  #equals: number | undefined
  #kind = ''
  /** Whether the line begins where bindings stand, not arguments. */
  #binds = true

  print(words: readonly IToken[]): readonly PrintedLine[] {
    let lastLine = 0
    for (const [index, word] of words.entries()) {
      const before = words[index - 1]
      const line = word.startLine ?? 0
      if (before === undefined || (line > lastLine && !joins(before, word))) {
        this.#flush()
        if (before !== undefined && line > lastLine + 1 && !openers.has(before.image) && !closers.has(word.image))
          this.#blank()
        this.#begin(word, words[index + 1])
      } else if (this.#text !== '' && !isTight(words, index)) this.#text += ' '
      this.#add(word)
      lastLine = word.endLine ?? line
    }
    this.#flush()
    return this.#lines
  }

  #begin(word: IToken, next: IToken | undefined): void {
    const top = this.#open.at(-1)
    const inner = top === undefined ? 0 : closers.has(word.image) ? top.indent : top.indent + 1
    this.#indent = inner + (word.tokenType === t.Pipe ? 1 : 0)
    this.#binds = top === undefined || top.image === '{'
    const isVary = word.tokenType === t.Vary && next?.tokenType !== t.Assign
    this.#kind = isVary ? 'vary' : 'binding'
  }

  #add(word: IToken): void {
    const isComment = word.tokenType === t.Comment
    if (
      this.#binds &&
      word.tokenType === t.Assign &&
      this.#equals === undefined &&
      /^(vary )?[\w.]+ $/.test(this.#text)
    )
      this.#equals = this.#text.length
    if (closers.has(word.image)) this.#open.pop()
    this.#text += isComment ? word.image.trimEnd() : word.image
    if (openers.has(word.image)) this.#open.push({ image: word.image, indent: this.#indent })
  }

  #flush(): void {
    if (this.#text === '') return
    this.#lines.push({
      text: this.#text,
      indent: this.#indent,
      kind: this.#kind,
      ...(this.#equals === undefined ? {} : { equals: this.#equals }),
    })
    this.#text = ''
    this.#equals = undefined
  }

  #blank(): void {
    if (this.#lines.at(-1)?.text !== '') this.#lines.push({ text: '', indent: 0, kind: '' })
  }
}

/** Words that stay on the line of what stands before them, wherever they were written. */
function joins(before: IToken, word: IToken): boolean {
  if (before.tokenType === t.Comment || word.tokenType === t.Comment) return false
  return word.tokenType === t.LeftBrace ? opensBody(before) : word.tokenType === t.Else && before.image === '}'
}

/** `pipeline p` and `{` on the next line. A record or the first item in a list may begin a line of its own. */
function opensBody(before: IToken): boolean {
  return tokenMatcher(before, t.Identifier) || before.image === ')' || before.tokenType === t.Else
}
