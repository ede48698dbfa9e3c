import type { OpName } from '../ir/ops/table.js'
import type { IrFunction, Operation, TensorType, ValueId } from '../ir/types.js'
import { constantValue } from './analysis.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Computes what depends on constants alone, where a constant is a tensor filled with one number. Only with arithmetic that IEEE 754
 * defines to the last bit: exp and log may differ from one machine to the next, and the same pipeline must give the same IR.
 */
export const fold: Pass = {
  name: 'fold',
  summary: 'compute what depends on constants alone',
  place: 'before simplification, which looks for the numbers',
  run: (module) => rewriteFunctions(module, folded),
}

function folded(source: IrFunction): FunctionResult {
  const rewriter = new Rewriter(source)
  let count = 0
  for (const operation of source.operations) {
    const [result] = operation.results
    const value = result === undefined ? undefined : foldedValue(operation, rewriter)
    if (result === undefined || value === undefined) {
      rewriter.copy(operation)
      continue
    }
    count += 1
    rewriter.replace(result, filled(rewriter, value, rewriter.sourceType(result), operation.path))
  }
  return count === 0
    ? { function: source, changes: [] }
    : { function: rewriter.finish(), changes: [`folded ${counted(count, 'operation')}`] }
}

function filled(rewriter: Rewriter, value: number, type: TensorType, path: string | undefined): ValueId {
  return type.shape.length === 0 ? rewriter.scalar(value, type.dtype) : rewriter.filled(value, type, path)
}

const unary: Readonly<Partial<Record<OpName, (x: number) => number>>> = {
  neg: (x) => -x,
  abs: Math.abs,
  sign: Math.sign,
  square: (x) => x * x,
  sqrt: Math.sqrt,
  relu: (x) => Math.max(x, 0),
  reshape: (x) => x,
  transpose: (x) => x,
  broadcast_to: (x) => x,
  slice: (x) => x,
  stop_gradient: (x) => x,
  reduce_mean: (x) => x,
  reduce_max: (x) => x,
}

const binary: Readonly<Partial<Record<OpName, (a: number, b: number) => number>>> = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  maximum: Math.max,
  minimum: Math.min,
}

/** The one number that fills the operation's result, in float64: it is rounded once, by the target. */
function foldedValue(operation: Operation, rewriter: Rewriter): number | undefined {
  const [left, right] = operation.operands.map((operand) => constantValue(rewriter.definition(rewriter.value(operand))))
  if (left === undefined) return undefined
  const value = numeric(operation, left, right, rewriter)
  // A division by a constant zero stays where it is, to be met when it runs.
  return value !== undefined && Number.isFinite(value) ? value : undefined
}

function numeric(
  operation: Operation,
  left: number,
  right: number | undefined,
  rewriter: Rewriter,
): number | undefined {
  if (operation.operands.length === 1) {
    if (operation.op === 'reduce_sum') return left * reducedCount(operation, rewriter)
    return unary[operation.op]?.(left)
  }
  return operation.operands.length === 2 && right !== undefined ? binary[operation.op]?.(left, right) : undefined
}

function reducedCount(operation: Operation, rewriter: Rewriter): number {
  const [operand = -1] = operation.operands
  const [result = -1] = operation.results
  const size = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)
  return size(rewriter.sourceType(operand).shape) / size(rewriter.sourceType(result).shape)
}
