import type { CheckedParameter, CheckedPipeline } from '../check/checked.js'
import { invariant } from '../diagnostics/invariant.js'
import { bytesOf, costOf } from '../ir/ops/cost.js'
import { sizeOf } from '../ir/ops/shape.js'
import type { DType, IrFunction, IrModule, Operation, ValueId } from '../ir/types.js'
import { type PassReport, runPasses } from '../passes/runner.js'
import { microBatchOf } from '../plan/run-plan.js'
import type { RecordedAllow, SettingOrigin } from '../plan/settings.js'
import type { MachineRecord } from './machine.js'
import { predictPeakBytes } from './memory.js'
import type { Artefacts } from './phase.js'

/** What one top-level block of the model (`recon`, `seg`, `severity`) costs, or all of them together. */
export interface BlockCost {
  readonly block: string
  readonly parameters: number
  /** Bytes of the weights and statistics. */
  readonly weightBytes: number
  /** FLOPs (multiplications and additions counted each) of convolutions and matrix products for one image, forward. */
  readonly forwardFlops: number
  /** The same for one whole training step: forward and gradients, all images of the batch. */
  readonly stepFlops: number
  /** Bytes of what the forward part of a training step keeps for the gradients. */
  readonly activationBytes: number
}

/** Everything that `draemc explain` says; `--json` writes it as it is. */
export interface Explanation {
  readonly name: string
  readonly doc?: string
  readonly image: CheckedPipeline['image']
  readonly batch: number
  readonly microBatch: number
  readonly precision: string
  readonly parameters: { readonly total: number; readonly trained: number; readonly frozen: number }
  readonly blocks: readonly BlockCost[]
  readonly total: BlockCost
  /** Bytes of the optimiser's slots. */
  readonly slotBytes: number
  /** Of the process that trains it on a CPU, at most. */
  readonly peakBytes: number
  readonly epochs: number
  /** Where the training ends sooner. */
  readonly maxSteps?: number
  /** Where the data could be counted. */
  readonly data?: { readonly trainImages: number; readonly stepsPerEpoch: number }
  /** Names of the losses that are reported, after what weighs nothing is gone. */
  readonly losses: readonly string[]
  readonly outputs: readonly string[]
  readonly settings: readonly SettingOrigin[]
  readonly allows: readonly RecordedAllow[]
  /** How convolutions are computed on this machine, as far as it was measured; absent without an engine on a CPU. */
  readonly machine?: MachineRecord
  readonly passes: readonly Pick<PassReport, 'name' | 'changes' | 'operations'>[]
}

export interface ExplainFacts {
  /** Images that training draws from (the held-out part is not among them), where they could be counted. */
  readonly trainImages?: number
  readonly machine?: MachineRecord
}

/** What the phases made of the pipeline. */
export interface ExplainedStages {
  readonly pipeline: CheckedPipeline
  readonly lowered: Artefacts['lowered']
  readonly optimised: Artefacts['ir']
}

export function explainPipeline(
  { pipeline, lowered: { module, training }, optimised }: ExplainedStages,
  { trainImages, machine }: ExplainFacts = {},
): Explanation {
  const forward = runPasses(module, training, { stopAfter: 'double_precision' }).module
  const differentiated = runPasses(module, training, { stopAfter: 'differentiate' }).module
  const blocks = blockCosts(pipeline, {
    dtypes: new Map(forward.state.map(({ name, type }) => [name, type.dtype])),
    forward: trainStep(forward),
    differentiated: trainStep(differentiated),
    // FLOPs are said of convolutions by their definition, however they are then computed.
    optimised: trainStep(runPasses(module, training, { without: ['convolution_algorithms'] }).module),
  })
  const weights = pipeline.parameters.filter((parameter) => parameter.kind === 'weight')
  const trained = count(weights.filter((parameter) => parameter.trainable))
  const losses = trainStep(optimised.module).outputs.map((output) => output.name)
  return {
    name: pipeline.name,
    ...(pipeline.doc === undefined ? {} : { doc: pipeline.doc }),
    image: pipeline.image,
    batch: pipeline.batch,
    microBatch: microBatchOf(pipeline),
    precision: pipeline.train.precision,
    parameters: { total: count(weights), trained, frozen: count(weights) - trained },
    blocks,
    total: blocks.reduce(together, { ...nothing, block: 'all' }),
    slotBytes: optimised.module.state
      .filter((variable) => variable.kind === 'slot')
      .reduce((sum, variable) => sum + bytesOf(variable.type), 0),
    peakBytes: predictPeakBytes(optimised.module),
    epochs: pipeline.train.epochs,
    ...(pipeline.train.max_steps === undefined ? {} : { maxSteps: pipeline.train.max_steps }),
    ...(trainImages === undefined
      ? {}
      : { data: { trainImages, stepsPerEpoch: stepsPerEpoch(pipeline, trainImages) } }),
    losses,
    outputs: pipeline.outputs.map((output) => output.name),
    settings: pipeline.origins,
    allows: pipeline.allows,
    ...(machine === undefined ? {} : { machine }),
    passes: optimised.reports.map(({ name, changes, operations }) => ({ name, changes, operations })),
  }
}

function stepsPerEpoch({ batch, data }: CheckedPipeline, images: number): number {
  return data.parameters.drop_last ? Math.floor(images / batch) : Math.ceil(images / batch)
}

function count(parameters: readonly CheckedParameter[]): number {
  return parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
}

function trainStep(module: IrModule): IrFunction {
  const step = module.functions.find((source) => source.name === 'train_step')
  invariant(step, 'a module has a train_step')
  return step
}

const nothing = { parameters: 0, weightBytes: 0, forwardFlops: 0, stepFlops: 0, activationBytes: 0 } as const

function together(left: BlockCost, right: BlockCost): BlockCost {
  return {
    block: left.block,
    parameters: left.parameters + right.parameters,
    weightBytes: left.weightBytes + right.weightBytes,
    forwardFlops: left.forwardFlops + right.forwardFlops,
    stepFlops: left.stepFlops + right.stepFlops,
    activationBytes: left.activationBytes + right.activationBytes,
  }
}

interface Stages {
  /** What each weight and statistic is kept in. */
  readonly dtypes: ReadonlyMap<string, DType>
  readonly forward: IrFunction
  /** The operations of `forward`, in their order, then those of the gradients. */
  readonly differentiated: IrFunction
  /** After all passes but those that compute convolutions in another way. */
  readonly optimised: IrFunction
}

function blockCosts(pipeline: CheckedPipeline, stages: Stages): readonly BlockCost[] {
  const costs = new Map<string, BlockCost>()
  const microBatch = microBatchOf(pipeline)
  const add = (path: string | undefined, cost: Partial<BlockCost>) => {
    const block = blockOf(path)
    costs.set(block, together(costs.get(block) ?? { ...nothing, block }, { ...nothing, block, ...cost }))
  }
  for (const { name, shape, kind } of pipeline.parameters) {
    const dtype = stages.dtypes.get(name) ?? 'f32'
    const size = sizeOf(shape)
    add(name, { parameters: kind === 'weight' ? size : 0, weightBytes: bytesOf({ dtype, shape }) })
  }
  for (const operation of stages.forward.operations)
    add(operation.path, { forwardFlops: costOf(operation, stages.forward.types).matrixFlops / microBatch })
  const parts = pipeline.batch / microBatch
  for (const operation of stages.optimised.operations)
    add(operation.path, { stepFlops: parts * costOf(operation, stages.optimised.types).matrixFlops })
  for (const { operation, result } of keptForGradients(stages)) {
    const type = stages.differentiated.types.get(result)
    add(operation.path, { activationBytes: type ? bytesOf(type) : 0 })
  }
  // The model's parts in the order of its section, then the losses.
  const order = [...new Set(pipeline.outputs.map(({ name }) => blockOf(name)))]
  const place = ({ block }: BlockCost) => (order.includes(block) ? order.indexOf(block) : order.length)
  return [...costs.values()]
    .filter((cost) => cost.parameters + cost.forwardFlops + cost.stepFlops + cost.activationBytes > 0)
    .sort((a, b) => place(a) - place(b) || (a.block < b.block ? -1 : 1))
}

const otherBlock = '(other)'

function blockOf(path: string | undefined): string {
  return path?.split('.')[0] || otherBlock
}

/** Results of the forward operations that a gradient reads; weights and constants are no activations. */
function* keptForGradients({ forward, differentiated }: Stages): Iterable<{ operation: Operation; result: ValueId }> {
  const forwardCount = forward.operations.length
  const readByGradients = new Set<ValueId>()
  for (const operation of differentiated.operations.slice(forwardCount))
    for (const operand of operation.operands) readByGradients.add(operand)
  for (const operation of differentiated.operations.slice(0, forwardCount)) {
    if (operation.operands.length === 0) continue
    for (const result of operation.results) if (readByGradients.has(result)) yield { operation, result }
  }
}
