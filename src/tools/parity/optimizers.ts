import type { IrModule, StateVariable } from '../../ir/types.js'
import { Emitter } from '../../lower/emitter.js'
import type { OptimizerRule } from '../../lower/training.js'
import { runPasses } from '../../passes/runner.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { checkTensors, shown } from './expected.js'
import { type Fixture, FixtureError, tensor } from './fixture.js'

const pattern = /^(adamw?|sgd)(?:_l2)?(?:_lr([\d.e-]+))?(?:_momentum([\d.]+))?(?:_decay([\d.e-]+))?$/

interface Optimizer {
  readonly rule: OptimizerRule
  readonly learningRate: number
}

/** The names that say no learning rate were made with this one. */
const defaultRate = 1e-2

function optimizerOf(name: string): Optimizer {
  const match = pattern.exec(name)
  if (match === null) throw new FixtureError(`the optimiser ${name} is not known`)
  const [, kind, rate, momentum = '0', decay = '0'] = match
  const learningRate = rate === undefined ? defaultRate : Number(rate)
  const weightDecay = Number(decay)
  if (kind === 'sgd') return { rule: { kind: 'sgd', momentum: Number(momentum), weightDecay }, learningRate }
  const adam = { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay } as const
  return { rule: { ...adam, decoupled: kind === 'adamw' }, learningRate }
}

/** Each optimiser through the passes that write and fuse its update; the loss is the sum of p g, so that g is the gradient. */
export function compareOptimizers(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const names = [...fixture.tensors.keys()].filter((name) => name.endsWith('/after'))
  const gradients = tensor(fixture, 'gradients').shape
  if (gradients.length !== 2) throw new FixtureError(`gradients is ${shown(gradients)}, not [steps, numbers]`)
  const inputs = new Map([
    ['start', gradients.slice(1)],
    ['gradients', gradients],
  ])
  checkTensors(fixture, { inputs, results: new Map(names.map((name) => [name, gradients])) })
  return names.flatMap((name) => engines.map((engine) => compareOptimizer(fixture, name, engine)))
}

function compareOptimizer(fixture: Fixture, name: string, engine: ParityEngine): Comparison {
  const { rule, learningRate } = optimizerOf(name.slice(0, -'/after'.length))
  const start = tensor(fixture, 'start')
  const gradients = tensor(fixture, 'gradients')
  const [steps = 0, size = 0] = gradients.shape
  const module = optimizerModule(rule, size)
  const slots = module.state.filter(({ kind }) => kind === 'slot')
  const zeros = slots.map((slot): [string, number[]] => [slot.name, Array<number>(size).fill(0)])
  const loaded = engine.load({ module, initial: new Map<string, ArrayLike<number>>([['p', start.values], ...zeros]) })
  try {
    const after: number[] = []
    for (let step = 1; step <= steps; step++) {
      loaded.run('train_step', {
        gradient: gradients.values.slice((step - 1) * size, step * size),
        learning_rate: [learningRate],
        correction1: [1 - 0.9 ** step],
        correction2: [1 - 0.999 ** step],
      })
      after.push(...Array.from(loaded.state().get('p') ?? []))
    }
    const expected = tensor(fixture, name)
    return compare(engine.name, { fixture: fixture.name, group: 'optimizers', tensor: name, expected }, after)
  } finally {
    loaded.close()
  }
}

function optimizerModule(rule: OptimizerRule, size: number): IrModule {
  const state: readonly StateVariable[] = [{ name: 'p', kind: 'weight', type: { dtype: 'f32', shape: [size] } }]
  const init = new Emitter('init', state, 0)
  init.assign('p', init.filled(0, [size]))
  const emit = new Emitter('train_step', state, size)
  const product = emit.one('mul', [emit.read('p'), emit.batchInput('gradient', [])])
  const loss = emit.one('reduce_sum', [product], { axes: [0], keep_dims: false })
  const functions = [init.finish([]), emit.finish([{ name: 'loss', value: loss }])]
  const training = { loss: 'loss', weights: ['p'], optimizer: rule, precision: 'float32' } as const
  return runPasses({ name: 'optimizer', state, functions }, training, { verify: true }).module
}
