import { FunctionBuilder } from '../../../src/ir/builder.js'
import type { IrFunction, IrModule, StateVariable, TensorType, ValueId } from '../../../src/ir/types.js'

/** Side of the images of the tiny program. */
export const tinyImage = { height: 31, width: 95, channels: 1 } as const
export const tinyBatch = 8
export const tinyEvalBatch = 6

const scalar: TensorType = { dtype: 'f32', shape: [] }
const names = ['head.kernel', 'head.bias'] as const
const state: readonly StateVariable[] = [
  ...names.map((name) => ({ name, kind: 'weight' as const, type: scalar })),
  ...names.map((name) => ({ name: `${name}/momentum`, kind: 'slot' as const, type: scalar })),
]

/**
 * Logistic regression of "has a fault" on the roughness of an image, trained by SGD with momentum, its gradient written
 * by hand: a whole program, small enough to read, that no pass had a hand in.
 */
export function tinyModule(): IrModule {
  return { name: 'tiny', state, functions: [init(), trainStep(), evaluate('eval_step'), evaluate('predict')] }
}

function init(): IrFunction {
  const b = new FunctionBuilder('init', state)
  for (const { name } of state) b.assign(name, b.constant(name === 'head.kernel' ? 0.1 : 0))
  return b.build()
}

function trainStep(): IrFunction {
  const b = new FunctionBuilder('train_step', state)
  const image = b.input('image', imageType(tinyBatch))
  const severity = b.input('fault_severity', { dtype: 'f32', shape: [tinyBatch] })
  const rate = b.input('learning_rate', scalar)
  const feature = roughness(b, image, tinyBatch)
  const score = scoreOf(b, feature)
  const label = b.one('sign', [severity])
  const error = b.one('sub', [score, label])
  b.output('loss.total', b.one('reduce_mean', [b.one('square', [error])], { axes: [0], keep_dims: false }))
  // d(mean of (p - y)^2)/dz = 2 (p - y) p (1 - p), averaged
  const slope = b.one('mul', [score, b.one('sub', [b.constant(1), score])])
  const each = b.one('mul', [b.constant(2), b.one('mul', [error, slope])])
  const mean = (value: ValueId) => b.one('reduce_mean', [value], { axes: [0], keep_dims: false })
  const gradients = { 'head.kernel': mean(b.one('mul', [each, feature])), 'head.bias': mean(each) }
  for (const name of names) {
    const [weight, buffer] = b.emit(
      'momentum_update',
      [b.read(name), b.read(`${name}/momentum`), gradients[name], rate],
      {
        momentum: 0.9,
      },
    )
    b.assign(name, weight as ValueId)
    b.assign(`${name}/momentum`, buffer as ValueId)
  }
  return b.build()
}

function evaluate(name: string): IrFunction {
  const b = new FunctionBuilder(name, state)
  const image = b.input('image', imageType(tinyEvalBatch))
  b.output('score', scoreOf(b, roughness(b, image, tinyEvalBatch)))
  b.output('anomaly_map', b.one('abs', [b.one('sub', [image, b.constant(0.5)])]))
  return b.build()
}

function imageType(batch: number): TensorType {
  return { dtype: 'f32', shape: [batch, tinyImage.height, tinyImage.width, tinyImage.channels] }
}

/** Mean squared difference of neighbouring columns, times 100: [batch]. */
function roughness(b: FunctionBuilder, image: ValueId, batch: number): ValueId {
  const { height, width, channels } = tinyImage
  const size = [batch, height, width - 1, channels]
  const left = b.one('slice', [image], { begin: [0, 0, 0, 0], size })
  const right = b.one('slice', [image], { begin: [0, 0, 1, 0], size })
  const squared = b.one('square', [b.one('sub', [right, left])])
  return b.one('mul', [b.constant(100), b.one('reduce_mean', [squared], { axes: [1, 2, 3], keep_dims: false })])
}

function scoreOf(b: FunctionBuilder, feature: ValueId): ValueId {
  return b.one('sigmoid', [b.one('add', [b.one('mul', [feature, b.read('head.kernel')]), b.read('head.bias')])])
}
