import { withUnit } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { TrainPlan } from '../../plan/run-plan.js'
import { report, type SettingsContext } from './context.js'
import type { TrainCall } from './train.js'

interface Every {
  readonly unit: 'epoch' | 'step'
  readonly count: number
}

/** How long the training is, as far as it is known: steps of an epoch where the images could be counted. */
export interface Length {
  readonly epochs: number
  readonly maxSteps: number | undefined
  readonly stepsPerEpoch: number | undefined
}

/** The validations of a training; the loop adds one at the end in any case. */
interface Course {
  /** Epochs, or steps where an epoch's are known. */
  readonly total: number
  /** Between two validations that are due. */
  readonly interval: number
  /** How many epochs lie between two moments, at most. */
  readonly epochsBetween: (from: number, to: number) => number
}

/** Validations that come only at the end, and a patience that cannot run out before it. */
export function checkCourse(
  call: TrainCall,
  { epochs, max_steps: maxSteps, validate }: TrainPlan,
  stepsPerEpoch: number | undefined,
  context: SettingsContext,
): void {
  const every = everyOf(validate.parameters)
  const length: Length = { epochs, maxSteps, stepsPerEpoch }
  const measures = ['/epochs', '/max_steps', '/validate', '/validate/parameters/interval']
  if (measures.some((pointer) => call.poisoned.has(pointer)) || !(every.count > 0)) return
  const course = courseOf(every, length)
  const isLate = course !== undefined && course.interval > course.total
  if (isLate) warnOfLateValidation(call, every, length, context)
  checkPatience(call, length, isLate ? undefined : course, context)
}

/** Gradient norms that are due only after the end. */
export function checkNorms(
  call: TrainCall,
  { epochs, max_steps: maxSteps, gradient_norms: norms }: TrainPlan,
  stepsPerEpoch: number | undefined,
  context: SettingsContext,
): void {
  const span = call.spans.get('/gradient_norms/parameters/interval')
  const measures = ['/epochs', '/max_steps', '/gradient_norms']
  if (norms === undefined || span === undefined || measures.some((pointer) => call.poisoned.has(pointer))) return
  const every = everyOf(norms.parameters)
  const course = courseOf(every, { epochs, maxSteps, stepsPerEpoch })
  if (course === undefined || course.interval <= course.total) return
  report(context, settingsDiagnostics.settingWithoutEffect, span, {
    parameter: 'gradient_norms',
    why: `the training ends before ${withUnit(every.count, every.unit)}`,
    help: 'Choose a shorter interval, or leave it out.',
  })
}

function everyOf({ interval }: TrainPlan['validate']['parameters']): Every {
  return 'step' in interval ? { unit: 'step', count: interval.step } : { unit: 'epoch', count: interval.epoch }
}

function courseOf({ unit, count }: Every, { epochs, maxSteps, stepsPerEpoch }: Length): Course | undefined {
  if (stepsPerEpoch !== undefined) {
    return {
      total: Math.min(epochs * stepsPerEpoch, maxSteps ?? Number.POSITIVE_INFINITY),
      interval: unit === 'epoch' ? count * stepsPerEpoch : count,
      epochsBetween: (from, to) => Math.ceil(to / stepsPerEpoch) - Math.ceil(from / stepsPerEpoch),
    }
  }
  // An epoch has one step or more.
  if (unit === 'epoch') return { total: epochs, interval: count, epochsBetween: (from, to) => to - from }
  return maxSteps === undefined ? undefined : { total: maxSteps, interval: count, epochsBetween: () => epochs - 1 }
}

function warnOfLateValidation(call: TrainCall, every: Every, length: Length, context: SettingsContext): void {
  const { parameters } = call.value
  const isWatched = parameters.early_stop !== undefined || parameters.checkpoint !== undefined
  const span = call.spans.get('/validate/parameters/interval') ?? call.spans.get('/max_steps')
  if (!isWatched || span === undefined) return
  const { epochs, maxSteps, stepsPerEpoch } = length
  const steps = stepsPerEpoch === undefined ? undefined : epochs * stepsPerEpoch
  const isCut = maxSteps !== undefined && (steps === undefined || maxSteps < steps)
  const last = isCut ? maxSteps : steps
  const isShort = isCut && (stepsPerEpoch === undefined || maxSteps < stepsPerEpoch)
  const run =
    last !== undefined && (isCut || every.unit === 'step') ? withUnit(last, 'step') : withUnit(epochs, 'epoch')
  report(context, trainingDiagnostics.neverValidated, span, {
    every: withUnit(every.count, every.unit),
    run,
    instead: isShort ? withUnit(Math.max(1, Math.floor(maxSteps / 2)), 'step') : '1 epoch',
  })
}

/** `course` is undefined where the validations are not known, or the mistake is theirs. */
function checkPatience(call: TrainCall, length: Length, course: Course | undefined, context: SettingsContext): void {
  const patience = call.value.parameters.early_stop?.parameters.patience
  const span = call.spans.get('/early_stop/parameters/patience') ?? call.spans.get('/early_stop')
  if (typeof patience !== 'number' || span === undefined || call.poisoned.has('/early_stop/parameters/patience')) return
  const { epochs, maxSteps } = length
  if (patience >= epochs) {
    const epochsSpan = call.spans.get('/epochs')
    const related = epochsSpan === undefined ? [] : [{ span: epochsSpan, label: withUnit(epochs, 'epoch') }]
    const most = course === undefined ? Math.max(0, epochs - 2) : roomOf(course)
    report(
      context,
      trainingDiagnostics.patienceTooLong,
      span,
      { patience, why: `the training has ${epochs}`, most },
      related,
    )
    return
  }
  if (course === undefined) return
  const most = roomOf(course)
  if (patience <= most) return
  const isCut = maxSteps !== undefined && course.total === maxSteps
  const stepsSpan = isCut ? call.spans.get('/max_steps') : undefined
  const related =
    stepsSpan === undefined ? [] : [{ span: stepsSpan, label: `ends after ${withUnit(maxSteps ?? 0, 'step')}` }]
  const why = `from the first validation to the last before the end ${most === 1 ? 'is' : 'are'} ${withUnit(most, 'epoch')}`
  report(context, trainingDiagnostics.patienceTooLong, span, { patience, why, most }, related)
}

/** Epochs from the first validation, which is the best so far, to the last that can still end the training sooner. */
function roomOf({ total, interval, epochsBetween }: Course): number {
  const last = Math.floor((total - 1) / interval) * interval
  return last < interval ? 0 : epochsBetween(interval, last)
}
