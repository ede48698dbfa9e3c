// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import { EOF, type IToken } from 'chevrotain'
import type { BlockParameter, Declaration, Identifier, Statement, TypeExpression } from '../src/syntax/ast.js'
import type { Builder } from '../src/syntax/builder.js'
import type { Rule } from './recovering-parser.js'
import { StatementParser } from './statement-parser.js'
import * as t from './tokens.js'

/**
 * The grammar of `.draem`, and the tree that is made of it. What else is made from it (EBNF, railroad page, completion)
 * reads its recorded rules.
 */
export class DraemParser extends StatementParser {
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
    return this.ACTION(() => ({ kind: 'enum', ...this.named(start, name), values, ...this.#recovery(start) }) as const)
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
          ...this.named(start, name),
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
          ...this.named(start, head.name),
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
    const typed = this.attempt('block_parameter', () => this.typed(), [t.Comma])
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      const doc = this.tree.docs(start)
      const documented = doc === undefined ? {} : { doc }
      const read = { name: this.tree.identifier(name), ...(typed ?? this.untyped()), ...this.tree.recovery(span) }
      return { ...documented, ...read, span }
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
      return { kind: 'pipeline', ...this.named(start, head.name), ...base, items, ...recovery } as const
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
      return { kind: 'study', ...this.named(start, head.name), of, items, ...recovery } as const
    })
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

  #recovery(start: number): { readonly recovered?: true } {
    return this.tree.recovery(this.spanFrom(start))
  }

  /** A mistake in the body does not make the declaration one: only its head counts, and that it has a body. */
  #headRecovery(start: number): { readonly recovered?: true } {
    return this.tree.recovery(this.spanFrom(start), this.LA(1).tokenType !== t.LeftBrace)
  }

  /** A declaration whose head ends without a body was reported by the attempt at its head. */
  #body(): readonly Statement[] {
    return this.RECORDING_PHASE || this.LA(1).tokenType === t.LeftBrace ? this.SUBRULE(this.body) : []
  }

  /** After the arrow of a block's head: `{ x = ...` is the body, `{ x: ...` a record type. */
  #bodyAhead(): boolean {
    return !this.RECORDING_PHASE && this.LA(1).tokenType === t.LeftBrace && this.LA(3).tokenType !== t.Colon
  }
}

/** One instance for the process: making one costs milliseconds, and it keeps no state between reads. */
export const parser = new DraemParser(true)
