import type { TokenType } from 'chevrotain'
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
