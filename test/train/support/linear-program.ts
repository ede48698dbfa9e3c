import type { RunPlan } from '../../../src/plan/run-plan.js'
import type { StepRunner } from '../../../src/train/step-runner.js'
import { evaluatePlan, hdmap, keepBest, metric, monitor, sgd, trainPlan } from '../../support/components.js'
import { compileSynthesis } from '../../support/synthesis.js'

/**
 * A whole trainable program in plain arithmetic: logistic regression of "has a fault" on the mean of the image, by SGD
 * with momentum; its map is the image itself. Small, real, and the same bits every time.
 */
export class LinearProgram implements StepRunner {
  readonly #state = new Map<string, Float32Array>()
  steps = 0

  constructor(private readonly plan: RunPlan) {
    for (const { name, shape } of plan.state) {
      this.#state.set(name, new Float32Array(shape.reduce((product, size) => product * size, 1)))
    }
  }

  run(name: string, inputs: Readonly<Record<string, Float32Array | Int32Array | number>>) {
    if (name === 'init') {
      for (const values of this.#state.values()) values.fill(0)
      this.#of('head.kernel').fill(0.1)
      return {}
    }
    const image = inputs.image as Float32Array
    const { height, width, channels } = this.plan.image
    const size = height * width * channels
    const means = Float32Array.from({ length: image.length / size }, (_, i) => {
      let sum = 0
      for (let k = 0; k < size; k++) sum += image[i * size + k] as number
      return sum / size
    })
    const kernel = this.#of('head.kernel')
    const bias = this.#of('head.bias')
    const score = means.map((mean) => 1 / (1 + Math.exp(-((kernel[0] as number) * mean + (bias[0] as number)))))
    if (name !== 'train_step') return { score, anomaly_map: image.slice() }

    this.steps++
    const severity = inputs.fault_severity as Float32Array
    const gradient = { kernel: 0, bias: 0 }
    let loss = 0
    score.forEach((value, i) => {
      const label = (severity[i] as number) > 0 ? 1 : 0
      loss -= Math.log(label ? value : 1 - value) / score.length
      gradient.kernel += ((value - label) * (means[i] as number)) / score.length
      gradient.bias += (value - label) / score.length
    })
    this.#descend('head.kernel', gradient.kernel, inputs.learning_rate as number)
    this.#descend('head.bias', gradient.bias, inputs.learning_rate as number)
    return { 'loss.classification': Float32Array.of(loss), 'loss.total': Float32Array.of(loss) }
  }

  *state() {
    for (const { name } of this.plan.state) yield { name, values: this.#of(name).slice() }
  }

  setState(states: Iterable<{ readonly name: string; readonly values: Float32Array }>): number {
    let count = 0
    for (const { name, values } of states) {
      this.#of(name).set(values)
      count++
    }
    return count
  }

  close(): void {}

  #of(name: string): Float32Array {
    const values = this.#state.get(name)
    if (!values) throw new Error(`no state ${name}`)
    return values
  }

  #descend(name: string, gradient: number, rate: number): void {
    const weight = this.#of(name)
    const buffer = this.#of(`${name}/momentum`)
    buffer[0] = 0.9 * (buffer[0] as number) + gradient
    weight[0] = (weight[0] as number) - rate * (buffer[0] as number)
  }
}

export function linearPlan(
  train: Partial<RunPlan['train']> = {},
  evaluate: Partial<RunPlan['evaluate']> = {},
): RunPlan {
  const image = { height: 4, width: 4, channels: 1 }
  const imageTensor = (batch: number) => ({ name: 'image', dtype: 'f32' as const, shape: [batch, 4, 4, 1] })
  const scalar = (name: string) => ({ name, dtype: 'f32' as const, shape: [] })
  const evalStep = {
    inputs: [imageTensor(5)],
    outputs: [
      { name: 'score', dtype: 'f32' as const, shape: [5] },
      { name: 'anomaly_map', dtype: 'f32' as const, shape: [5, 4, 4, 1] },
    ],
  }
  return {
    format: 2,
    name: 'linear',
    hash: 'abc123',
    seed: 7,
    image,
    batch: 4,
    evalBatch: 5,
    functions: {
      init: { inputs: [], outputs: [] },
      train_step: {
        inputs: [imageTensor(4), { name: 'fault_severity', dtype: 'f32', shape: [4] }, scalar('learning_rate')],
        outputs: [scalar('loss.classification'), scalar('loss.total')],
      },
      eval_step: evalStep,
      predict: evalStep,
    },
    outputs: [
      { name: 'score', kind: 'value' },
      { name: 'anomaly_map', kind: 'map' },
    ],
    state: ['head.kernel', 'head.bias', 'head.kernel/momentum', 'head.bias/momentum'].map((name) => ({
      name,
      kind: name.endsWith('momentum') ? 'slot' : 'weight',
      dtype: 'f32',
      shape: [1],
    })),
    data: hdmap(),
    synthesis: compileSynthesis('additive()'),
    train: trainPlan({
      optimizer: sgd({ lr: 0.5, weight_decay: 0 }),
      epochs: 4,
      checkpoint: keepBest(monitor('auroc', 'score'), 2),
      ...train,
    }),
    evaluate: evaluatePlan({
      image: [metric('auroc', 'score')],
      pixel: [metric('auroc', 'anomaly_map'), metric('pro', 'anomaly_map')],
      values: [metric('within', 'score', { tolerance: 0.5 })],
      ...evaluate,
    }),
    lossTerms: ['classification', 'total'],
    lossWeights: [],
    origins: [],
    allows: [],
  }
}
