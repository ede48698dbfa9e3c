import type { CheckedNode, TensorType } from '../../check/checked.js'
import type { Applied } from '../../check/primitives/table.js'
import type { IrModule, StateVariable } from '../../ir/types.js'
import type { LoweringPhase } from '../../lower/context.js'
import { Emitter } from '../../lower/emitter.js'
import { lowerNode } from '../../lower/table.js'
import type { OptimizerRule, TrainingDescription } from '../../lower/training.js'
import { runPasses } from '../../passes/runner.js'
import type { Program } from './engines.js'
import { shown } from './expected.js'
import { FixtureError, type FixtureTensor } from './fixture.js'

/** What one primitive is applied to and how, by names of state. */
export type Layer = Applied & {
  /** Operands in order; those with `trained` get a gradient. */
  readonly operands: readonly LayerOperand[]
  /** Weights and statistics in the primitive's order. */
  readonly parameters: readonly LayerParameter[]
  readonly phase: LoweringPhase
  /** The gradient that comes from above; without it the output is a scalar loss itself. */
  readonly cotangent?: FixtureTensor
}

export interface LayerOperand {
  readonly name: string
  readonly per: TensorType['per']
  readonly tensor: FixtureTensor
  readonly isTrained: boolean
}

export interface LayerParameter {
  readonly name: string
  readonly tensor: FixtureTensor
  readonly isTrained: boolean
}

const span = { file: 'parity', start: 0, end: 0 }
const noOptimizer: OptimizerRule = { kind: 'sgd', momentum: 0, weightDecay: 0 }

/** Name of the function, and of the outputs beside `grad.<name>`. */
export const layerFunction = 'train_step'
export const layerOutput = 'output'
export const layerLoss = 'loss'

/**
 * One primitive through the compiler's own lowering, differentiation and passes: operands are states, so that they get
 * gradients as weights do.
 */
export function layerProgram(layer: Layer): Program {
  const operandStates = layer.operands.map(({ name, tensor }) => variable(name, 'weight', tensor))
  const state = [
    ...operandStates,
    ...layer.parameters.map(({ name, tensor, isTrained }) =>
      variable(name, isTrained ? 'weight' : 'statistic', tensor),
    ),
  ]
  const batch = layer.operands[0]?.tensor.shape[0] ?? 1
  const emit = new Emitter(layerFunction, state, batch)
  const { op, attributes } = layer
  const node = {
    id: 0,
    op,
    attributes,
    operands: layer.operands.map((_, index) => index),
    parameters: layer.parameters.map(({ name }) => name),
    type: { per: 'batch', shape: [], meaning: 'plain' },
    path: op,
    span,
  } as CheckedNode
  const operands = layer.operands.map(({ name, per, tensor }) => ({
    value: emit.read(name),
    type: { per, shape: tensor.shape.slice(1), meaning: 'plain' } as const,
  }))
  const output = lowerNode(node, operands, { phase: layer.phase, seed: 0, emit })
  let loss = output
  if (layer.cotangent !== undefined) {
    const made = emit.shapeOf(output)
    if (made.join() !== layer.cotangent.shape.join()) {
      throw new FixtureError(
        `the cotangent of ${layer.op} is ${shown(layer.cotangent.shape)}, its output ${shown(made)}`,
      )
    }
    const cotangent = emit.batchInput('cotangent', layer.cotangent.shape.slice(1))
    const product = emit.one('mul', [output, cotangent])
    loss = emit.one('reduce_sum', [product], { axes: emit.shapeOf(product).map((_, axis) => axis), keep_dims: false })
  }
  const step = emit.finish([
    { name: layerLoss, value: loss },
    { name: layerOutput, value: output },
  ])
  const weights = [...layer.operands, ...layer.parameters].filter(({ isTrained }) => isTrained).map(({ name }) => name)
  const training: TrainingDescription = { loss: layerLoss, weights, optimizer: noOptimizer, precision: 'float32' }
  return {
    module: withGradients({ name: layer.op, state, functions: [step] }, training),
    initial: new Map([...layer.operands, ...layer.parameters].map(({ name, tensor }) => [name, tensor.values])),
  }
}

/**
 * All passes but those that make updates of the gradients: `grad.<weight>` stay outputs, where a loss reaches the weight. A term
 * of weight 0 stays as well, to be compared: PyTorch computes it.
 */
export function withGradients(module: IrModule, training: TrainingDescription): IrModule {
  const without = ['apply_optimizer', 'fuse_optimizer', 'prune_zero_terms']
  return runPasses(module, training, { without, verify: true }).module
}

function variable(name: string, kind: StateVariable['kind'], tensor: FixtureTensor): StateVariable {
  return { name, kind, type: { dtype: 'f32', shape: tensor.shape } }
}
