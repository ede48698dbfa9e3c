import type { TrainBatch } from '../data/contract.js'
import { microBatchOf } from '../plan/run-plan.js'
import { own } from '../source/own.js'
import { type CheckpointKeeper, lastCheckpoint, type TrainingPosition } from './checkpoint/keeper.js'
import type { RunContext } from './context.js'
import { RunFailure } from './failure.js'
import type { LossWeights } from './loss-weights.js'
import { isDue, Schedule } from './schedule.js'
import { StepReporter } from './step-reporter.js'
import { serveEvents, yieldToEvents } from './stop.js'
import { gradientNorms, trainStep } from './train-step.js'
import type { Validator } from './validation.js'

export type LoopEnd = 'completed' | 'stopped_early' | 'interrupted'

export interface LoopResult {
  readonly end: LoopEnd
  readonly at: TrainingPosition
}

/**
 * Trains from a position on. A step's batch is asked for while the step before it runs: the call blocks this thread,
 * not the workers. Everything that a step is fed with is a function of (seed, step), so going on from a checkpoint gives the same bits.
 */
export async function trainLoop(
  context: RunContext,
  from: TrainingPosition,
  validator: Validator,
  keeper: CheckpointKeeper,
  weights: LossWeights,
): Promise<LoopResult> {
  const { plan, data, stop, emit, clock } = context
  const perEpoch = data.stepsPerEpoch
  const total = Math.min(plan.train.epochs * perEpoch, plan.train.max_steps ?? Number.POSITIVE_INFINITY)
  const schedule = new Schedule(plan.train, perEpoch, from.step)
  const reporter = new StepReporter(context)
  const batches = data.train(from.step)
  let at = from
  let pending: Promise<TrainBatch> | undefined
  try {
    // A run that was asked to stop while it started makes no step.
    await serveEvents()
    for (let isFirst = true; ; isFirst = false) {
      if (at.isValidationPending && !stop.isRequested) {
        const values = await validator.validate()
        if (values) {
          const position = at
          keeper.afterValidation(at, values, (verdict) => validator.report(position, values, verdict.isBest))
          at = { ...at, isValidationPending: false }
          reporter.restart()
        }
      }
      const reason = at.isValidationPending ? undefined : keeper.stopReason
      if (reason !== undefined && at.step < total) {
        emit({ type: 'early_stop', epoch: at.epoch, reason })
        return { end: 'stopped_early', at }
      }
      if (stop.isRequested) {
        reporter.flush()
        emit({ type: 'interrupting', step: at.step })
        keeper.writeLast(at)
        return { end: 'interrupted', at }
      }
      if (at.step >= total) return { end: 'completed', at }

      const step = at.step + 1
      const epoch = Math.ceil(step / perEpoch)
      const stepInEpoch = step - (epoch - 1) * perEpoch
      if (isFirst || stepInEpoch === 1) {
        const fed = weights.feeds(epoch)
        const lossWeights = Object.keys(fed).length === 0 ? {} : { lossWeights: fed }
        emit({ type: 'epoch_started', epoch, learningRate: schedule.learningRate(epoch), ...lossWeights })
      }
      const feeds = { ...schedule.next(), ...weights.feeds(epoch) }
      const isLastOfEpoch = stepInEpoch === perEpoch
      const norms = plan.train.gradient_norms
      const losses = await takeStep(context, { epoch, step }, feeds, {
        measuresNorms: norms !== undefined && isDue(norms, { epoch, step, isLastOfEpoch }),
        next: async (isLast) => {
          const waitStart = clock()
          const batch = await (pending ?? ask(batches))
          reporter.waited(clock() - waitStart)
          reporter.redrawn(batch.redrawn)
          pending = isLast && step === total ? undefined : ask(batches)
          return batch
        },
      })
      weights.add(losses, isLastOfEpoch)
      const isValidationPending = validator.isDue(epoch, step, stepInEpoch) || step === total
      at = { epoch, step, isValidationPending }
      reporter.add({ epoch, step, stepInEpoch }, losses, isLastOfEpoch || isValidationPending)
      await yieldToEvents()
    }
  } catch (error) {
    // Whoever watches sees the steps up to the one that failed.
    reporter.flush()
    throw error
  } finally {
    await batches.close()
  }
}

/** A batch that fails while nobody waits for it must not end the process: whoever awaits it gets the error. */
function ask(batches: { next(): Promise<TrainBatch> }): Promise<TrainBatch> {
  const pending = batches.next()
  pending.catch(() => undefined)
  return pending
}

interface StepCourse {
  /** On the last part, before the update. */
  readonly measuresNorms: boolean
  readonly next: (isLast: boolean) => Promise<TrainBatch>
}

/** All parts of a step; the mean of their losses by name. */
async function takeStep(
  context: Pick<RunContext, 'plan' | 'runner' | 'emit'>,
  { epoch, step }: Pick<TrainingPosition, 'epoch' | 'step'>,
  feeds: Readonly<Record<string, number>>,
  { measuresNorms, next }: StepCourse,
): Promise<Readonly<Record<string, number>>> {
  const parts = context.plan.batch / microBatchOf(context.plan)
  const sums = new Map<string, number>()
  for (let part = 1; part <= parts; part++) {
    const batch = await next(part === parts)
    // Each part draws random numbers of its own.
    const scalars = { ...feeds, step: (step - 1) * parts + part }
    if (measuresNorms && part === parts)
      context.emit({ type: 'gradient_norms', epoch, step, norms: gradientNorms(context, batch, scalars) })
    const losses = trainStep(context, part < parts ? 'accumulate_step' : 'train_step', batch, scalars)
    failOnNonFinite(losses, epoch, step)
    for (const [term, value] of Object.entries(losses)) sums.set(term, (sums.get(term) ?? 0) + value)
  }
  return Object.fromEntries([...sums].map(([term, sum]) => [term, sum / parts]))
}

/** The weights are spoilt from here on: the last checkpoint stays the one before. */
function failOnNonFinite(losses: Readonly<Record<string, number>>, epoch: number, step: number): void {
  const bad = Object.keys(losses).filter((name) => !Number.isFinite(own(losses, name)))
  if (bad.length === 0) return
  // A sum is not finite because one of its terms is not: name the terms.
  const terms = bad.length > 1 ? bad.filter((name) => name !== 'total') : bad
  const named = terms.map((name) => `loss.${name} is ${own(losses, name)}`).join(', ')
  throw new RunFailure(
    1,
    'non-finite-loss',
    `${named} at step ${step} (epoch ${epoch})`,
    `Lower the learning rate, or look for a logarithm, division or root of the term that can reach zero. ${lastCheckpoint}, where it was written, is from before this step.`,
  )
}
