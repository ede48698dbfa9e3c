import type { IToken } from 'chevrotain'
import { operatorPrecedence } from '../../grammar/expression-parser.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import { spanning } from '../source/span.js'
import type { BinaryOperator, Expression, UnaryOperator } from './ast.js'
import type { Builder } from './builder.js'
import { tokenSpan } from './layout.js'

const binaryOperators: ReadonlySet<string> = new Set<BinaryOperator>([
  '+',
  '-',
  '*',
  '/',
  '==',
  '!=',
  '<',
  '<=',
  '>',
  '>=',
  'and',
  'or',
])

function isBinaryOperator(image: string): image is BinaryOperator {
  return binaryOperators.has(image)
}

/** Higher binds tighter. */
function precedence(operator: IToken): number {
  return operatorPrecedence.findIndex((row) => row.includes(operator.tokenType))
}

const comparison = 2
const range = 3

/**
 * The tree of `operands[0] operators[0] operands[1] ...` by precedence, without recursion: a stack of open operators.
 * Comparisons and ranges do not chain.
 */
export function combine(builder: Builder, operands: readonly Expression[], operators: readonly IToken[]): Expression {
  const values: Expression[] = []
  const open: IToken[] = []
  const reduce = (): void => {
    const operator = open.pop()
    const right = values.pop()
    const left = values.pop()
    if (operator !== undefined && left !== undefined && right !== undefined)
      values.push(binary(builder, left, operator, right))
  }
  for (const [index, operand] of operands.entries()) {
    values.push(operand)
    const operator = operators[index]
    if (operator === undefined) break
    for (let top = open.at(-1); top !== undefined && precedence(top) >= precedence(operator); top = open.at(-1)) {
      if (precedence(top) === precedence(operator)) refuseChain(builder, top, operator)
      reduce()
    }
    open.push(operator)
  }
  while (open.length > 0) reduce()
  return values[0] ?? builder.missing(0)
}

function refuseChain(builder: Builder, first: IToken, second: IToken): void {
  const row = precedence(second)
  if (row !== comparison && row !== range) return
  const related = [{ span: tokenSpan(first, builder.file), label: 'the first' }]
  builder.diagnostics.push(
    diagnose(codes.chained, tokenSpan(second, builder.file), { operator: second.image }, related),
  )
}

function binary(builder: Builder, left: Expression, operator: IToken, right: Expression): Expression {
  const span = spanning(left.span, right.span)
  if (operator.image === '..') return builder.bounded({ kind: 'range', low: left, high: right, span }, [left, right])
  const image = operator.image
  // `&&` and the like stand for the operator that layout put in their place.
  const name = isBinaryOperator(image) ? image : operatorOf(operator)
  const operatorSpan = tokenSpan(operator, builder.file)
  return builder.bounded({ kind: 'binary', operator: name, operatorSpan, left, right, span }, [left, right])
}

function operatorOf(token: IToken): BinaryOperator {
  const written = token.tokenType.LABEL?.replaceAll('`', '') ?? '+'
  return isBinaryOperator(written) ? written : '+'
}

/** `not` binds looser than comparisons in some languages; here prefixes bind tightest, so `not (a == b)` needs its parentheses. */
export function prefixed(builder: Builder, prefixes: readonly IToken[], operand: Expression): Expression {
  let result = operand
  for (const prefix of [...prefixes].reverse()) {
    const operator: UnaryOperator = prefix.tokenType.name === 'Minus' ? '-' : 'not'
    const span = spanning(tokenSpan(prefix, builder.file), result.span)
    result = builder.bounded({ kind: 'unary', operator, operand: result, span }, [result])
  }
  return result
}
