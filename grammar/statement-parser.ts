// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import type { IToken, TokenType } from 'chevrotain'
import type { Expression, Identifier, Statement, TypeExpression } from '../src/syntax/ast.js'
import { ExpressionParser } from './expression-parser.js'
import type { Rule } from './recovering-parser.js'
import * as t from './tokens.js'

const ends: readonly TokenType[] = [t.Newline, t.Comma]

/** What stands in the bodies of pipelines, studies, blocks and sections. */
export class StatementParser extends ExpressionParser {
  readonly body: Rule<readonly Statement[]> = this.RULE('body', () => {
    const statements = this.bracketed(t.LeftBrace, t.RightBrace, () =>
      this.items('body', this.statement, t.RightBrace, this.separator),
    )
    return this.ACTION(() => statements.flat())
  })

  /** One statement; of one that cannot be read the names that it seems to bind, so that they are not unknown elsewhere. */
  readonly statement: Rule<readonly Statement[]> = this.RULE('statement', () => {
    const start = this.start()
    const words = [this.LA(1), this.LA(2)]
    const read = this.attempt(
      'statement',
      () =>
        this.OR<Statement>({
          DEF: [
            { GATE: () => this.#bindingAhead(), ALT: () => this.SUBRULE(this.binding) },
            { GATE: () => this.#sectionAhead(), ALT: () => this.SUBRULE(this.section) },
            { ALT: () => this.SUBRULE(this.param_statement) },
            { ALT: () => this.SUBRULE(this.expect_statement) },
            { ALT: () => this.SUBRULE(this.allow_statement) },
            { ALT: () => this.SUBRULE(this.remove_statement) },
            { ALT: () => this.SUBRULE(this.vary_statement) },
            { ALT: () => this.SUBRULE(this.exclude_statement) },
            { ALT: () => this.SUBRULE(this.return_statement) },
          ],
          // One word decides, and the gates look further where it may be a name: so `return` without a value is still one.
          MAX_LOOKAHEAD: 1,
          // `expect = 1` binds a name that is also a word: the gates say which is meant.
          IGNORE_AMBIGUITIES: true,
        }),
      ends,
    )
    return this.ACTION(() => {
      if (read === undefined) return this.tree.leadingNames(words, this.spanFrom(start))
      return [read.kind === 'section' ? read : { ...read, ...this.tree.recovery(read.span) }]
    })
  })

  readonly binding: Rule<Statement> = this.RULE('binding', () => {
    const start = this.start()
    const path = this.SUBRULE(this.path)
    const value = this.#given()
    return this.ACTION(() => ({ kind: 'binding', ...this.#documented(start), path, value }) as const)
  })

  readonly path: Rule<readonly Identifier[]> = this.RULE('path', () => {
    const words = [this.CONSUME(t.Identifier)]
    this.MANY(() => {
      this.CONSUME(t.Dot)
      words.push(this.CONSUME2(t.Identifier))
    })
    return this.ACTION(() => words.map((word) => this.tree.identifier(word)))
  })

  readonly section: Rule<Statement> = this.RULE('section', () => {
    const start = this.start()
    const name = this.CONSUME(t.Identifier)
    const items = this.SUBRULE(this.body)
    return this.ACTION(() => ({ kind: 'section', ...this.named(start, name), items }) as const)
  })

  readonly param_statement: Rule<Statement> = this.RULE('param_statement', () => {
    const start = this.start()
    this.CONSUME(t.Param)
    const name = this.CONSUME(t.Identifier)
    const typed = this.tail(() => this.typed(), ends)
    return this.ACTION(() => ({ kind: 'param', ...this.named(start, name), ...(typed ?? this.untyped()) }) as const)
  })

  readonly expect_statement: Rule<Statement> = this.RULE('expect_statement', () => {
    const start = this.start()
    this.CONSUME(t.Expect)
    const condition = this.#value()
    return this.ACTION(() => ({ kind: 'expect', condition, span: this.spanFrom(start) }) as const)
  })

  readonly allow_statement: Rule<Statement> = this.RULE('allow_statement', () => {
    const start = this.start()
    this.CONSUME(t.Allow)
    const code = this.CONSUME(t.Identifier)
    const reason = this.tail(() => {
      this.CONSUME(t.Because)
      return this.CONSUME(t.StringLiteral)
    }, ends)
    return this.ACTION(() => {
      const text = reason === undefined ? {} : { reason: this.tree.text(reason) }
      return { kind: 'allow', code: this.tree.identifier(code), ...text, span: this.spanFrom(start) } as const
    })
  })

  readonly remove_statement: Rule<Statement> = this.RULE('remove_statement', () => {
    const start = this.start()
    this.CONSUME(t.Remove)
    const path = this.SUBRULE(this.path)
    return this.ACTION(() => ({ kind: 'remove', path, span: this.spanFrom(start) }) as const)
  })

  readonly vary_statement: Rule<Statement> = this.RULE('vary_statement', () => {
    const start = this.start()
    this.CONSUME(t.Vary)
    const path = this.SUBRULE(this.path)
    const value = this.#given()
    return this.ACTION(() => ({ kind: 'vary', path, value, span: this.spanFrom(start) }) as const)
  })

  readonly exclude_statement: Rule<Statement> = this.RULE('exclude_statement', () => {
    const start = this.start()
    this.CONSUME(t.Exclude)
    const condition = this.#value()
    return this.ACTION(() => ({ kind: 'exclude', condition, span: this.spanFrom(start) }) as const)
  })

  readonly return_statement: Rule<Statement> = this.RULE('return_statement', () => {
    const start = this.start()
    this.CONSUME(t.Return)
    const value = this.#value()
    return this.ACTION(() => ({ kind: 'return', value, span: this.spanFrom(start) }) as const)
  })

  // Parts of rules

  protected named(start: number, name: IToken | undefined) {
    return { ...this.#documented(start), name: this.tree.nameOf(name, this.end()) }
  }

  #documented(start: number) {
    const doc = this.tree.docs(start)
    return { span: this.spanFrom(start), ...(doc === undefined ? {} : { doc }) }
  }

  /** `: type` and perhaps `= value`. */
  protected typed(): { readonly type: TypeExpression; readonly value?: Expression } {
    this.CONSUME(t.Colon)
    const type = this.SUBRULE(this.type)
    const value = this.OPTION(() => {
      this.CONSUME(t.Assign)
      return this.SUBRULE(this.expression)
    })
    return value === undefined ? { type } : { type, value }
  }

  protected untyped(): { readonly type: TypeExpression } {
    return { type: this.tree.missingType(this.end()) }
  }

  /** `= value` at the end of a statement. */
  #given(): Expression {
    const at = this.end()
    const value = this.tail(() => {
      this.CONSUME(t.Assign)
      return this.SUBRULE(this.expression)
    }, ends)
    return this.ACTION(() => value ?? this.tree.missing(at))
  }

  #value(): Expression {
    const at = this.end()
    const value = this.tail(() => this.SUBRULE(this.expression), ends)
    return this.ACTION(() => value ?? this.tree.missing(at))
  }

  #bindingAhead(): boolean {
    const next = this.LA(2).tokenType
    return next === t.Assign || next === t.Dot
  }

  #sectionAhead(): boolean {
    const word = this.LA(1).tokenType
    if (word === t.Return || word === t.Expect || word === t.Exclude) return false
    return this.LA(2).tokenType === t.LeftBrace
  }
}
