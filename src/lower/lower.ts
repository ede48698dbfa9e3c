import type { CheckedNode, CheckedPipeline, NamedOutput } from '../check/checked.js'
import { invariant } from '../diagnostics/invariant.js'
import type { IrFunction, IrModule, NamedValue, StateVariable } from '../ir/types.js'
import { microBatchOf } from '../plan/run-plan.js'
import type { LoweringPhase, Operand } from './context.js'
import { Emitter } from './emitter.js'
import { lowerInit } from './init.js'
import { optimizerRule } from './optimizer.js'
import { inferenceOutputs } from './outputs.js'
import { lowerNode } from './table.js'
import type { TrainingDescription } from './training.js'

export interface LoweredPipeline {
  /** init, train_step (forward and losses only: the passes add gradients and updates), eval_step, predict. */
  readonly module: IrModule
  readonly training: TrainingDescription
}

export const lossPrefix = 'loss.'

export function lowerPipeline(pipeline: CheckedPipeline): LoweredPipeline {
  const state: readonly StateVariable[] = pipeline.parameters.map(({ name, shape, kind }) => ({
    name,
    kind,
    type: { dtype: 'f32', shape },
  }))
  const losses = pipeline.lossTerms.map(({ name, node }) => ({ name: lossPrefix + name, node }))
  const outputs = inferenceOutputs(pipeline)
  const microBatch = microBatchOf(pipeline)
  const evaluation = lowerForward(pipeline, state, {
    name: 'eval_step',
    phase: 'inference',
    batch: pipeline.evalBatch,
    outputs,
  })
  return {
    module: {
      name: pipeline.name,
      state,
      functions: [
        lowerInit(pipeline.parameters, state, pipeline.seed),
        lowerForward(pipeline, state, {
          name: 'train_step',
          phase: 'train',
          batch: microBatch,
          outputs: losses,
        }),
        evaluation,
        // The same operations, not a copy: passes and targets may notice.
        { ...evaluation, name: 'predict' },
      ],
    },
    training: {
      loss: totalName(pipeline),
      weights: pipeline.parameters.filter((parameter) => parameter.trainable).map((parameter) => parameter.name),
      undecayed: pipeline.parameters.filter(({ decays }) => decays === false).map(({ name }) => name),
      optimizer: optimizerRule(pipeline.train.optimizer),
      ...(microBatch === pipeline.batch ? {} : { parts: pipeline.batch / microBatch }),
      ...(pipeline.train.gradient_norms === undefined ? {} : { gradientNorms: true as const }),
      ...(pipeline.train.clip_norm === undefined ? {} : { clipNorm: pipeline.train.clip_norm }),
      ...(pipeline.train.ema === undefined ? {} : { averageDecay: pipeline.train.ema }),
      precision: pipeline.train.precision,
    },
  }
}

function totalName(pipeline: CheckedPipeline): string {
  const total = pipeline.lossTerms.find((term) => term.node === pipeline.total && term.name === 'total')
  const term = total ?? pipeline.lossTerms.find((candidate) => candidate.node === pipeline.total)
  invariant(term, 'the total is one of the loss terms')
  return lossPrefix + term.name
}

export interface ForwardRequest {
  readonly name: string
  readonly phase: LoweringPhase
  readonly batch: number
  readonly outputs: readonly NamedOutput[]
}

/** One function that computes the outputs asked for, and what only they need. */
export function lowerForward(
  pipeline: Pick<CheckedPipeline, 'nodes' | 'seed'>,
  state: readonly StateVariable[],
  { name, phase, batch, outputs }: ForwardRequest,
): IrFunction {
  const emit = new Emitter(name, state, batch)
  const nodes = new Map(pipeline.nodes.map((node) => [node.id, node]))
  const lowered = new Map<number, Operand>()
  const context = { phase, seed: pipeline.seed, emit }
  for (const node of inOrder(nodes, outputs)) {
    const operands = node.operands.map((id) => operandOf(lowered, id))
    emit.at(node.path)
    lowered.set(node.id, { value: lowerNode(node, operands, context), type: node.type })
  }
  return emit.finish(
    outputs.map((output): NamedValue => ({ name: output.name, value: operandOf(lowered, output.node).value })),
  )
}

function operandOf(lowered: ReadonlyMap<number, Operand>, id: number): Operand {
  const operand = lowered.get(id)
  invariant(operand, `node ${id} is used before it is made`)
  return operand
}

/** The nodes that the outputs need, each after its operands. Checked nodes are in such an order already; only the dead ones go. */
function inOrder(nodes: ReadonlyMap<number, CheckedNode>, outputs: readonly NamedOutput[]): readonly CheckedNode[] {
  const needed = new Set<number>()
  const pending = outputs.map((output) => output.node)
  for (let id = pending.pop(); id !== undefined; id = pending.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    const node = nodes.get(id)
    invariant(node, `node ${id} is not in the graph`)
    pending.push(...node.operands)
  }
  return [...nodes.values()].filter((node) => needed.has(node.id))
}
