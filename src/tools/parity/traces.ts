import type { CheckedNode } from '../../check/checked.js'
import type { Applied } from '../../check/primitives/table.js'
import type { IrModule, StateVariable } from '../../ir/types.js'
import { lowerForward } from '../../lower/lower.js'
import type { TrainingDescription } from '../../lower/training.js'
import { runPasses } from '../../passes/runner.js'
import { dynamicWeightAverage, rampWeight } from '../../train/loss-weights.js'
import { auroc } from '../../train/metrics/auroc.js'
import { averagePrecision } from '../../train/metrics/average-precision.js'
import { f1Max } from '../../train/metrics/f1-max.js'
import { rank } from '../../train/metrics/ranking.js'
import { type Comparison, compare, type EngineName, type Expectation } from './compare.js'
import type { ParityEngine } from './engines.js'
import type { ExpectedTensors } from './expected.js'
import { type Fixture, FixtureError, type FixtureTensor, groups, tensor } from './fixture.js'

const metrics = { auroc, average_precision: averagePrecision, f1_max: f1Max } as const

/** Of the weights of segmentation and severity. */
const rampStarts = [0.1, 0.05] as const
const rampName = /^ramp\/weights_seg_sev_warmup(\d+)_ramp(\d+)$/

/** What metrics and weights of losses have to have, as far as the fixture has any. */
export function traceTensors(fixture: Fixture): ExpectedTensors {
  const inputs = new Map<string, readonly number[]>()
  const results = new Map<string, readonly number[]>()
  const present = groups(fixture)
  if (present.includes('metric')) {
    const { shape } = tensor(fixture, 'metric/score')
    for (const name of ['metric/score', 'metric/label_int64']) inputs.set(name, shape)
    for (const name of Object.keys(metrics)) results.set(`metric/${name}`, [])
  }
  for (const name of fixture.tensors.keys()) {
    if (rampName.test(name)) results.set(name, [tensor(fixture, name).shape[0] ?? 0, rampStarts.length])
  }
  if (present.includes('dwa')) {
    const { shape } = tensor(fixture, 'dwa/epoch_losses')
    inputs.set('dwa/epoch_losses', shape)
    results.set('dwa/weights', shape)
  }
  if (present.includes('uncertainty')) {
    const { shape } = tensor(fixture, 'uncertainty/tasks')
    inputs.set('uncertainty/tasks', shape)
    inputs.set('uncertainty/base', shape.slice(1))
    results.set('uncertainty/total', shape.slice(0, 1))
    results.set('uncertainty/log_var_after', shape)
  }
  return { inputs, results }
}

/** Metrics run in plain TypeScript: one engine, compared as strictly as the interpreter. */
export function compareMetrics(fixture: Fixture): readonly Comparison[] {
  if (!groups(fixture).includes('metric')) return []
  const ranking = rank(tensor(fixture, 'metric/score').values, tensor(fixture, 'metric/label_int64').values)
  return Object.entries(metrics).flatMap(([name, metric]) =>
    compareIfThere('interpreter', fixture, 'metrics', `metric/${name}`, () => [metric(ranking)]),
  )
}

/** Nothing where the fixture promises no such result. */
function compareIfThere(
  engine: EngineName,
  fixture: Fixture,
  group: string,
  name: string,
  actual: () => ArrayLike<number>,
): readonly Comparison[] {
  return fixture.tensors.has(name) ? [compare(engine, expectation(fixture, group, name), actual())] : []
}

function expectation(fixture: Fixture, group: string, name: string): Expectation {
  return { fixture: fixture.name, group, tensor: name, expected: tensor(fixture, name) }
}

/** Weights of loss terms over a run: the ramp, the dynamic weight average, the learnt uncertainties. */
export function compareWeightTraces(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const comparisons: Comparison[] = []
  for (const name of fixture.tensors.keys()) {
    const ramp = rampName.exec(name)
    if (ramp !== null) {
      const [epochs = 0] = tensor(fixture, name).shape
      const [warmup, length] = [Number(ramp[1]), Number(ramp[2])]
      const weights = Array.from({ length: epochs }, (_, epoch) =>
        rampStarts.map((start) => rampWeight(epoch, { from: start, to: 1, after: warmup, over: length })),
      )
      comparisons.push(compare('interpreter', expectation(fixture, 'loss weights', name), weights.flat()))
    }
  }
  if (fixture.tensors.has('dwa/weights')) {
    const { shape, values } = tensor(fixture, 'dwa/epoch_losses')
    const [epochs = 0, terms = 0] = shape
    const losses = Array.from({ length: epochs }, (_, epoch) => [...values.slice(epoch * terms, (epoch + 1) * terms)])
    const weights = losses.flatMap((_, epoch) => dynamicWeightAverage(losses.slice(0, epoch), terms, 2))
    comparisons.push(compare('interpreter', expectation(fixture, 'loss weights', 'dwa/weights'), weights))
  }
  if (fixture.tensors.has('uncertainty/tasks')) {
    comparisons.push(...engines.flatMap((engine) => compareUncertainty(fixture, engine)))
  }
  return comparisons
}

/** The trace in the fixture was made with plain gradient descent, rate 0.1, from log variances of 0. */
const uncertaintyRate = 0.1

/** sum of w_i L_i / (2 exp(v_i)) + v_i / 2 with learned v (Kendall et al. 2018), through lowering, gradients and update. */
function compareUncertainty(fixture: Fixture, engine: ParityEngine): readonly Comparison[] {
  const base = tensor(fixture, 'uncertainty/base').values
  const tasks = tensor(fixture, 'uncertainty/tasks')
  const [steps = 0, terms = 0] = tasks.shape
  const names = Array.from({ length: terms }, (_, term) => `log_variance${term}`)
  const loaded = engine.load({
    module: uncertaintyModule(names, base),
    initial: new Map(names.map((name) => [name, [0]])),
  })
  try {
    const totals: number[] = []
    const variances: number[] = []
    for (let step = 0; step < steps; step++) {
      const inputs = names.map((_, term) => [`task${term}`, [tasks.values[step * terms + term] ?? 0]])
      const outputs = loaded.run('train_step', { ...Object.fromEntries(inputs), learning_rate: [uncertaintyRate] })
      totals.push(outputs.total?.[0] ?? Number.NaN)
      const state = loaded.state()
      variances.push(...names.map((name) => state.get(name)?.[0] ?? Number.NaN))
    }
    return [
      ...compareIfThere(engine.name, fixture, 'loss weights', 'uncertainty/total', () => totals),
      ...compareIfThere(engine.name, fixture, 'loss weights', 'uncertainty/log_var_after', () => variances),
    ]
  } finally {
    loaded.close()
  }
}

function uncertaintyModule(names: readonly string[], base: FixtureTensor['values']): IrModule {
  const graph = new ScalarGraph()
  let total: number | undefined
  for (const [term, name] of names.entries()) {
    const variance = graph.node({ op: 'learned', attributes: {} }, [], [name])
    // A batch of one image whose value is the task's loss.
    const task = graph.node({ op: 'mean', attributes: {} }, [
      graph.node({ op: 'input', attributes: { name: `task${term}` } }, [], [], 'image'),
    ])
    const weighted = graph.node({ op: 'mul', attributes: {} }, [task, graph.constant((base[term] ?? 0) / 2)])
    const attenuated = graph.node({ op: 'mul', attributes: {} }, [
      weighted,
      graph.node({ op: 'exp', attributes: {} }, [graph.node({ op: 'neg', attributes: {} }, [variance])]),
    ])
    const whole = graph.node({ op: 'add', attributes: {} }, [
      attenuated,
      graph.node({ op: 'mul', attributes: {} }, [variance, graph.constant(0.5)]),
    ])
    total = total === undefined ? whole : graph.node({ op: 'add', attributes: {} }, [total, whole])
  }
  if (total === undefined) throw new FixtureError('uncertainty has no terms')
  const state: readonly StateVariable[] = names.map((name) => ({
    name,
    kind: 'weight',
    type: { dtype: 'f32', shape: [] },
  }))
  const outputs = [{ name: 'total', node: total }]
  const step = lowerForward({ nodes: graph.nodes, seed: 0 }, state, {
    name: 'train_step',
    phase: 'train',
    batch: 1,
    outputs,
  })
  const training: TrainingDescription = {
    loss: 'total',
    weights: names,
    optimizer: { kind: 'sgd', momentum: 0, weightDecay: 0 },
    precision: 'float32',
  }
  return runPasses({ name: 'uncertainty', state, functions: [step] }, training, { verify: true }).module
}

/** A checked graph of numbers, written by hand. */
class ScalarGraph {
  readonly nodes: CheckedNode[] = []

  node(
    { op, attributes }: Applied,
    operands: readonly number[],
    parameters: readonly string[] = [],
    per: 'image' | 'batch' = 'batch',
  ): number {
    const id = this.nodes.length
    const type = { per, shape: [], meaning: 'plain' } as const
    const span = { file: 'parity', start: 0, end: 0 }
    this.nodes.push({ id, op, attributes, operands, parameters, type, path: op, span } as CheckedNode)
    return id
  }

  constant(value: number): number {
    return this.node({ op: 'constant', attributes: { value } }, [])
  }
}
