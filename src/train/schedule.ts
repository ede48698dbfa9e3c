import { epochsOf } from '../components/quantities.js'
import { type Halves, halfOf } from '../components/schema.js'
import type { optimizers, schedules, warmUps } from '../components/training.js'
import type { TrainPlan } from '../plan/run-plan.js'
import { cosineOfPi } from '../random/exact.js'

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

interface Betas {
  readonly beta1: number
  readonly beta2: number
}
/** Bases of the bias corrections; 0 where the optimiser corrects nothing. */
const betasOf: Halves<typeof optimizers, [], Betas> = {
  adam: (parameters) => parameters,
  adamw: (parameters) => parameters,
  sgd: () => ({ beta1: 0, beta2: 0 }),
}

/** The first epochs are those of the warm-up. */
interface Epochs {
  readonly all: number
  readonly warmUp: number
}

/** Learning rate of an epoch (counted from 1) behind the warm-up, from the optimiser's. */
const rateIn: Halves<typeof schedules, [rate: number, epoch: number, epochs: Epochs], number> = {
  constant: (_, rate) => rate,
  // A step after 24 epochs holds from the start of epoch 25 on.
  steps: ({ at, factor }, rate, epoch, epochs) =>
    at.reduce((product, point) => (epochsOf(point, epochs.all) < epoch ? product * factor : product), rate),
  cosine: ({ lowest }, rate, epoch, { all, warmUp }) =>
    lowest + ((rate - lowest) * (1 + cosineOfPi((epoch - 1 - warmUp) / (all - warmUp)))) / 2,
}

/** Share of the learning rate in an epoch (counted from 1) of the warm-up. */
const shareIn: Halves<typeof warmUps, [epoch: number], number> = {
  linear: ({ epochs, from }, epoch) => from + ((1 - from) * (epoch - 1)) / epochs,
}

/**
 * Host-side schedules, so that one graph serves the whole run. Powers are running products from step 1 on: `Math.pow`
 * differs between machines, and a resumed run must feed the very same bits.
 */
export class Schedule {
  #step = 0
  #power1 = 1
  #power2 = 1
  readonly #betas: Betas

  constructor(
    private readonly train: Pick<TrainPlan, 'optimizer' | 'learning_rate' | 'warm_up' | 'epochs'>,
    private readonly stepsPerEpoch: number,
    stepsDone: number,
  ) {
    this.#betas = halfOf(betasOf, train.optimizer)
    while (this.#step < stepsDone) this.next()
  }

  next(): StepScalars {
    this.#step++
    this.#power1 *= this.#betas.beta1
    this.#power2 *= this.#betas.beta2
    return {
      learning_rate: this.learningRate(Math.ceil(this.#step / this.stepsPerEpoch)),
      correction1: 1 - this.#power1,
      correction2: 1 - this.#power2,
      batch_norm_momentum: batchNormMomentum,
      step: this.#step,
    }
  }

  /** Of an epoch, counted from 1. */
  learningRate(epoch: number): number {
    const { optimizer, learning_rate: schedule, warm_up: warmUp, epochs: all } = this.train
    const { lr } = optimizer.parameters
    const epochs = { all, warmUp: warmUp?.parameters.epochs ?? 0 }
    return warmUp !== undefined && epoch <= epochs.warmUp
      ? lr * halfOf(shareIn, warmUp, epoch)
      : halfOf(rateIn, schedule, lr, epoch, epochs)
  }
}

/** Whether something that is done again and again is done after a step. */
export function isDue(
  { parameters: { interval } }: TrainPlan['validate'],
  { epoch, step, isLastOfEpoch }: { readonly epoch: number; readonly step: number; readonly isLastOfEpoch: boolean },
): boolean {
  return 'step' in interval ? step % interval.step === 0 : isLastOfEpoch && epoch % interval.epoch === 0
}
