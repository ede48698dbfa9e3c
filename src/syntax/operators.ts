import type { IToken } from 'chevrotain'
import { notPrecedence, operatorPrecedence } from '../../grammar/precedence.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import { spanning } from '../source/span.js'
import type { BinaryOperator, Expression, UnaryOperator } from './ast.js'
import type { Builder, Prefixed } from './builder.js'
import { tokenSpan } from './token.js'

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

interface Open {
  readonly token: IToken
  readonly isPrefix: boolean
  /** Higher binds tighter. */
  readonly precedence: number
}

function openBinary(token: IToken): Open {
  return { token, isPrefix: false, precedence: operatorPrecedence.findIndex((row) => row.includes(token.tokenType)) }
}

function openPrefix(token: IToken): Open {
  const precedence = token.tokenType.name === 'Minus' ? operatorPrecedence.length : notPrecedence - 0.5
  return { token, isPrefix: true, precedence }
}

const comparison = 2
const range = 3

/**
 * The tree of `operands[0] operators[0] operands[1] ...` by precedence, without recursion: a stack of open operators.
 * Comparisons and ranges do not chain.
 */
export function combine(builder: Builder, operands: readonly Prefixed[], operators: readonly IToken[]): Expression {
  const values: Expression[] = []
  const open: Open[] = []
  const reduce = (): void => {
    const operator = open.pop()
    const right = values.pop()
    if (operator === undefined || right === undefined) return
    if (operator.isPrefix) values.push(prefixed(builder, operator.token, right))
    else values.push(binary(builder, values.pop() ?? right, operator.token, right))
  }
  for (const [index, { prefixes, operand }] of operands.entries()) {
    open.push(...prefixes.map(openPrefix))
    values.push(operand)
    const token = operators[index]
    if (token === undefined) break
    const operator = openBinary(token)
    for (let top = open.at(-1); top !== undefined && top.precedence >= operator.precedence; top = open.at(-1)) {
      if (top.precedence === operator.precedence) refuseChain(builder, top, operator)
      reduce()
    }
    open.push(operator)
  }
  while (open.length > 0) reduce()
  return values[0] ?? builder.missing(0)
}

function refuseChain(builder: Builder, first: Open, second: Open): void {
  if (second.precedence !== comparison && second.precedence !== range) return
  const related = [{ span: tokenSpan(first.token, builder.file), label: 'the first' }]
  const facts = { operator: second.token.image }
  builder.diagnostics.push(diagnose(codes.chained, tokenSpan(second.token, builder.file), facts, related))
}

function binary(builder: Builder, left: Expression, operator: IToken, right: Expression): Expression {
  const span = spanning(left.span, right.span)
  if (operator.image === '..') {
    // A chain is reported already.
    const recovery = left.kind === 'range' ? { recovered: true as const } : {}
    return builder.bounded({ kind: 'range', low: left, high: right, span, ...recovery }, [left, right])
  }
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

function prefixed(builder: Builder, token: IToken, operand: Expression): Expression {
  const operator: UnaryOperator = token.tokenType.name === 'Minus' ? '-' : 'not'
  const span = spanning(tokenSpan(token, builder.file), operand.span)
  return builder.bounded({ kind: 'unary', operator, operand, span }, [operand])
}
