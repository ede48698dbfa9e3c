import type { Phase, RunEvent, StampedEvent } from '../events/events.js'

type EventOf<Type extends RunEvent['type']> = Extract<RunEvent, { type: Type }>

/** Everything that a view of a run shows: a reduction of its events, the same whether they come live or from `events.jsonl`. */
export interface RunState {
  readonly startedAt?: number
  /** Time of the last event. */
  readonly now?: number
  readonly run?: EventOf<'run_started'>
  /** Open phases, the innermost last. */
  readonly phases: readonly OpenPhase[]
  readonly finishedPhases: readonly { readonly phase: Phase; readonly milliseconds: number }[]
  readonly progress?: EventOf<'progress'>
  readonly learningRate?: number
  readonly epochStart?: { readonly epoch: number; readonly time: number }
  readonly step?: EventOf<'step'>
  /** First step report seen and when: what remaining time is reckoned from. */
  readonly firstStep?: { readonly step: number; readonly time: number }
  readonly lastStepTime?: number
  /** The last reports of each loss term, oldest first. */
  readonly recentLosses: ReadonlyMap<string, readonly number[]>
  readonly epochMeans: EpochMeans
  readonly validations: readonly EventOf<'validation'>[]
  readonly best?: { readonly epoch: number; readonly value: number }
  readonly earlyStop?: EventOf<'early_stop'>
  readonly checkpoint?: EventOf<'checkpoint'>
  readonly evaluations: readonly EventOf<'evaluation'>[]
  readonly ladder: readonly EventOf<'rung'>[]
  readonly notes: readonly EventOf<'note'>[]
  readonly isInterrupting: boolean
  readonly failure?: EventOf<'failed'>
  readonly finished?: EventOf<'run_finished'>
}

export interface OpenPhase {
  readonly phase: Phase
  readonly since: number
}

/** Means over the steps of the epoch so far. */
export interface EpochMeans {
  readonly epoch: number
  readonly steps: number
  readonly losses: ReadonlyMap<string, number>
  readonly imagesPerSecond: number
  readonly waitShare: number
}

/** Reports kept for the course of a loss term. */
const recentLength = 120

export const initialState: RunState = {
  phases: [],
  finishedPhases: [],
  recentLosses: new Map(),
  epochMeans: { epoch: 0, steps: 0, losses: new Map(), imagesPerSecond: 0, waitShare: 0 },
  validations: [],
  evaluations: [],
  ladder: [],
  notes: [],
  isInterrupting: false,
}

/** Pure: the state after one more event. */
export function reduce(state: RunState, { time, event }: StampedEvent): RunState {
  const next = { ...state, startedAt: state.startedAt ?? time, now: time }
  switch (event.type) {
    case 'run_started':
      return { ...next, run: event }
    case 'phase':
      return reducePhase(next, event, time)
    case 'note':
      return { ...next, notes: [...next.notes, event] }
    case 'epoch_started':
      return { ...next, learningRate: event.learningRate, epochStart: { epoch: event.epoch, time } }
    case 'step':
      return reduceStep(next, event, time)
    case 'progress':
      return { ...next, progress: event }
    case 'validation': {
      const { bestEpoch, bestValue } = event
      const best =
        bestEpoch === undefined || bestValue === undefined ? next.best : { epoch: bestEpoch, value: bestValue }
      return { ...next, validations: [...next.validations, event], ...(best ? { best } : {}) }
    }
    case 'checkpoint':
      return { ...next, checkpoint: event }
    case 'resumed':
      return reduceResumed(next)
    case 'early_stop':
      return { ...next, earlyStop: event }
    case 'evaluation':
      return { ...next, evaluations: [...next.evaluations, event] }
    case 'rung':
      return { ...next, ladder: [...next.ladder, event] }
    case 'gradient_norms':
      return next
    case 'interrupting':
      return { ...next, isInterrupting: true }
    case 'failed':
      return { ...next, failure: event }
    case 'run_finished':
      return { ...next, phases: [], finished: event }
  }
}

/** What the end before it said holds no more; the pace is that of this process. */
function reduceResumed(state: RunState): RunState {
  const { progress: _, firstStep: __, failure: ___, finished: ____, earlyStop: _____, ...kept } = state
  return { ...kept, phases: [], evaluations: [], ladder: [], isInterrupting: false }
}

function reducePhase(state: RunState, { phase, milliseconds }: EventOf<'phase'>, time: number): RunState {
  const { progress: _, ...withoutProgress } = state
  if (milliseconds === undefined) {
    return { ...withoutProgress, phases: [...state.phases, { phase, since: time }] }
  }
  const index = state.phases.findLastIndex((open) => open.phase === phase)
  return {
    ...withoutProgress,
    phases: index < 0 ? state.phases : state.phases.toSpliced(index, 1),
    finishedPhases: [...state.finishedPhases, { phase, milliseconds }],
  }
}

function reduceStep(state: RunState, step: EventOf<'step'>, time: number): RunState {
  const recentLosses = new Map(
    Object.entries(step.losses).map(([name, value]) => [
      name,
      [...(state.recentLosses.get(name) ?? []), value].slice(-recentLength),
    ]),
  )
  return {
    ...state,
    step,
    firstStep: state.firstStep ?? { step: step.step, time },
    lastStepTime: time,
    recentLosses,
    epochMeans: addToEpoch(state.epochMeans, step),
  }
}

/** A report stands for the steps since the one before; throughput is weighed by time, as images over seconds. */
function addToEpoch(before: EpochMeans, step: EventOf<'step'>): EpochMeans {
  const isSame = before.epoch === step.epoch
  const old = isSame ? before.steps : 0
  const steps = Math.max(step.stepInEpoch, old + 1)
  const added = steps - old
  const mix = (previous: number, value: number) => (previous * old + value * added) / steps
  const oldTime = isSame && before.imagesPerSecond > 0 ? old / before.imagesPerSecond : 0
  const addedTime = added / Math.max(step.imagesPerSecond, 1e-9)
  return {
    epoch: step.epoch,
    steps,
    losses: new Map(
      Object.entries(step.losses).map(([name, value]) => [name, mix((isSame && before.losses.get(name)) || 0, value)]),
    ),
    imagesPerSecond: steps / (oldTime + addedTime),
    waitShare: (oldTime * (isSame ? before.waitShare : 0) + addedTime * step.waitShare) / (oldTime + addedTime),
  }
}

export function currentPhase(state: RunState): OpenPhase | undefined {
  return state.phases.at(-1)
}

/** Steps of the whole run, if nothing ends it sooner. */
export function totalSteps({ epochs, stepsPerEpoch, maxSteps }: EventOf<'run_started'>): number {
  return Math.min(epochs * stepsPerEpoch, maxSteps ?? Number.POSITIVE_INFINITY)
}

/** Epochs of the whole run: `max_steps` may end it in an earlier one. */
export function totalEpochs(run: EventOf<'run_started'>): number {
  return Math.ceil(totalSteps(run) / run.stepsPerEpoch)
}

/** Of an epoch counted from 1; the last may be shorter. */
export function stepsOfEpoch(run: EventOf<'run_started'>, epoch: number): number {
  return Math.min(run.stepsPerEpoch, totalSteps(run) - (epoch - 1) * run.stepsPerEpoch)
}

/**
 * Milliseconds that training may still take: at the mean pace since the first report, validations included.
 * Undefined before there is a pace and after training.
 */
export function remainingMilliseconds(state: RunState): number | undefined {
  const { run, step, firstStep, lastStepTime, phases } = state
  if (!run || !step || !firstStep || lastStepTime === undefined) return undefined
  if (step.step <= firstStep.step || !phases.some(({ phase }) => phase === 'train')) return undefined
  return ((lastStepTime - firstStep.time) / (step.step - firstStep.step)) * Math.max(0, totalSteps(run) - step.step)
}
