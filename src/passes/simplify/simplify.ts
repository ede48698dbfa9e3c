import type { OpName } from '../../ir/ops/table.js'
import type { IrFunction } from '../../ir/types.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from '../pass.js'
import { Rewriter } from '../rewriter.js'
import { add, div, mul, neg, sub } from './arithmetic.js'
import type { Rule } from './rule.js'
import { cast, concat, identity, reduceSum, relu, reshape, transpose } from './shapes.js'

const rules: Readonly<Partial<Record<OpName, Rule>>> = {
  add,
  sub,
  mul,
  div,
  neg,
  reshape,
  transpose,
  cast,
  concat,
  relu,
  reduce_sum: reduceSum,
  broadcast_to: identity,
  slice: identity,
  pad: identity,
  stop_gradient: identity,
}

/** Algebra that changes no value: each operation is looked at once, after its operands were simplified. */
export const simplify: Pass = {
  name: 'simplify',
  summary: 'algebraic identities: x 1, x + 0, -(-x), reshapes and transposes of each other',
  place: 'after folding, which makes the ones and zeros that it looks for',
  run: (module) => rewriteFunctions(module, simplified),
}

function simplified(source: IrFunction): FunctionResult {
  const rewriter = new Rewriter(source)
  const counts = new Map<OpName, number>()
  for (const operation of source.operations) {
    const [result] = operation.results
    const rule = rules[operation.op]
    if (!rule || result === undefined) {
      rewriter.copy(operation)
      continue
    }
    const operands = operation.operands.map((operand) => rewriter.value(operand))
    const value = rule({ operation, operands, type: rewriter.sourceType(result), rewriter })
    if (value === undefined) {
      rewriter.copy(operation)
    } else {
      rewriter.replace(result, value)
      counts.set(operation.op, (counts.get(operation.op) ?? 0) + 1)
    }
  }
  if (counts.size === 0) return { function: source, changes: [] }
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const kinds = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([op, count]) => `${op} ${count}`)
  return { function: rewriter.finish(), changes: [`simplified ${counted(total, 'operation')} (${kinds.join(', ')})`] }
}
