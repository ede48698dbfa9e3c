// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import type { IToken, ParserMethod, TokenType } from 'chevrotain'
import type {
  Argument,
  Expression,
  MatchArm,
  RecordField,
  TypeExpression,
  TypeField,
  Wildcard,
} from '../src/syntax/ast.js'
import type { Prefixed } from '../src/syntax/builder.js'
import { RecoveringParser, type Rule } from './recovering-parser.js'
import * as t from './tokens.js'

type Suffix = ParserMethod<[base: Expression], Expression>

/** The lower half of the grammar: types and expressions. */
export abstract class ExpressionParser extends RecoveringParser {
  readonly separator = this.RULE('separator', () => {
    this.refuseHole()
    this.OR([{ ALT: () => this.CONSUME(t.Newline) }, { ALT: () => this.CONSUME(t.Comma) }])
  })

  // Types

  /** Read in a loop, not by recursion: `block(...) -> block(...) -> ...` may be long. */
  readonly type: Rule<TypeExpression> = this.RULE('type', () => {
    const blocks: { readonly start: number; readonly operands: readonly TypeField[] }[] = []
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.LeftParenthesis,
      DEF: () => {
        const start = this.start()
        blocks.push({ start, operands: this.SUBRULE(this.block_operands) })
      },
    })
    const result = this.OR<TypeExpression>([
      {
        ALT: () => {
          const name = this.CONSUME(t.Identifier)
          return this.ACTION(() => this.tree.namedType(name))
        },
      },
      { ALT: () => this.SUBRULE(this.list_type) },
      { ALT: () => this.SUBRULE(this.record_type) },
    ])
    return this.ACTION(() =>
      blocks.reduceRight((type, { start, operands }) => this.tree.blockType(operands, type, start), result),
    )
  })

  readonly block_operands: Rule<readonly TypeField[]> = this.RULE('block_operands', () => {
    this.CONSUME(t.Block)
    const operands = this.SUBRULE(this.operand_types)
    this.CONSUME(t.Arrow)
    return operands
  })

  readonly operand_types: Rule<readonly TypeField[]> = this.RULE('operand_types', () =>
    this.bracketed(t.LeftParenthesis, t.RightParenthesis, () =>
      this.items('type_field', this.type_field, t.RightParenthesis),
    ),
  )

  readonly list_type: Rule<TypeExpression> = this.RULE('list_type', () => {
    const start = this.start()
    const item = this.bracketed(t.LeftBracket, t.RightBracket, () => this.SUBRULE(this.type))
    return this.ACTION(() => this.tree.boundedType({ kind: 'list_type', item, span: this.spanFrom(start) }, [item]))
  })

  readonly record_type: Rule<TypeExpression> = this.RULE('record_type', () => {
    const start = this.start()
    const fields = this.bracketed(t.LeftBrace, t.RightBrace, () =>
      this.items('type_field', this.type_field, t.RightBrace, this.separator),
    )
    return this.ACTION(() => {
      const types = fields.map(({ type }) => type)
      return this.tree.boundedType({ kind: 'record_type', fields, span: this.spanFrom(start) }, types)
    })
  })

  readonly type_field: Rule<TypeField> = this.RULE('type_field', () => {
    const start = this.start()
    const name = this.CONSUME(t.Identifier)
    const type = this.attempt('type_field', () => {
      this.CONSUME(t.Colon)
      return this.SUBRULE(this.type)
    }, [t.Newline, t.Comma])
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      return {
        name: this.tree.identifier(name),
        type: type ?? this.tree.missingType(span.end),
        span,
        ...this.tree.recovery(span),
      }
    })
  })

  // Expressions

  /** `--set path=value` and tools read one expression alone. */
  readonly single_expression: Rule<Expression> = this.RULE('single_expression', () =>
    this.delimited('single_expression', []),
  )

  /** A row of operands and operators, which `src/syntax/operators.ts` makes a tree of. */
  readonly expression: Rule<Expression> = this.RULE('expression', () => {
    const operands = [this.SUBRULE(this.operand)]
    const operators: IToken[] = []
    this.MANY(() => {
      operators.push(this.SUBRULE(this.binary_operator))
      operands.push(this.SUBRULE2(this.operand))
    })
    let result = this.ACTION(() => this.tree.combine(operands, operators))
    this.MANY2(() => {
      this.CONSUME(t.Pipe)
      const stage = this.SUBRULE(this.stage)
      result = this.ACTION(() => this.tree.pipe(result, stage))
    })
    return result
  })

  readonly binary_operator: Rule<IToken> = this.RULE('binary_operator', () =>
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
    ]),
  )

  readonly operand: Rule<Prefixed> = this.RULE('operand', () => {
    const prefixes: IToken[] = []
    this.MANY(() => prefixes.push(this.OR([{ ALT: () => this.CONSUME(t.Minus) }, { ALT: () => this.CONSUME(t.Not) }])))
    let operand = this.SUBRULE(this.primary)
    this.MANY2(() => {
      operand = this.SUBRULE(this.suffix, { ARGS: [operand] })
    })
    return { prefixes, operand }
  })

  /** What a pipe leads into: a name or a call, so that `x |> f * 2` asks for parentheses. */
  readonly stage: Rule<Expression> = this.RULE('stage', () => {
    const name = this.CONSUME(t.Identifier)
    let stage: Expression = this.ACTION(() => this.tree.identifier(name))
    this.MANY(() => {
      stage = this.SUBRULE(this.suffix, { ARGS: [stage] })
    })
    return stage
  })

  readonly suffix: Suffix = this.RULE('suffix', (base: Expression) =>
    this.OR<Expression>([
      {
        ALT: () => {
          const args = this.SUBRULE(this.call_suffix)
          return this.ACTION(() => this.tree.call(base, args, this.end()))
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.Dot)
          const member = this.CONSUME(t.Identifier)
          return this.ACTION(() => this.tree.member(base, member))
        },
      },
      {
        ALT: () => {
          const index = this.SUBRULE(this.index_suffix)
          return this.ACTION(() => this.tree.index(base, index, this.end()))
        },
      },
    ]),
  )

  readonly index_suffix: Rule<Expression> = this.RULE('index_suffix', () =>
    this.bracketed(t.LeftBracket, t.RightBracket, () => this.delimited('index', [])),
  )

  readonly call_suffix: Rule<readonly Argument[]> = this.RULE('call_suffix', () =>
    this.bracketed(t.LeftParenthesis, t.RightParenthesis, () =>
      this.items('argument', this.argument, t.RightParenthesis),
    ),
  )

  readonly argument: Rule<Argument> = this.RULE('argument', () => {
    const start = this.start()
    const name: IToken[] = []
    const value = this.attempt('argument', () => {
      this.OPTION({
        MAX_LOOKAHEAD: 2,
        DEF: () => {
          name.push(this.CONSUME(t.Identifier))
          this.CONSUME(t.Assign)
        },
      })
      return this.SUBRULE(this.expression)
    }, [t.Comma])
    return this.ACTION(() => this.tree.argument(name[0], value, this.spanFrom(start)))
  })

  readonly primary: Rule<Expression> = this.RULE('primary', () => {
    this.requireValue()
    return this.OR<Expression>([
      { ALT: () => this.word(this.CONSUME(t.Identifier)) },
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.word(this.CONSUME(t.SizeLiteral)) },
      { ALT: () => this.word(this.CONSUME(t.StringLiteral)) },
      { ALT: () => this.word(this.CONSUME(t.True)) },
      { ALT: () => this.word(this.CONSUME(t.False)) },
      { ALT: () => this.SUBRULE(this.group) },
      { ALT: () => this.SUBRULE(this.list) },
      { ALT: () => this.SUBRULE(this.record) },
      { ALT: () => this.SUBRULE(this.if_expression) },
      { ALT: () => this.SUBRULE(this.match_expression) },
    ])
  })

  readonly number: Rule<Expression> = this.RULE('number', () => {
    const number = this.CONSUME(t.NumberLiteral)
    const unit = this.OPTION(() => this.CONSUME(t.UnitWord))
    return this.ACTION(() => this.tree.number(number, unit))
  })

  readonly group: Rule<Expression> = this.RULE('group', () => {
    const start = this.start()
    const inner = this.bracketed(t.LeftParenthesis, t.RightParenthesis, () => this.delimited('group', []))
    // The parentheses belong to what is shown of it; the depth of `inner` goes on counting.
    return this.ACTION(() => this.tree.bounded({ ...inner, span: this.spanFrom(start) }, [inner]))
  })

  readonly list: Rule<Expression> = this.RULE('list', () => {
    const start = this.start()
    const items = this.bracketed(t.LeftBracket, t.RightBracket, () =>
      this.items('list', this.list_item, t.RightBracket),
    )
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      return this.tree.bounded({ kind: 'list', items, span, ...this.tree.recovery(span) }, items)
    })
  })

  readonly list_item: Rule<Expression> = this.RULE('list_item', () => this.delimited('list', [t.Comma]))

  readonly record: Rule<Expression> = this.RULE('record', () => {
    const start = this.start()
    const fields = this.bracketed(t.LeftBrace, t.RightBrace, () =>
      this.items('record', this.record_field, t.RightBrace, this.separator),
    )
    return this.ACTION(() => {
      const values = fields.map(({ value }) => value)
      return this.tree.bounded({ kind: 'record', fields, span: this.spanFrom(start) }, values)
    })
  })

  readonly record_field: Rule<RecordField> = this.RULE('record_field', () => {
    const start = this.start()
    const name = this.CONSUME(t.Identifier)
    const value = this.attempt('record_field', () => {
      this.CONSUME(t.Assign)
      return this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
    return this.ACTION(() => {
      const span = this.spanFrom(start)
      return {
        name: this.tree.identifier(name),
        value: value ?? this.tree.missing(span.end),
        span,
        ...this.tree.recovery(span, value === undefined),
      }
    })
  })

  readonly if_expression: Rule<Expression> = this.RULE('if_expression', () => {
    const start = this.start()
    const conditions = [this.SUBRULE(this.condition)]
    const branches = [this.SUBRULE(this.branch)]
    this.MANY({
      GATE: () => this.LA(2).tokenType === t.If,
      DEF: () => {
        this.CONSUME(t.Else)
        conditions.push(this.SUBRULE2(this.condition))
        branches.push(this.SUBRULE2(this.branch))
      },
    })
    this.CONSUME2(t.Else)
    const otherwise = this.SUBRULE3(this.branch)
    return this.ACTION(() => this.tree.choice(conditions, branches, otherwise, this.spanFrom(start)))
  })

  readonly condition: Rule<Expression> = this.RULE('condition', () => {
    this.CONSUME(t.If)
    return this.head(() => this.SUBRULE(this.expression))
  })

  readonly branch: Rule<Expression> = this.RULE('branch', () =>
    this.bracketed(t.LeftBrace, t.RightBrace, () => this.delimited('branch', [])),
  )

  readonly match_expression: Rule<Expression> = this.RULE('match_expression', () => {
    const start = this.start()
    this.CONSUME(t.Match)
    const subject = this.head(() => this.SUBRULE(this.expression))
    const arms = this.SUBRULE(this.match_arms)
    return this.ACTION(() => this.tree.match(subject, arms, this.spanFrom(start)))
  })

  readonly match_arms: Rule<readonly MatchArm[]> = this.RULE('match_arms', () =>
    this.bracketed(t.LeftBrace, t.RightBrace, () =>
      this.items('match_arm', this.match_arm, t.RightBrace, this.separator),
    ),
  )

  readonly match_arm: Rule<MatchArm> = this.RULE('match_arm', () => {
    const start = this.start()
    const patterns: (Expression | Wildcard)[] = []
    const value = this.attempt('match_arm', () => {
      this.OR([
        {
          ALT: () => {
            const wildcard = this.CONSUME(t.Wildcard)
            this.ACTION(() => patterns.push(this.tree.wildcard(wildcard)))
          },
        },
        {
          ALT: () => {
            const operand = this.SUBRULE(this.operand)
            this.ACTION(() => patterns.push(this.tree.combine([operand], [])))
          },
        },
      ])
      this.CONSUME(t.DoubleArrow)
      return this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
    return this.ACTION(() => this.tree.arm(patterns[0], value, this.spanFrom(start)))
  })

  /** An expression that something closes or ends. */
  protected delimited(rule: string, stops: readonly TokenType[]): Expression {
    const at = this.end()
    const value = this.attempt(rule, () => this.SUBRULE(this.expression), stops)
    return this.ACTION(() => value ?? this.tree.missing(at))
  }

  protected word(token: IToken): Expression {
    return this.ACTION(() => this.tree.word(token))
  }
}
