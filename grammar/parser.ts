// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import { EOF, type IToken } from 'chevrotain'
import { ExpressionParser } from './expression-parser.js'
import * as t from './tokens.js'

/**
 * The grammar of `.draem`. Everything that is made from it (EBNF, railroad page, completion) reads its recorded rules.
 */
export class DraemParser extends ExpressionParser {
  constructor(skipValidations: boolean) {
    super(skipValidations)
    this.performSelfAnalysis()
  }

  // Declarations

  readonly source_file = this.RULE('source_file', () => {
    do {
      this.MANY(() => {
        this.OR([{ ALT: () => this.SUBRULE(this.declaration) }, { ALT: () => this.CONSUME(t.Newline) }])
      })
    } while (this.skipStray('source_file', EOF))
  })

  readonly declaration = this.RULE('declaration', () => {
    this.attempt(
      'declaration',
      () =>
        this.OR([
          { ALT: () => this.SUBRULE(this.import_declaration) },
          { ALT: () => this.SUBRULE(this.enum_declaration) },
          { ALT: () => this.SUBRULE(this.type_declaration) },
          { ALT: () => this.SUBRULE(this.block_declaration) },
          { ALT: () => this.SUBRULE(this.pipeline_declaration) },
          { ALT: () => this.SUBRULE(this.study_declaration) },
        ]),
      [t.Newline],
    )
  })

  readonly import_declaration = this.RULE('import_declaration', () => {
    this.CONSUME(t.Import)
    this.tail(() => this.CONSUME(t.StringLiteral), [t.Newline])
  })

  readonly enum_declaration = this.RULE('enum_declaration', () => {
    this.CONSUME(t.Enum)
    this.CONSUME(t.Identifier)
    this.CONSUME(t.LeftBrace)
    do {
      this.OPTION(() => this.CONSUME2(t.Identifier, { LABEL: 'value' }))
      this.MANY(() => {
        this.SUBRULE(this.separator)
        this.OPTION2(() => this.CONSUME3(t.Identifier, { LABEL: 'value' }))
      })
    } while (this.skipStray('enum_declaration', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly type_declaration = this.RULE('type_declaration', () => {
    this.CONSUME(t.Type)
    this.CONSUME(t.Identifier)
    this.tail(() => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.type)
    }, [t.Newline])
  })

  readonly block_declaration = this.RULE('block_declaration', () => {
    this.CONSUME(t.Block)
    this.attempt(
      'block_declaration',
      () => {
        this.CONSUME(t.Identifier)
        this.CONSUME(t.LeftParenthesis)
        do {
          this.OPTION(() => this.SUBRULE(this.block_parameter))
          this.MANY(() => {
            this.refuseHole()
            this.CONSUME(t.Comma)
            this.OPTION2(() => this.SUBRULE2(this.block_parameter))
          })
        } while (this.skipStray('block_parameter', t.RightParenthesis))
        this.CONSUME(t.RightParenthesis)
        this.OPTION3(() => {
          this.CONSUME(t.Arrow)
          if (this.#bodyAhead()) this.complain('type')
          else this.SUBRULE(this.type)
        })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    this.#body()
  })

  readonly block_parameter = this.RULE('block_parameter', () => {
    this.CONSUME(t.Identifier)
    this.attempt('block_parameter', () => {
      this.CONSUME(t.Colon)
      this.SUBRULE(this.type)
      this.OPTION(() => {
        this.CONSUME(t.Assign)
        this.SUBRULE(this.expression)
      })
    }, [t.Comma])
  })

  readonly pipeline_declaration = this.RULE('pipeline_declaration', () => {
    this.CONSUME(t.Pipeline)
    this.attempt(
      'pipeline_declaration',
      () => {
        this.CONSUME(t.Identifier)
        this.OPTION(() => {
          this.CONSUME(t.Extends)
          this.CONSUME2(t.Identifier, { LABEL: 'base' })
        })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    this.#body()
  })

  readonly study_declaration = this.RULE('study_declaration', () => {
    this.CONSUME(t.Study)
    this.attempt(
      'study_declaration',
      () => {
        this.CONSUME(t.Identifier)
        this.CONSUME(t.Of)
        this.CONSUME2(t.Identifier, { LABEL: 'base' })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    this.#body()
  })

  // Statements

  readonly body = this.RULE('body', () => {
    this.bracketed(
      () => this.body(),
      t.LeftBrace,
      t.RightBrace,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.statement))
          this.MANY(() => {
            this.SUBRULE(this.separator)
            this.OPTION2(() => this.SUBRULE2(this.statement))
          })
        } while (this.skipStray('body', t.RightBrace))
      },
    )
  })

  readonly statement = this.RULE('statement', () => {
    this.attempt(
      'statement',
      () =>
        this.OR({
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
      [t.Newline, t.Comma],
    )
  })

  readonly binding = this.RULE('binding', () => {
    this.SUBRULE(this.path)
    this.tail(() => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })

  readonly path = this.RULE('path', () => {
    this.CONSUME(t.Identifier)
    this.MANY(() => {
      this.CONSUME(t.Dot)
      this.CONSUME2(t.Identifier)
    })
  })

  readonly section = this.RULE('section', () => {
    this.CONSUME(t.Identifier)
    this.SUBRULE(this.body)
  })

  readonly param_statement = this.RULE('param_statement', () => {
    this.CONSUME(t.Param)
    this.CONSUME(t.Identifier)
    this.tail(() => {
      this.CONSUME(t.Colon)
      this.SUBRULE(this.type)
      this.OPTION(() => {
        this.CONSUME(t.Assign)
        this.SUBRULE(this.expression)
      })
    }, [t.Newline, t.Comma])
  })

  readonly expect_statement = this.RULE('expect_statement', () => {
    this.CONSUME(t.Expect)
    this.tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  readonly allow_statement = this.RULE('allow_statement', () => {
    this.CONSUME(t.Allow)
    this.CONSUME(t.Identifier)
    this.tail(() => {
      this.CONSUME(t.Because)
      this.CONSUME(t.StringLiteral)
    }, [t.Newline, t.Comma])
  })

  readonly remove_statement = this.RULE('remove_statement', () => {
    this.CONSUME(t.Remove)
    this.SUBRULE(this.path)
  })

  readonly vary_statement = this.RULE('vary_statement', () => {
    this.CONSUME(t.Vary)
    this.SUBRULE(this.path)
    this.tail(() => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })

  readonly exclude_statement = this.RULE('exclude_statement', () => {
    this.CONSUME(t.Exclude)
    this.tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  readonly return_statement = this.RULE('return_statement', () => {
    this.CONSUME(t.Return)
    this.tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  // Reading

  /** Reads `tokens` (from `layout`) by one rule. Never throws on any tokens whose brackets are balanced. */
  read(rule: 'source_file' | 'single_expression', tokens: IToken[]) {
    return this.readBy(() => (rule === 'source_file' ? this.source_file() : this.single_expression()), tokens)
  }

  // What stands ahead

  /** A declaration whose head ends without a body was reported by the attempt at its head. */
  #body(): void {
    if (this.RECORDING_PHASE || this.LA(1).tokenType === t.LeftBrace) this.SUBRULE(this.body)
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
