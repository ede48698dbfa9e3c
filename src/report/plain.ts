import type { RunEvent, StampedEvent } from '../events/events.js'
import { visible } from '../source/visible.js'
import {
  formatCount,
  formatDuration,
  formatLoss,
  formatMetric,
  formatRate,
  formatShare,
  phaseInWords,
} from './format.js'
import { ladderTable, resultsTable } from './results-table.js'
import {
  initialState,
  type RunState,
  reduce,
  remainingMilliseconds,
  stepsOfEpoch,
  totalEpochs,
  totalSteps,
} from './state.js'
import type { RunView } from './store.js'

/** A long epoch says that it lives this often. */
const quietMilliseconds = 30_000

/** Calm lines for logs and pipes: one a phase, one an epoch, one a validation, the results at the end. No colours, no control characters. */
export function createPlainView(write: (text: string) => void, width = 100): RunView {
  let state = initialState
  let lastLine = 0
  return {
    event(stamped: StampedEvent) {
      const before = state
      state = reduce(state, stamped)
      const lines = linesFor(stamped.event, before, state, stamped.time - lastLine, width)
      if (lines.length === 0) return
      lastLine = stamped.time
      write(`${lines.join('\n')}\n`)
    },
    finish: async () => undefined,
  }
}

function linesFor(
  event: RunEvent,
  before: RunState,
  state: RunState,
  quietFor: number,
  width: number,
): readonly string[] {
  switch (event.type) {
    case 'run_started':
      return [
        `${event.name}: ${formatCount(event.parameters)} parameters, seed ${event.seed}, ${event.precision}, ${event.device}`,
        event.evaluates === undefined
          ? `${howLong(event)}, ${event.batch} images a step; written to ${visible(event.directory)}`
          : `weights of ${visible(event.evaluates.checkpoint)} after step ${formatCount(event.evaluates.step)}; written to ${visible(event.directory)}`,
      ]
    case 'phase':
      // Validation has a line of its own, with what it found.
      if (event.milliseconds === undefined || event.phase === 'validate') return []
      return [`${phaseInWords(event.phase)}: ${formatDuration(event.milliseconds)}`]
    case 'note':
      return [event.level === 'warning' ? `warning: ${event.message}` : `note: ${event.message}`]
    case 'step':
      return stepLines(event, state, quietFor)
    case 'validation': {
      const metrics = Object.entries(event.metrics).map(([key, value]) => `${key} ${formatMetric(value)}`)
      return [`  validation: ${metrics.join('  ')}${event.best ? '  (best)' : ''}`]
    }
    case 'gradient_norms': {
      const norms = Object.entries(event.norms).map(([term, norm]) => `${term} ${formatLoss(norm)}`)
      return [`  gradient norms: ${norms.join('  ')}`]
    }
    case 'resumed':
      return [
        event.step === 0
          ? 'resumed from the beginning'
          : `resumed after step ${formatCount(event.step)} (epoch ${event.epoch})`,
      ]
    case 'early_stop':
      return [`stopping early: ${event.reason}`]
    case 'interrupting':
      return [`interrupted after step ${event.step}: writing a checkpoint`]
    case 'failed':
      return [`failed: ${event.message} [${event.code}]`, ...(event.help ? [`  help: ${event.help}`] : [])]
    case 'run_finished':
      return [
        ...(before.evaluations.length > 0 ? ['', ...resultsTable(before.evaluations, width), ''] : []),
        ...(before.ladder.length > 0 ? [...ladderTable(before.ladder, width), ''] : []),
        `${event.outcome}${state.run?.evaluates === undefined ? ` after ${count(event.steps, 'step')}` : ''} in ${formatDuration(event.seconds * 1000)}: ${visible(event.directory)}`,
      ]
    case 'epoch_started':
    case 'progress':
    case 'checkpoint':
    case 'evaluation':
    case 'rung':
      return []
  }
}

function stepLines(step: Extract<RunEvent, { type: 'step' }>, state: RunState, quietFor: number): readonly string[] {
  const { run, epochMeans } = state
  const stepsInEpoch = run && stepsOfEpoch(run, step.epoch)
  const isEpochEnd = step.stepInEpoch === stepsInEpoch
  if (!isEpochEnd && quietFor < quietMilliseconds) return []
  const epoch = `epoch ${step.epoch}${run ? `/${totalEpochs(run)}` : ''}`
  const within = isEpochEnd ? '' : ` step ${step.stepInEpoch}${run ? `/${stepsInEpoch}` : ''}`
  const losses = [...epochMeans.losses].map(([name, value]) => `${name} ${formatLoss(value)}`)
  const remaining = remainingMilliseconds(state)
  return [
    [
      epoch + within,
      ...losses,
      formatRate(epochMeans.imagesPerSecond),
      `waiting ${formatShare(epochMeans.waitShare)}`,
      ...(remaining === undefined || remaining === 0 ? [] : [`${formatDuration(remaining)} left`]),
    ].join('  '),
  ]
}

function howLong(run: Extract<RunEvent, { type: 'run_started' }>): string {
  const total = totalSteps(run)
  if (total === run.epochs * run.stepsPerEpoch)
    return `${count(run.epochs, 'epoch')} of ${count(run.stepsPerEpoch, 'step')}`
  return `${count(total, 'step')} (max_steps), ${formatCount(run.stepsPerEpoch)} an epoch`
}

function count(number: number, word: string): string {
  return `${formatCount(number)} ${word}${number === 1 ? '' : 's'}`
}
