// biome-ignore-all lint/correctness: the rules for React take a parser's alternatives (`ALT: () => ...`) for components
import type { TokenType } from 'chevrotain'
import { RecoveringParser } from './recovering-parser.js'
import * as t from './tokens.js'

/** Binary operators from the loosest to the tightest; those of one row are read from the left. Pipes are looser than all. */
export const operatorPrecedence: readonly (readonly TokenType[])[] = [
  [t.Or],
  [t.And],
  [t.Equal, t.NotEqual, t.Less, t.LessEqual, t.Greater, t.GreaterEqual],
  [t.DotDot],
  [t.Plus, t.Minus],
  [t.Star, t.Slash],
]

/** `not` stands above this row, below the one before it: `not a == b` is `not (a == b)`, `not a and b` is `(not a) and b`. */
export const notPrecedence = 2

/** The lower half of the grammar: types and expressions. */
export abstract class ExpressionParser extends RecoveringParser {
  readonly separator = this.RULE('separator', () => {
    this.refuseHole()
    this.OR([{ ALT: () => this.CONSUME(t.Newline) }, { ALT: () => this.CONSUME(t.Comma) }])
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
    this.SUBRULE(this.operand_types)
    this.CONSUME(t.Arrow)
  })

  readonly operand_types = this.RULE('operand_types', () => {
    this.bracketed(
      () => this.operand_types(),
      t.LeftParenthesis,
      t.RightParenthesis,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.type_field))
          this.MANY(() => {
            this.refuseHole()
            this.CONSUME(t.Comma)
            this.OPTION2(() => this.SUBRULE2(this.type_field))
          })
        } while (this.skipStray('type_field', t.RightParenthesis))
      },
    )
  })

  readonly list_type = this.RULE('list_type', () => {
    this.bracketed(
      () => this.list_type(),
      t.LeftBracket,
      t.RightBracket,
      () => {
        this.SUBRULE(this.type)
      },
    )
  })

  readonly record_type = this.RULE('record_type', () => {
    this.bracketed(
      () => this.record_type(),
      t.LeftBrace,
      t.RightBrace,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.type_field))
          this.MANY(() => {
            this.SUBRULE(this.separator)
            this.OPTION2(() => this.SUBRULE2(this.type_field))
          })
        } while (this.skipStray('type_field', t.RightBrace))
      },
    )
  })

  readonly type_field = this.RULE('type_field', () => {
    this.CONSUME(t.Identifier)
    this.attempt('type_field', () => {
      this.CONSUME(t.Colon)
      this.SUBRULE(this.type)
    }, [t.Newline, t.Comma])
  })

  // Expressions

  /** `--set path=value` and tools read one expression alone. */
  readonly single_expression = this.RULE('single_expression', () => {
    this.attempt('single_expression', () => this.SUBRULE(this.expression), [])
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
      { ALT: () => this.SUBRULE(this.index_suffix) },
    ])
  })

  readonly index_suffix = this.RULE('index_suffix', () => {
    this.bracketed(
      () => this.index_suffix(),
      t.LeftBracket,
      t.RightBracket,
      () => {
        this.attempt('index', () => this.SUBRULE(this.expression), [])
      },
    )
  })

  readonly call_suffix = this.RULE('call_suffix', () => {
    this.bracketed(
      () => this.call_suffix(),
      t.LeftParenthesis,
      t.RightParenthesis,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.argument))
          this.MANY(() => {
            this.refuseHole()
            this.CONSUME(t.Comma)
            this.OPTION2(() => this.SUBRULE2(this.argument))
          })
        } while (this.skipStray('argument', t.RightParenthesis))
      },
    )
  })

  readonly argument = this.RULE('argument', () => {
    this.attempt('argument', () => {
      this.OPTION({
        MAX_LOOKAHEAD: 2,
        DEF: () => {
          this.CONSUME(t.Identifier)
          this.CONSUME(t.Assign)
        },
      })
      this.SUBRULE(this.expression)
    }, [t.Comma])
  })

  readonly primary = this.RULE('primary', () => {
    this.requireValue()
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
      { GATE: () => this.mayOpenHead(), ALT: () => this.SUBRULE(this.if_expression) },
      { GATE: () => this.mayOpenHead(), ALT: () => this.SUBRULE(this.match_expression) },
    ])
  })

  readonly number = this.RULE('number', () => {
    this.CONSUME(t.NumberLiteral)
    this.OPTION(() => this.CONSUME(t.UnitWord))
  })

  readonly group = this.RULE('group', () => {
    this.bracketed(
      () => this.group(),
      t.LeftParenthesis,
      t.RightParenthesis,
      () => {
        this.attempt('group', () => this.SUBRULE(this.expression), [])
      },
    )
  })

  readonly list = this.RULE('list', () => {
    this.bracketed(
      () => this.list(),
      t.LeftBracket,
      t.RightBracket,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.list_item))
          this.MANY(() => {
            this.refuseHole()
            this.CONSUME(t.Comma)
            this.OPTION2(() => this.SUBRULE2(this.list_item))
          })
        } while (this.skipStray('list', t.RightBracket))
      },
    )
  })

  readonly list_item = this.RULE('list_item', () => {
    this.attempt('list', () => this.SUBRULE(this.expression), [t.Comma])
  })

  readonly record = this.RULE('record', () => {
    this.bracketed(
      () => this.record(),
      t.LeftBrace,
      t.RightBrace,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.record_field))
          this.MANY(() => {
            this.SUBRULE(this.separator)
            this.OPTION2(() => this.SUBRULE2(this.record_field))
          })
        } while (this.skipStray('record', t.RightBrace))
      },
    )
  })

  readonly record_field = this.RULE('record_field', () => {
    this.CONSUME(t.Identifier)
    this.attempt('record_field', () => {
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
    this.head(() => this.SUBRULE(this.expression))
  })

  readonly branch = this.RULE('branch', () => {
    this.bracketed(
      () => this.branch(),
      t.LeftBrace,
      t.RightBrace,
      () => {
        this.attempt('branch', () => this.SUBRULE(this.expression), [])
      },
    )
  })

  readonly match_expression = this.RULE('match_expression', () => {
    this.CONSUME(t.Match)
    this.head(() => this.SUBRULE(this.expression))
    this.SUBRULE(this.match_arms)
  })

  readonly match_arms = this.RULE('match_arms', () => {
    this.bracketed(
      () => this.match_arms(),
      t.LeftBrace,
      t.RightBrace,
      () => {
        do {
          this.OPTION(() => this.SUBRULE(this.match_arm))
          this.MANY(() => {
            this.SUBRULE(this.separator)
            this.OPTION2(() => this.SUBRULE2(this.match_arm))
          })
        } while (this.skipStray('match_arm', t.RightBrace))
      },
    )
  })

  readonly match_arm = this.RULE('match_arm', () => {
    this.attempt('match_arm', () => {
      this.OR([{ ALT: () => this.CONSUME(t.Wildcard) }, { ALT: () => this.SUBRULE(this.operand) }])
      this.CONSUME(t.DoubleArrow)
      this.SUBRULE(this.expression)
    }, [t.Newline, t.Comma])
  })
}
