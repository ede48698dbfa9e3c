import { invariant } from '../diagnostics/invariant.js'
import type { ValueId } from '../ir/types.js'
import { type LoweringContext, type LoweringRule, only, parameterOf } from './context.js'

/** The fed `batch_norm_momentum` stands for this one; a norm with another keeps its proportion to it. */
const defaultMomentum = 0.1

/** Normalises over batch and pixels. While training also moves the running statistics, with the unbiased variance (as PyTorch). */
export const batchNorm: LoweringRule<'batch_norm'> = (node, operands, context) => {
  const { emit } = context
  const x = only(operands).value
  const shape = emit.shapeOf(x)
  const channels = shape.at(-1) ?? 1
  // Engines know batch norm of maps only; a vector is a map of one pixel.
  const map = shape.length === 4 ? x : emit.one('reshape', [x], { shape: [shape[0] ?? 1, 1, 1, channels] })
  const scale = emit.read(parameterOf(node, 'scale'))
  const offset = emit.read(parameterOf(node, 'offset'))
  const mean = parameterOf(node, 'running_mean')
  const variance = parameterOf(node, 'running_variance')
  const attributes = { epsilon: node.attributes.epsilon }
  let y: ValueId
  if (context.phase === 'train' && !node.attributes.frozen) {
    const [normalised, batchMean, batchVariance] = emit.all('batch_norm_train', [map, scale, offset], attributes)
    invariant(
      normalised !== undefined && batchMean !== undefined && batchVariance !== undefined,
      'batch_norm_train has three results',
    )
    y = normalised
    const count = emit
      .shapeOf(map)
      .slice(0, 3)
      .reduce((product, side) => product * side, 1)
    const unbiased = count > 1 ? emit.one('mul', [batchVariance, emit.scalar(count / (count - 1))]) : batchVariance
    const momentum = momentumOf(node.attributes.momentum, context)
    move(mean, batchMean, momentum, context)
    move(variance, unbiased, momentum, context)
  } else {
    y = emit.one('batch_norm_inference', [map, scale, offset, emit.read(mean), emit.read(variance)], attributes)
  }
  return shape.length === 4 ? y : emit.one('reshape', [y], { shape })
}

function momentumOf(momentum: number, { emit }: LoweringContext): ValueId {
  const fed = emit.feed('batch_norm_momentum', 'f32')
  return momentum === defaultMomentum ? fed : emit.one('mul', [fed, emit.scalar(momentum / defaultMomentum)])
}

/** running = (1 - m) running + m batch, written as running + m (batch - running): one operation less a statistic. */
function move(state: string, batch: ValueId, momentum: ValueId, { emit }: LoweringContext): void {
  const running = emit.read(state)
  const change = emit.one('mul', [emit.one('sub', [batch, running]), momentum])
  emit.assign(state, emit.one('add', [running, change]))
}
