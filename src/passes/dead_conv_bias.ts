import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import { countUses, definitions } from './analysis.js'
import { type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Batch norm subtracts the mean of the batch, and a bias before it with it: the bias changes nothing but that mean, and its gradient
 * is exactly zero. While training it is not added; the running mean gets it back as `mean + bias`. The weight stays in the state,
 * where evaluation reads it, and keeps its value.
 */
export const deadConvBias: Pass = {
  name: 'dead_conv_bias',
  summary: 'while training, add no bias that batch norm takes away again',
  place: 'before gradients: a bias that is not added needs none',
  run: (module) => rewriteFunctions(module, dropBiases, ['train_step']),
}

interface DeadBias {
  readonly add: Operation
  /** Of the source: what the bias was added to, and the bias. */
  readonly input: ValueId
  readonly bias: ValueId
}

function dropBiases(source: IrFunction): FunctionResult {
  const made = definitions(source)
  const uses = countUses(source)
  const byNorm = new Map<Operation, DeadBias>()
  const adds = new Set<Operation>()
  for (const norm of source.operations) {
    const dead = norm.op === 'batch_norm_train' ? deadBias(norm, made, uses) : undefined
    if (!dead) continue
    byNorm.set(norm, dead)
    adds.add(dead.add)
  }
  if (byNorm.size === 0) return { function: source, changes: [] }

  const rewriter = new Rewriter(source)
  for (const operation of source.operations) {
    if (adds.has(operation)) continue
    const dead = byNorm.get(operation)
    if (!dead) {
      rewriter.copy(operation)
      continue
    }
    const [, scale, offset] = operation.operands
    const [y, mean, variance] = operation.results
    if (scale === undefined || offset === undefined || y === undefined || mean === undefined || variance === undefined)
      continue
    const [newY, newMean, newVariance] = rewriter.emit(
      'batch_norm_train',
      [rewriter.value(dead.input), rewriter.value(scale), rewriter.value(offset)],
      operation.attributes,
      operation.path,
    )
    if (newY === undefined || newMean === undefined || newVariance === undefined) continue
    rewriter.replace(y, newY)
    rewriter.replace(variance, newVariance)
    // Without running statistics nobody asks for the mean, and nothing is added.
    const asked = (uses.get(mean) ?? 0) > 0
    rewriter.replace(
      mean,
      asked ? rewriter.one('add', [newMean, rewriter.value(dead.bias)], {}, operation.path) : newMean,
    )
  }
  return {
    function: rewriter.finish(),
    changes: [
      byNorm.size === 1
        ? '1 bias before batch norm is not added'
        : `${byNorm.size} biases before batch norm are not added`,
    ],
  }
}

/** The bias that a norm makes dead: one number a channel, added to a convolution or product that nobody else sees. */
function deadBias(
  norm: Operation,
  made: ReadonlyMap<ValueId, Operation>,
  uses: ReadonlyMap<ValueId, number>,
): DeadBias | undefined {
  const [x] = norm.operands
  const add = x === undefined ? undefined : made.get(x)
  if (x === undefined || add?.op !== 'add' || uses.get(x) !== 1) return undefined
  const [left, right] = add.operands
  if (left === undefined || right === undefined) return undefined
  const isBias = (value: ValueId) => made.get(value)?.op === 'read'
  const isProduct = (value: ValueId) => made.get(value)?.op === 'conv2d'
  if (isProduct(left) && isBias(right)) return { add, input: left, bias: right }
  if (isProduct(right) && isBias(left)) return { add, input: right, bias: left }
  return undefined
}
