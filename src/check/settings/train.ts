import { precisions } from '../../components/precision.js'
import { withUnit } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { EvaluatePlan, Every, MetricReference, TrainPlan } from '../../plan/run-plan.js'
import type { SettingValue } from '../../plan/settings.js'
import { type CheckedCall, checkSection } from './component-call.js'
import type { FlatSection, SettingsContext } from './context.js'
import { checkCourse } from './course.js'
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
  const every = intervalOf(call)
  const most = typeof maxSteps === 'number' ? maxSteps : undefined
  checkCourse(call, every, { epochs, maxSteps: most, stepsPerEpoch: data?.stepsPerEpoch }, context)
  warnOfFactor(call, context)
  return {
    optimizer: { component: optimizerName, parameters: parametersOf(optimizer) },
    epochs,
    ...(most === undefined ? {} : { maxSteps: most }),
    precision: precisions.find((name) => name === precision) ?? 'float32',
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

function intervalOf({ value }: CheckedCall): Every {
  const interval = measure(componentParameter(value.parameters.validate, 'interval'))
  return { unit: interval?.unit === 'step' ? 'step' : 'epoch', count: interval?.count ?? 1 }
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
  const isSound = !call.poisoned.has('/epochs') && !call.poisoned.has('/learning_rate/parameters/at')
  let before: { readonly shown: string; readonly after: number } | undefined
  return (at as readonly SettingValue[]).flatMap((point, index) => {
    const measured = measure(point)
    if (measured === undefined) return []
    const after = measured.unit === 'percent' ? Math.round((epochs * measured.count) / 100) : measured.count
    const span = call.spans.get(`/learning_rate/parameters/at/${index}`)
    const shown = withUnit(measured.count, measured.unit === 'percent' ? 'percent' : 'epoch')
    if (span !== undefined && isSound) {
      if (after >= epochs) report(context, trainingDiagnostics.scheduleOutsideRun, span, { at: shown, epochs })
      else if (before !== undefined && after <= before.after) {
        const facts = { at: shown, before: before.shown, isSame: after === before.after, epoch: after + 1 }
        report(context, trainingDiagnostics.scheduleNotAscending, span, facts)
      }
    }
    before = { shown, after }
    return [{ epoch: after + 1, factor }]
  })
}

function warnOfFactor(call: CheckedCall, context: SettingsContext): void {
  const span = call.spans.get('/learning_rate/parameters/factor')
  if (span === undefined || componentParameter(call.value.parameters.learning_rate, 'factor') !== 1) return
  report(context, settingsDiagnostics.settingWithoutEffect, span, {
    parameter: 'factor',
    why: 'a learning rate times 1 stays as it is',
    help: 'Choose another factor, such as `0.1`, or leave `learning_rate` out.',
  })
}
