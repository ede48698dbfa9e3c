// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import { EOF, type IToken, type TokenType } from 'chevrotain'
import type {
  BlockParameter,
  Declaration,
  Expression,
  Identifier,
  Statement,
  TypeExpression,
} from '../src/syntax/ast.js'
import type { Builder } from '../src/syntax/builder.js'
import { ExpressionParser } from './expression-parser.js'
import type { Rule } from './recovering-parser.js'
import * as t from './tokens.js'

const ends: readonly TokenType[] = [t.Newline, t.Comma]

/**
 * The grammar of `.draem`, and the tree that is made of it. What else is made from it (EBNF, railroad page, completion)
 * reads its recorded rules.
 */
export class DraemParser extends ExpressionParser {
  constructor(skipValidations: boolean) {
    super(skipValidations)
    this.performSelfAnalysis()
  }

  // Declarations

  readonly source_file: Rule<readonly Declaration[]> = this.RULE('source_file', () => {
    const declarations: Declaration[] = []
    do {
      this.MANY(() => {
        this.OR([
          {
            ALT: () => {
              const read = this.SUBRULE(this.declaration)
              if (read !== undefined) declarations.push(read)
            },
          },
          { ALT: () => this.CONSUME(t.Newline) },
        ])
      })
    } while (this.skipStray('source_file', EOF))
    return declarations
  })

  readonly declaration: Rule<Declaration | undefined> = this.RULE('declaration', () =>
    this.attempt(
      'declaration',
      () =>
        this.OR<Declaration>([
          { ALT: () => this.SUBRULE(this.import_declaration) },
          { ALT: () => this.SUBRULE(this.enum_declaration) },
          { ALT: () => this.SUBRULE(this.type_declaration) },
          { ALT: () => this.SUBRULE(this.block_declaration) },
          { ALT: () => this.SUBRULE(this.pipeline_declaration) },
          { ALT: () => this.SUBRULE(this.study_declaration) },
        ]),
      [t.Newline],
    ),
  )

  readonly import_declaration: Rule<Declaration> = this.RULE('import_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Import)
    const path = this.tail(() => this.CONSUME(t.StringLiteral), [t.Newline])
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      const text =
        path === undefined
          ? ({ ...this.tree.missingName(span.end), kind: 'string', value: '' } as const)
          : this.tree.text(path)
      return { kind: 'import', path: text, span, ...this.tree.recovery(span) } as const
    })
  })

  readonly enum_declaration: Rule<Declaration> = this.RULE('enum_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Enum)
    const name = this.CONSUME(t.Identifier)
    this.CONSUME(t.LeftBrace)
    const values = this.items('enum_declaration', this.enum_value, t.RightBrace, this.separator)
    this.CONSUME(t.RightBrace)
    return this.ACTION(() => ({ kind: 'enum', ...this.#head(start, name), values, ...this.#recovery(start) }) as const)
  })

  readonly enum_value: Rule<Identifier> = this.RULE('enum_value', () => {
    const value = this.CONSUME(t.Identifier)
    return this.ACTION(() => this.tree.identifier(value))
  })

  readonly type_declaration: Rule<Declaration> = this.RULE('type_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Type)
    const name = this.CONSUME(t.Identifier)
    const type = this.tail(() => {
      this.CONSUME(t.Assign)
      return this.SUBRULE(this.type)
    }, [t.Newline])
    return this.ACTION(
      () =>
        ({
          kind: 'type',
          ...this.#head(start, name),
          type: type ?? this.tree.missingType(this.end()),
          ...this.#recovery(start),
        }) as const,
    )
  })

  readonly block_declaration: Rule<Declaration> = this.RULE('block_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Block)
    const parameters: BlockParameter[] = []
    const head: { name?: IToken; result?: TypeExpression } = {}
    this.attempt(
      'block_declaration',
      () => {
        head.name = this.CONSUME(t.Identifier)
        this.CONSUME(t.LeftParenthesis)
        this.items('block_parameter', this.block_parameter, t.RightParenthesis, undefined, parameters)
        this.CONSUME(t.RightParenthesis)
        this.OPTION3(() => {
          this.CONSUME(t.Arrow)
          if (this.#bodyAhead()) this.complain('type')
          else head.result = this.SUBRULE(this.type)
        })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    const recovery = this.ACTION(() => this.#headRecovery(start))
    const body = this.#body()
    return this.ACTION(
      () =>
        ({
          kind: 'block',
          ...this.#head(start, head.name),
          parameters,
          ...(head.result === undefined ? {} : { result: head.result }),
          body,
          ...recovery,
        }) as const,
    )
  })

  readonly block_parameter: Rule<BlockParameter> = this.RULE('block_parameter', () => {
    const start = this.start()
    const name = this.CONSUME(t.Identifier)
    const typed = this.attempt('block_parameter', () => this.#typed(), [t.Comma])
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      return { name: this.tree.identifier(name), ...(typed ?? this.#untyped()), span, ...this.tree.recovery(span) }
    })
  })

  readonly pipeline_declaration: Rule<Declaration> = this.RULE('pipeline_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Pipeline)
    const head: { name?: IToken; base?: IToken } = {}
    this.attempt(
      'pipeline_declaration',
      () => {
        head.name = this.CONSUME(t.Identifier)
        this.OPTION(() => {
          this.CONSUME(t.Extends)
          head.base = this.CONSUME2(t.Identifier)
        })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    const recovery = this.ACTION(() => this.#headRecovery(start))
    const items = this.#body()
    return this.ACTION(() => {
      const base = head.base === undefined ? {} : { base: this.tree.identifier(head.base) }
      return { kind: 'pipeline', ...this.#head(start, head.name), ...base, items, ...recovery } as const
    })
  })

  readonly study_declaration: Rule<Declaration> = this.RULE('study_declaration', () => {
    const start = this.start()
    this.CONSUME(t.Study)
    const head: { name?: IToken; of?: IToken } = {}
    this.attempt(
      'study_declaration',
      () => {
        head.name = this.CONSUME(t.Identifier)
        this.CONSUME(t.Of)
        head.of = this.CONSUME2(t.Identifier)
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    const recovery = this.ACTION(() => this.#headRecovery(start))
    const items = this.#body()
    return this.ACTION(() => {
      const of = this.tree.nameOf(head.of, this.end())
      return { kind: 'study', ...this.#head(start, head.name), of, items, ...recovery } as const
    })
  })

  // Statements

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
    return this.ACTION(() => ({ kind: 'section', ...this.#head(start, name), items }) as const)
  })

  readonly param_statement: Rule<Statement> = this.RULE('param_statement', () => {
    const start = this.start()
    this.CONSUME(t.Param)
    const name = this.CONSUME(t.Identifier)
    const typed = this.tail(() => this.#typed(), ends)
    return this.ACTION(() => ({ kind: 'param', ...this.#head(start, name), ...(typed ?? this.#untyped()) }) as const)
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

  // Reading

  /** Reads the tokens (from `layout`) of a file. Never throws on any tokens whose brackets are balanced. */
  readFile(tokens: readonly IToken[], tree: Builder) {
    return this.readBy(this.source_file, tokens, tree)
  }

  /** Reads the tokens of one expression. */
  readExpression(tokens: readonly IToken[], tree: Builder) {
    return this.readBy(this.single_expression, tokens, tree)
  }

  // Parts of rules

  #head(start: number, name: IToken | undefined) {
    return { ...this.#documented(start), name: this.tree.nameOf(name, this.end()) }
  }

  #documented(start: number) {
    const doc = this.tree.docs(start)
    return { span: this.spanFrom(start), ...(doc === undefined ? {} : { doc }) }
  }

  #recovery(start: number): { readonly recovered?: true } {
    return this.tree.recovery(this.spanFrom(start))
  }

  /** A mistake in the body does not make the declaration one: only its head counts, and that it has a body. */
  #headRecovery(start: number): { readonly recovered?: true } {
    return this.tree.recovery(this.spanFrom(start), this.LA(1).tokenType !== t.LeftBrace)
  }

  /** `: type` and perhaps `= value`. */
  #typed(): { readonly type: TypeExpression; readonly value?: Expression } {
    this.CONSUME(t.Colon)
    const type = this.SUBRULE(this.type)
    const value = this.OPTION(() => {
      this.CONSUME(t.Assign)
      return this.SUBRULE(this.expression)
    })
    return value === undefined ? { type } : { type, value }
  }

  #untyped(): { readonly type: TypeExpression } {
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

  /** A declaration whose head ends without a body was reported by the attempt at its head. */
  #body(): readonly Statement[] {
    return this.RECORDING_PHASE || this.LA(1).tokenType === t.LeftBrace ? this.SUBRULE(this.body) : []
  }

  /** After the arrow of a block's head: `{ x = ...` is the body, `{ x: ...` a record type. */
  #bodyAhead(): boolean {
    return !this.RECORDING_PHASE && this.LA(1).tokenType === t.LeftBrace && this.LA(3).tokenType !== t.Colon
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

/** One instance for the process: making one costs milliseconds, and it keeps no state between reads. */
export const parser = new DraemParser(true)
