import {
  CstParser,
  defaultParserErrorProvider,
  EOF,
  type IParserErrorMessageProvider,
  type IToken,
  isRecognitionException,
  type TokenType,
  tokenLabel,
  tokenMatcher,
} from 'chevrotain'
import * as t from './tokens.js'

/** Where the parser met something that it did not expect. Turned into a diagnostic by `src/syntax/messages.ts`. */
export interface SyntaxProblem {
  /** The rule that was being read. */
  readonly rule: string
  /** The token that was found. */
  readonly found: IToken
  /** The token before it; undefined at the start of the file. */
  readonly previous: IToken | undefined
  /** In words, the one token that would have been right; undefined where several would. */
  readonly expected?: string
}

const openers: ReadonlySet<TokenType> = new Set([t.LeftParenthesis, t.LeftBracket, t.LeftBrace])
const closers: ReadonlySet<TokenType> = new Set([t.RightParenthesis, t.RightBracket, t.RightBrace])
const valueStarts: readonly TokenType[] = [
  t.Identifier,
  t.NumberLiteral,
  t.SizeLiteral,
  t.StringLiteral,
  t.True,
  t.False,
]
/** Binary operators from the loosest to the tightest; those of one row are read from the left. Pipes are looser than all. */
export const operatorPrecedence: readonly (readonly TokenType[])[] = [
  [t.Or],
  [t.And],
  [t.Equal, t.NotEqual, t.Less, t.LessEqual, t.Greater, t.GreaterEqual],
  [t.DotDot],
  [t.Plus, t.Minus],
  [t.Star, t.Slash],
]

/** Chevrotain's errors carry what was expected in their message alone: here it is the token's name and nothing else. */
const wording: IParserErrorMessageProvider = {
  ...defaultParserErrorProvider,
  buildMismatchTokenMessage: ({ expected }) => tokenLabel(expected),
}

/**
 * The grammar of `.draem`. Everything that is made from it (EBNF, railroad page, completion) reads its recorded rules.
 *
 * Its input comes from `src/syntax/layout.ts`: brackets are balanced and newlines stand only where they separate, so a
 * mistake never reaches further than the argument, list item, statement or declaration that holds it: each of them is
 * an `attempt`, and what it could not read is skipped to the next separator or closing bracket.
 */
class DraemParser extends CstParser {
  /** What was met since the last `read`. */
  problems: SyntaxProblem[] = []
  /** Start offsets of the arguments, items, statements and declarations that were not read whole. */
  broken = new Set<number>()
  #separatorMissing = false

  constructor() {
    super([...t.allTokens], {
      recoveryEnabled: false,
      nodeLocationTracking: 'onlyOffset',
      maxLookahead: 2,
      errorMessageProvider: wording,
    })
    this.performSelfAnalysis()
  }

  // Declarations

  readonly source_file = this.RULE('source_file', () => {
    do {
      this.MANY(() => {
        this.OR([{ ALT: () => this.SUBRULE(this.declaration) }, { ALT: () => this.CONSUME(t.Newline) }])
      })
    } while (this.#skipStray('source_file', EOF))
  })

  readonly declaration = this.RULE('declaration', () => {
    this.#attempt(
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
    this.#tail(() => this.CONSUME(t.StringLiteral), [t.Newline])
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
    } while (this.#skipStray('enum_declaration', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly type_declaration = this.RULE('type_declaration', () => {
    this.CONSUME(t.Type)
    this.CONSUME(t.Identifier)
    this.#tail(() => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.type)
    }, [t.Newline])
  })

  readonly block_declaration = this.RULE('block_declaration', () => {
    this.CONSUME(t.Block)
    this.#attempt(
      'block_declaration',
      () => {
        this.CONSUME(t.Identifier)
        this.CONSUME(t.LeftParenthesis)
        do {
          this.OPTION(() => this.SUBRULE(this.block_parameter))
          this.MANY(() => {
            this.CONSUME(t.Comma)
            this.OPTION2(() => this.SUBRULE2(this.block_parameter))
          })
        } while (this.#skipStray('block_parameter', t.RightParenthesis))
        this.CONSUME(t.RightParenthesis)
        this.OPTION3(() => {
          this.CONSUME(t.Arrow)
          this.SUBRULE(this.type)
        })
      },
      [t.LeftBrace, t.Newline],
      t.LeftBrace,
    )
    this.#body()
  })

  readonly block_parameter = this.RULE('block_parameter', () => {
    this.CONSUME(t.Identifier)
    this.#attempt('block_parameter', () => {
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
    this.#attempt(
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
    this.#attempt(
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
    this.CONSUME(t.LeftBrace)
    do {
      this.OPTION(() => this.SUBRULE(this.statement))
      this.MANY(() => {
        this.SUBRULE(this.separator)
        this.OPTION2(() => this.SUBRULE2(this.statement))
      })
    } while (this.#skipStray('body', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly separator = this.RULE('separator', () => {
    this.OR([{ ALT: () => this.CONSUME(t.Newline) }, { ALT: () => this.CONSUME(t.Comma) }])
  })

  readonly statement = this.RULE('statement', () => {
    this.#attempt(
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
          // `expect = 1` binds a name that is also a word: the gates say which is meant.
          IGNORE_AMBIGUITIES: true,
        }),
      [t.Newline, t.Comma],
    )
  })

  readonly binding = this.RULE('binding', () => {
    this.SUBRULE(this.path)
    this.#tail(() => {
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
    this.#tail(() => {
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
    this.#tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  readonly allow_statement = this.RULE('allow_statement', () => {
    this.CONSUME(t.Allow)
    this.CONSUME(t.Identifier)
    this.#tail(() => {
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
    this.#tail(() => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })

  readonly exclude_statement = this.RULE('exclude_statement', () => {
    this.CONSUME(t.Exclude)
    this.#tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  readonly return_statement = this.RULE('return_statement', () => {
    this.CONSUME(t.Return)
    this.#tail(() => this.SUBRULE(this.expression), [t.Newline, t.Comma])
  })

  // Types

  /** Read in a loop, not by recursion: `block(...) -> block(...) -> ...` may be long. */
  readonly type = this.RULE('type', () => {
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.LeftParenthesis,
      DEF: () => this.SUBRULE(this.block_operands),
    })
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.SUBRULE(this.list_type) },
      { ALT: () => this.SUBRULE(this.record_type) },
    ])
  })

  readonly block_operands = this.RULE('block_operands', () => {
    this.CONSUME(t.Block)
    this.CONSUME(t.LeftParenthesis)
    do {
      this.OPTION(() => this.SUBRULE(this.type_field))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        this.OPTION2(() => this.SUBRULE2(this.type_field))
      })
    } while (this.#skipStray('type_field', t.RightParenthesis))
    this.CONSUME(t.RightParenthesis)
    this.CONSUME(t.Arrow)
  })

  readonly list_type = this.RULE('list_type', () => {
    this.CONSUME(t.LeftBracket)
    this.SUBRULE(this.type)
    this.CONSUME(t.RightBracket)
  })

  readonly record_type = this.RULE('record_type', () => {
    this.CONSUME(t.LeftBrace)
    do {
      this.OPTION(() => this.SUBRULE(this.type_field))
      this.MANY(() => {
        this.SUBRULE(this.separator)
        this.OPTION2(() => this.SUBRULE2(this.type_field))
      })
    } while (this.#skipStray('type_field', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly type_field = this.RULE('type_field', () => {
    this.CONSUME(t.Identifier)
    this.#attempt('type_field', () => {
      this.CONSUME(t.Colon)
      this.SUBRULE(this.type)
    }, [t.Newline, t.Comma])
  })

  // Expressions

  /** `--set path=value` and tools read one expression alone. */
  readonly single_expression = this.RULE('single_expression', () => {
    this.SUBRULE(this.expression)
    this.CONSUME(EOF)
  })

  /** A flat row of operands and operators: `src/syntax/operators.ts` builds the tree by `operatorPrecedence`. */
  readonly expression = this.RULE('expression', () => {
    this.SUBRULE(this.operand)
    this.MANY(() => {
      this.SUBRULE(this.binary_operator)
      this.SUBRULE2(this.operand)
    })
    this.MANY2(() => {
      this.CONSUME(t.Pipe)
      this.SUBRULE(this.stage)
    })
  })

  readonly binary_operator = this.RULE('binary_operator', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Or) },
      { ALT: () => this.CONSUME(t.And) },
      { ALT: () => this.CONSUME(t.Equal) },
      { ALT: () => this.CONSUME(t.NotEqual) },
      { ALT: () => this.CONSUME(t.LessEqual) },
      { ALT: () => this.CONSUME(t.GreaterEqual) },
      { ALT: () => this.CONSUME(t.Less) },
      { ALT: () => this.CONSUME(t.Greater) },
      { ALT: () => this.CONSUME(t.DotDot) },
      { ALT: () => this.CONSUME(t.Plus) },
      { ALT: () => this.CONSUME(t.Minus) },
      { ALT: () => this.CONSUME(t.Star) },
      { ALT: () => this.CONSUME(t.Slash) },
    ])
  })

  readonly operand = this.RULE('operand', () => {
    this.MANY(() =>
      this.OR([
        { ALT: () => this.CONSUME(t.Minus, { LABEL: 'prefix' }) },
        { ALT: () => this.CONSUME(t.Not, { LABEL: 'prefix' }) },
      ]),
    )
    this.SUBRULE(this.primary)
    this.MANY2(() => this.SUBRULE(this.suffix))
  })

  /** What a pipe leads into: a name or a call, so that `x |> f * 2` asks for parentheses. */
  readonly stage = this.RULE('stage', () => {
    this.CONSUME(t.Identifier)
    this.MANY(() => this.SUBRULE(this.suffix))
  })

  readonly suffix = this.RULE('suffix', () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.call_suffix) },
      {
        ALT: () => {
          this.CONSUME(t.Dot)
          this.CONSUME(t.Identifier)
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LeftBracket)
          this.#attempt('index', () => this.SUBRULE(this.expression), [])
          this.CONSUME(t.RightBracket)
        },
      },
    ])
  })

  readonly call_suffix = this.RULE('call_suffix', () => {
    this.CONSUME(t.LeftParenthesis)
    do {
      this.OPTION(() => this.SUBRULE(this.argument))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        this.OPTION2(() => this.SUBRULE2(this.argument))
      })
    } while (this.#skipStray('argument', t.RightParenthesis))
    this.CONSUME(t.RightParenthesis)
  })

  readonly argument = this.RULE('argument', () => {
    this.#attempt('argument', () => {
      this.OPTION(() => {
        this.CONSUME(t.Identifier)
        this.CONSUME(t.Assign)
      })
      this.SUBRULE(this.expression)
    }, [t.Comma])
  })

  readonly primary = this.RULE('primary', () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Identifier) },
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.CONSUME(t.SizeLiteral) },
      { ALT: () => this.CONSUME(t.StringLiteral) },
      { ALT: () => this.CONSUME(t.True) },
      { ALT: () => this.CONSUME(t.False) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.record) },
      { ALT: () => this.SUBRULE(this.if_expression) },
      { ALT: () => this.SUBRULE(this.match_expression) },
    ])
  })

  readonly number = this.RULE('number', () => {
    this.CONSUME(t.NumberLiteral)
    this.OPTION(() => this.CONSUME(t.UnitWord))
  })

  readonly group = this.RULE('group', () => {
    this.CONSUME(t.LeftParenthesis)
    this.#attempt('group', () => this.SUBRULE(this.expression), [])
    this.CONSUME(t.RightParenthesis)
  })

  readonly list = this.RULE('list', () => {
    this.CONSUME(t.LeftBracket)
    do {
      this.OPTION(() => this.SUBRULE(this.list_item))
      this.MANY(() => {
        this.CONSUME(t.Comma)
        this.OPTION2(() => this.SUBRULE2(this.list_item))
      })
    } while (this.#skipStray('list', t.RightBracket))
    this.CONSUME(t.RightBracket)
  })

  readonly list_item = this.RULE('list_item', () => {
    this.#attempt('list', () => this.SUBRULE(this.expression), [t.Comma])
  })

  readonly record = this.RULE('record', () => {
    this.CONSUME(t.LeftBrace)
    do {
      this.OPTION(() => this.SUBRULE(this.record_field))
      this.MANY(() => {
        this.SUBRULE(this.separator)
        this.OPTION2(() => this.SUBRULE2(this.record_field))
      })
    } while (this.#skipStray('record', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly record_field = this.RULE('record_field', () => {
    this.CONSUME(t.Identifier)
    this.#attempt('record_field', () => {
      this.CONSUME(t.Assign)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })

  readonly if_expression = this.RULE('if_expression', () => {
    this.SUBRULE(this.condition)
    this.SUBRULE(this.branch)
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.If,
      DEF: () => {
        this.CONSUME(t.Else)
        this.SUBRULE2(this.condition)
        this.SUBRULE2(this.branch)
      },
    })
    this.CONSUME2(t.Else)
    this.SUBRULE3(this.branch)
  })

  readonly condition = this.RULE('condition', () => {
    this.CONSUME(t.If)
    this.SUBRULE(this.expression)
  })

  readonly branch = this.RULE('branch', () => {
    this.CONSUME(t.LeftBrace)
    this.#attempt('branch', () => this.SUBRULE(this.expression), [])
    this.CONSUME(t.RightBrace)
  })

  readonly match_expression = this.RULE('match_expression', () => {
    this.CONSUME(t.Match)
    this.SUBRULE(this.expression)
    this.CONSUME(t.LeftBrace)
    do {
      this.OPTION(() => this.SUBRULE(this.match_arm))
      this.MANY(() => {
        this.SUBRULE(this.separator)
        this.OPTION2(() => this.SUBRULE2(this.match_arm))
      })
    } while (this.#skipStray('match_arm', t.RightBrace))
    this.CONSUME(t.RightBrace)
  })

  readonly match_arm = this.RULE('match_arm', () => {
    this.#attempt('match_arm', () => {
      this.OR([{ ALT: () => this.CONSUME(t.Wildcard) }, { ALT: () => this.SUBRULE(this.operand) }])
      this.CONSUME(t.DoubleArrow)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })

  // Reading

  /** Reads `tokens` (from `layout`) by one rule. Never throws on any tokens whose brackets are balanced. */
  read(rule: 'source_file' | 'single_expression', tokens: IToken[]) {
    this.problems = []
    this.broken = new Set()
    this.#separatorMissing = false
    this.input = tokens
    const cst = rule === 'source_file' ? this.source_file() : this.single_expression()
    for (const error of this.errors) {
      this.problems.push({
        rule: error.context.ruleStack.at(-1) ?? rule,
        found: error.token,
        previous: previousOf(error),
        ...(error.name === 'MismatchedTokenException' ? { expected: error.message } : {}),
      })
    }
    return { cst, problems: this.problems, broken: this.broken }
  }

  // Recovery

  /**
   * Runs `read`; what it cannot read is skipped up to one of `stops` or the bracket that closes what holds it. With
   * `next` given, only that token may follow. What follows although it should not is skipped too, unless it begins
   * the next item: then only the separator is missing.
   */
  #attempt(rule: string, read: () => void, stops: readonly TokenType[], next?: TokenType): void {
    const first = this.LA(1).startOffset
    if (!this.#tail(read, stops) || this.RECORDING_PHASE) return
    if (next === undefined ? this.#atEnd(stops) : this.LA(1).tokenType === next) return
    this.#report(rule)
    this.broken.add(first)
    if (next === undefined && this.#itemAhead(stops)) this.#separatorMissing = true
    else this.#skip(stops)
  }

  /** As `attempt`, where an enclosing attempt looks at what follows. False: there was a mistake. */
  #tail(read: () => void, stops: readonly TokenType[]): boolean {
    if (this.RECORDING_PHASE) {
      read()
      return true
    }
    const first = this.LA(1).startOffset
    const known = this.errors.length
    try {
      read()
      return true
    } catch (error) {
      if (!(error instanceof Error) || !isRecognitionException(error)) throw error
      if (this.errors.length > known + 1) this.errors = this.errors.slice(0, known + 1)
      // At the end of the text there is no offset: what was read last is what broke.
      this.broken.add(Number.isNaN(first) ? this.LA(0).startOffset : first)
      this.#skip(stops)
      return false
    }
  }

  /** True: text is left before `closer`; it was reported, and the loop that reads the items may go on. */
  #skipStray(rule: string, closer: TokenType): boolean {
    if (this.RECORDING_PHASE) return false
    if (this.#separatorMissing) {
      this.#separatorMissing = false
      return true
    }
    const next = this.LA(1)
    if (next.tokenType === closer || next.tokenType === EOF) return false
    this.#report(rule)
    if (rule === 'enum_declaration' && tokenMatcher(next, t.Identifier)) return true
    this.broken.add(next.startOffset)
    this.#skip([t.Newline, t.Comma])
    if (this.LA(1) === next) this.SKIP_TOKEN()
    return true
  }

  /** A declaration whose head ends without a body was reported by the attempt at its head. */
  #body(): void {
    if (this.RECORDING_PHASE || this.LA(1).tokenType === t.LeftBrace) this.SUBRULE(this.body)
  }

  #report(rule: string): void {
    this.problems.push({ rule, found: this.LA(1), previous: this.LA(0) })
  }

  /** Whether an item begins here although no separator was read. In a call or list any value does, elsewhere `name =` or `name {`. */
  #itemAhead(stops: readonly TokenType[]): boolean {
    const next = this.LA(1)
    const after = this.LA(2).tokenType
    if (!stops.includes(t.Comma)) return false
    if (!stops.includes(t.Newline)) return valueStarts.some((type) => tokenMatcher(next, type))
    return tokenMatcher(next, t.Identifier) && (after === t.Assign || after === t.DoubleArrow || after === t.LeftBrace)
  }

  #atEnd(stops: readonly TokenType[]): boolean {
    const next = this.LA(1).tokenType
    return next === EOF || closers.has(next) || stops.includes(next)
  }

  #skip(stops: readonly TokenType[]): void {
    let depth = 0
    for (;;) {
      const next = this.LA(1).tokenType
      if (next === EOF || (depth === 0 && (closers.has(next) || stops.includes(next)))) return
      if (openers.has(next)) depth += 1
      else if (closers.has(next)) depth -= 1
      this.SKIP_TOKEN()
    }
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

function previousOf(error: unknown): IToken | undefined {
  const previous = (error as { readonly previousToken?: IToken }).previousToken
  return previous === undefined || tokenMatcher(previous, EOF) ? undefined : previous
}

/** One instance for the process: making one costs milliseconds, and it keeps no state between reads. */
export const parser = new DraemParser()
