import { invariant } from '../diagnostics/invariant.js'
import type { DType, IrFunction, IrModule, StateVariable, ValueId } from '../ir/types.js'
import type { OptimizerRule, TrainingDescription } from '../lower/training.js'
import { stateOf } from './analysis.js'
import { clippedByNorm } from './clip_norm.js'
import { gradientPrefix } from './differentiate.js'
import { counted, type Pass, type PassResult } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Turns the outputs `grad.<weight>` of `train_step` into updates, in primitive arithmetic as PyTorch writes it, and adds the
 * optimiser's slots (`<weight>.adam_m`, `.adam_v`, `.momentum`, zero at `init`). Scalars that a schedule or the step count moves are
 * inputs: `learning_rate`, and for Adam `correction1` = 1 - beta1^t, `correction2` = 1 - beta2^t with t from 1.
 *
 * A step of several parts is `accumulate_step` for all parts but the last, which adds their gradients up in `<weight>.gradient_sum`, and
 * `train_step` for the last, which updates by the mean and leaves the sums at zero.
 */
export const applyOptimizer: Pass = {
  name: 'apply_optimizer',
  summary: 'turn gradients into updates of weights and slots',
  place: 'after the gradients, which are its operands',
  run: (module, training) => {
    const step = module.functions.find((source) => source.name === 'train_step')
    const updated = step?.outputs.filter(({ name }) => name.startsWith(gradientPrefix)) ?? []
    if (!step || updated.length === 0) return { module, changes: [] }
    return withUpdates(module, step, training)
  },
}

function withUpdates(
  module: IrModule,
  step: IrFunction,
  { optimizer, clipNorm, undecayed, parts = 1 }: TrainingDescription,
): PassResult {
  const rewriter = new Rewriter(step)
  const reads = new Map<string, ValueId>()
  for (const operation of step.operations) {
    rewriter.copy(operation)
    const [result] = operation.results
    const state = operation.op === 'read' ? stateOf(operation) : undefined
    if (state !== undefined && result !== undefined) reads.set(state, rewriter.value(result))
  }
  const slots: StateVariable[] = []
  const kept = step.outputs.filter(({ name }) => !name.startsWith(gradientPrefix))
  const gradients = step.outputs.filter(({ name }) => name.startsWith(gradientPrefix))
  const [first] = gradients
  invariant(first, 'there is a gradient')
  const { dtype } = rewriter.type(rewriter.value(first.value))
  const still = new Set(undecayed)
  const decaysOf = (weight: string): boolean => optimizer.weightDecay !== 0 && !still.has(weight)
  const update =
    optimizer.kind === 'adam' ? adam(rewriter, dtype, optimizer, decaysOf) : sgd(rewriter, dtype, optimizer, decaysOf)
  const sums = parts === 1 ? [] : gradients.map(({ name, value }) => sumOf(name, step, value))
  slots.push(...sums)
  const whole = gradients.map(({ value }, index) => {
    const gradient = rewriter.value(value)
    const sum = sums[index]
    return sum === undefined ? gradient : meanOfParts(rewriter, gradient, sum, parts)
  })
  const used = clipNorm === undefined ? whole : clippedByNorm(rewriter, whole, clipNorm)
  for (const [index, { name }] of gradients.entries()) {
    const weight = name.slice(gradientPrefix.length)
    const gradient = used[index]
    invariant(gradient !== undefined, `${weight} has a gradient`)
    const type = rewriter.type(gradient)
    const slot = (suffix: string): Slot => {
      const variable: StateVariable = { name: `${weight}.${suffix}`, type, kind: 'slot' }
      slots.push(variable)
      return { name: variable.name, value: rewriter.read(variable.name, type, weight) }
    }
    const parameter = reads.get(weight) ?? rewriter.read(weight, type, weight)
    rewriter.assign(weight, update({ weight, parameter, gradient, slot }), weight)
  }
  const trained = rewriter.finish(kept.map(({ name, value }) => ({ name, value: rewriter.value(value) })))
  const functions = module.functions.flatMap((source) => {
    if (source.name === 'init') return [withZeroSlots(source, slots)]
    if (source !== step) return [source]
    return sums.length === 0 ? [trained] : [accumulating(step, sums), trained]
  })
  const named = optimizer.kind === 'sgd' ? 'sgd' : optimizer.decoupled ? 'adamw' : 'adam'
  return {
    module: { ...module, state: [...module.state, ...slots], functions },
    changes: [
      ...(sums.length === 0 ? [] : [`accumulate_step: gradients of ${counted(parts - 1, 'part')} are added up`]),
      ...(clipNorm === undefined ? [] : [`train_step: gradients are clipped to the norm ${clipNorm}`]),
      `train_step: ${named} updates ${counted(gradients.length, 'weight')}, with ${counted(slots.length, 'slot')}`,
    ],
  }
}

function sumOf(gradient: string, { types }: IrFunction, value: ValueId): StateVariable {
  const type = types.get(value)
  invariant(type, `${gradient} has a type`)
  return { name: `${gradient.slice(gradientPrefix.length)}.gradient_sum`, type, kind: 'slot' }
}

/** Of all parts, the last one among them; the sum begins anew. */
function meanOfParts(rewriter: Rewriter, gradient: ValueId, { name, type }: StateVariable, parts: number): ValueId {
  const sum = rewriter.one('add', [rewriter.read(name, type), gradient])
  rewriter.assign(name, rewriter.filled(0, type))
  return rewriter.one('mul', [sum, rewriter.scalar(1 / parts, type.dtype)])
}

/** The step up to its gradients, which are added to the sums; statistics of batch norms move as in every step. */
function accumulating(step: IrFunction, sums: readonly StateVariable[]): IrFunction {
  const rewriter = new Rewriter(step)
  for (const operation of step.operations) rewriter.copy(operation)
  const gradients = step.outputs.filter(({ name }) => name.startsWith(gradientPrefix))
  for (const [index, { name, type }] of sums.entries()) {
    const gradient = gradients[index]
    invariant(gradient, `${name} is the sum of a gradient`)
    rewriter.assign(name, rewriter.one('add', [rewriter.read(name, type), rewriter.value(gradient.value)]))
  }
  const kept = step.outputs.filter(({ name }) => !name.startsWith(gradientPrefix))
  const outputs = kept.map(({ name, value }) => ({ name, value: rewriter.value(value) }))
  return { ...rewriter.finish(outputs), name: 'accumulate_step' }
}

function withZeroSlots(init: IrFunction, slots: readonly StateVariable[]): IrFunction {
  const rewriter = new Rewriter(init)
  for (const operation of init.operations) rewriter.copy(operation)
  for (const { name, type } of slots) rewriter.assign(name, rewriter.filled(0, type, name), name)
  return rewriter.finish()
}

interface Slot {
  readonly name: string
  readonly value: ValueId
}

interface Trained {
  readonly weight: string
  readonly parameter: ValueId
  readonly gradient: ValueId
  readonly slot: (suffix: string) => Slot
}

/** Gives the weight's next value; assigns the slots itself. */
type Update = (trained: Trained) => ValueId

/** Kingma & Ba 2015 with the corrections as PyTorch applies them: p - lr/correction1 m / (sqrt v / sqrt correction2 + epsilon). */
function adam(
  rewriter: Rewriter,
  dtype: DType,
  rule: Extract<OptimizerRule, { kind: 'adam' }>,
  decaysOf: (weight: string) => boolean,
): Update {
  const number = (value: number) => rewriter.scalar(value, dtype)
  const scalarType = { dtype, shape: [] }
  const rate = rewriter.inputNamed('learning_rate', scalarType)
  const correction1 = rewriter.inputNamed('correction1', scalarType)
  const correction2 = rewriter.inputNamed('correction2', scalarType)
  const stepSize = rewriter.one('div', [rate, correction1])
  const root2 = rewriter.one('sqrt', [correction2])
  const shrink =
    rule.weightDecay !== 0 && rule.decoupled ? rewriter.one('mul', [rate, number(rule.weightDecay)]) : undefined
  return ({ weight, parameter, gradient, slot }) => {
    const one: typeof rewriter.one = (op, operands, attributes) => rewriter.one(op, operands, attributes, weight)
    const by = (value: ValueId, factor: number) => one('mul', [value, rewriter.scalar(factor, dtype)])
    const decays = decaysOf(weight)
    const g = decays && !rule.decoupled ? one('add', [gradient, by(parameter, rule.weightDecay)]) : gradient
    const m = slot('adam_m')
    const v = slot('adam_v')
    const newM = one('add', [by(m.value, rule.beta1), by(g, 1 - rule.beta1)])
    const newV = one('add', [by(v.value, rule.beta2), by(one('square', [g]), 1 - rule.beta2)])
    rewriter.assign(m.name, newM, weight)
    rewriter.assign(v.name, newV, weight)
    const start = shrink === undefined || !decays ? parameter : one('sub', [parameter, one('mul', [parameter, shrink])])
    const spread = one('add', [one('div', [one('sqrt', [newV]), root2]), number(rule.epsilon)])
    return one('sub', [start, one('mul', [stepSize, one('div', [newM, spread])])])
  }
}

/** buffer = momentum buffer + g; p - lr buffer, without dampening (PyTorch's first step too: the buffer starts at zero). */
function sgd(
  rewriter: Rewriter,
  dtype: DType,
  rule: Extract<OptimizerRule, { kind: 'sgd' }>,
  decaysOf: (weight: string) => boolean,
): Update {
  const rate = rewriter.inputNamed('learning_rate', { dtype, shape: [] })
  return ({ weight, parameter, gradient, slot }) => {
    const one: typeof rewriter.one = (op, operands, attributes) => rewriter.one(op, operands, attributes, weight)
    const by = (value: ValueId, factor: number) => one('mul', [value, rewriter.scalar(factor, dtype)])
    let direction = !decaysOf(weight) ? gradient : one('add', [gradient, by(parameter, rule.weightDecay)])
    if (rule.momentum !== 0) {
      const buffer = slot('momentum')
      direction = one('add', [by(buffer.value, rule.momentum), direction])
      rewriter.assign(buffer.name, direction, weight)
    }
    return one('sub', [parameter, one('mul', [rate, direction])])
  }
}
