import type { TrainPlan } from '../plan/run-plan.js'

/** The scalars that a step is fed with. */
export interface StepScalars {
  readonly learning_rate: number
  /** 1 - beta1^t and 1 - beta2^t of Adam, t counted from 1. */
  readonly correction1: number
  readonly correction2: number
  /** running = (1 - m) running + m batch */
  readonly batch_norm_momentum: number
  /** Counted from 1 over the whole run: the counter of the step's random numbers. */
  readonly step: number
}

/** The momentum that the graph takes as the usual one; a norm with another scales it. */
const batchNormMomentum = 0.1

/**
 * Host-side schedules, so that one graph serves the whole run. Powers are running products from step 1 on: `Math.pow`
 * differs between machines, and a resumed run must feed the very same bits.
 */
export class Schedule {
  #step = 0
  #power1 = 1
  #power2 = 1
  readonly #beta1: number
  readonly #beta2: number
  readonly #baseRate: number

  constructor(
    private readonly train: TrainPlan,
    private readonly stepsPerEpoch: number,
    stepsDone: number,
  ) {
    this.#beta1 = numberOf(train, 'beta1', 0.9)
    this.#beta2 = numberOf(train, 'beta2', 0.999)
    this.#baseRate = numberOf(train, 'lr', 1e-4)
    while (this.#step < stepsDone) this.next()
  }

  next(): StepScalars {
    this.#step++
    this.#power1 *= this.#beta1
    this.#power2 *= this.#beta2
    return {
      learning_rate: this.learningRate(Math.ceil(this.#step / this.stepsPerEpoch)),
      correction1: 1 - this.#power1,
      correction2: 1 - this.#power2,
      batch_norm_momentum: batchNormMomentum,
      step: this.#step,
    }
  }

  /** Of an epoch, counted from 1. A step `epoch = 24, factor = 0.2` holds from the start of epoch 24 on. */
  learningRate(epoch: number): number {
    return this.train.learningRateSteps.reduce(
      (rate, change) => (change.epoch <= epoch ? rate * change.factor : rate),
      this.#baseRate,
    )
  }
}

function numberOf({ optimizer }: TrainPlan, name: string, otherwise: number): number {
  const value = optimizer.parameters[name]
  return typeof value === 'number' ? value : otherwise
}
