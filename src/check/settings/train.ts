import { withUnit } from '../../components/words.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { EvaluatePlan, Every, MetricReference, TrainPlan } from '../../plan/run-plan.js'
import type { SettingValue } from '../../plan/settings.js'
import { type CheckedCall, checkSection } from './component-call.js'
import type { FlatSection, SettingsContext } from './context.js'
import { checkMonitor } from './monitor.js'
import { measure } from './order.js'
import { report } from './place.js'
import type { CheckedData } from './results.js'
import { componentName, componentParameter, numberOr } from './values.js'

/** The `train` section; undefined when it lacks what a plan needs (told). `evaluate` undefined: no monitor is refused. */
export function checkTrain(
  section: FlatSection | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
  evaluate: EvaluatePlan | undefined,
): TrainPlan | undefined {
  if (section === undefined) return undefined
  const call = checkSection('train', section, context)
  const { optimizer, epochs, precision, max_steps: maxSteps, early_stop: stop, checkpoint } = call.value.parameters
  const told = new Set<string>()
  const stopMonitor = monitorOf(call, 'early_stop', context, evaluate, told)
  const keepMonitor = monitorOf(call, 'checkpoint', context, evaluate, told)
  const optimizerName = componentName(optimizer)
  if (typeof epochs !== 'number' || optimizerName === undefined) return undefined
  checkPatience(call, epochs, context)
  const every = intervalOf(call)
  const isWatched = stopMonitor !== undefined || keepMonitor !== undefined
  if (isWatched && !call.poisoned.has('/epochs')) checkInterval(call, every, epochs, maxSteps, context)
  return {
    optimizer: { component: optimizerName, parameters: parametersOf(optimizer) },
    epochs,
    ...(typeof maxSteps === 'number' ? { maxSteps } : {}),
    precision: precision === 'bf16' ? 'bf16' : 'float32',
    dropLast: data?.dropLast ?? true,
    validate: every,
    ...(stopMonitor === undefined
      ? {}
      : {
          earlyStop: {
            monitor: stopMonitor,
            patience: numberOr(componentParameter(stop, 'patience'), 10),
            minDelta: numberOr(componentParameter(stop, 'min_delta'), 0),
          },
        }),
    checkpoint:
      keepMonitor === undefined
        ? { keep: 1 }
        : { monitor: keepMonitor, keep: numberOr(componentParameter(checkpoint, 'keep'), 3) },
    learningRateSteps: learningRateSteps(call, epochs, context),
  }
}

function parametersOf(value: SettingValue | undefined): Readonly<Record<string, SettingValue>> {
  if (typeof value !== 'object' || value === null || !('parameters' in value)) return {}
  return value.parameters as Readonly<Record<string, SettingValue>>
}

function monitorOf(
  call: CheckedCall,
  setting: 'early_stop' | 'checkpoint',
  context: SettingsContext,
  evaluate: EvaluatePlan | undefined,
  told: Set<string>,
): MetricReference | undefined {
  const written = componentParameter(call.value.parameters[setting], 'monitor')
  const span = call.spans.get(`/${setting}/parameters/monitor`)
  return written === undefined || span === undefined ? undefined : checkMonitor(written, span, context, evaluate, told)
}

function checkPatience(call: CheckedCall, epochs: number, context: SettingsContext): void {
  const patience = componentParameter(call.value.parameters.early_stop, 'patience')
  const span = call.spans.get('/early_stop/parameters/patience') ?? call.spans.get('/early_stop')
  if (typeof patience !== 'number' || span === undefined || patience < epochs) return
  if (call.poisoned.has('/epochs') || call.poisoned.has('/early_stop/parameters/patience')) return
  const epochsSpan = call.spans.get('/epochs')
  const related = epochsSpan === undefined ? [] : [{ span: epochsSpan, label: withUnit(epochs, 'epoch') }]
  report(context, trainingDiagnostics.patienceTooLong, span, { patience, epochs }, related)
}

function intervalOf({ value }: CheckedCall): Every {
  const interval = measure(componentParameter(value.parameters.validate, 'interval'))
  return { unit: interval?.unit === 'step' ? 'step' : 'epoch', count: interval?.count ?? 1 }
}

/** A monitor whose validation never comes. Steps can be held against `max_steps` only: how many an epoch has is known with the data. */
function checkInterval(
  call: CheckedCall,
  { unit, count }: Every,
  epochs: number,
  maxSteps: SettingValue | undefined,
  context: SettingsContext,
): void {
  const limit = unit === 'epoch' ? epochs : maxSteps
  const span = call.spans.get('/validate/parameters/interval')
  if (span === undefined || typeof limit !== 'number' || count <= limit) return
  report(context, trainingDiagnostics.neverValidated, span, {
    every: withUnit(count, unit),
    run: withUnit(limit, unit),
  })
}

/** Epochs count from 1: a step after 24 epochs holds from the start of epoch 25 on. */
function learningRateSteps(
  call: CheckedCall,
  epochs: number,
  context: SettingsContext,
): TrainPlan['learningRateSteps'] {
  const schedule = call.value.parameters.learning_rate
  const at = componentParameter(schedule, 'at')
  const factor = numberOr(componentParameter(schedule, 'factor'), 0.1)
  if (!Array.isArray(at)) return []
  return (at as readonly SettingValue[]).flatMap((point, index) => {
    const measured = measure(point)
    if (measured === undefined) return []
    const after = measured.unit === 'percent' ? Math.round((epochs * measured.count) / 100) : measured.count
    const span = call.spans.get(`/learning_rate/parameters/at/${index}`)
    const isSound = !call.poisoned.has('/epochs') && !call.poisoned.has('/learning_rate/parameters/at')
    if (after >= epochs && span !== undefined && isSound) {
      const shown = withUnit(measured.count, measured.unit === 'percent' ? 'percent' : 'epoch')
      report(context, trainingDiagnostics.scheduleOutsideRun, span, { at: shown, epochs })
    }
    return [{ epoch: after + 1, factor }]
  })
}
