import { divisorsOf, epochsOf } from '../../components/quantities.js'
import { type Halves, halfOf, type ParametersOf } from '../../components/schema.js'
import type { schedules } from '../../components/training.js'
import { withUnit } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { EvaluatePlan, TrainPlan } from '../../plan/run-plan.js'
import { checkSection, wholeValue } from './component-call.js'
import { type FlatSection, report, type SettingsContext } from './context.js'
import { checkCourse, checkNorms } from './course.js'
import { checkMonitor } from './monitor.js'
import type { CheckedData } from './results.js'

export type TrainCall = ReturnType<typeof checkSection<'train'>>

/** The `train` section; undefined when it lacks what a plan needs (reported). `evaluate` undefined: no monitor is refused. */
export function checkTrain(
  section: FlatSection | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
  evaluate: EvaluatePlan | undefined,
): TrainPlan | undefined {
  if (section === undefined) return undefined
  const call = checkSection('train', section, context)
  const reported = new Set<string>()
  for (const setting of ['early_stop', 'checkpoint'] as const) {
    const monitor = call.value.parameters[setting]?.parameters.monitor
    const span = call.spans.get(`/${setting}/parameters/monitor`)
    if (monitor !== undefined && span !== undefined) checkMonitor(monitor, span, context, evaluate, reported, data)
  }
  const plan = wholeValue(call, 'section')?.parameters
  if (plan === undefined) return undefined
  checkCourse(call, plan, data?.stepsPerEpoch, context)
  checkNorms(call, plan, data?.stepsPerEpoch, context)
  halfOf(scheduleChecks, plan.learning_rate, call, plan.epochs, context)
  checkWarmUp(plan, call, context)
  checkMicroBatch(plan, call, context, data)
  return plan
}

/** What is wrong with a schedule in a training of so many epochs. */
const scheduleChecks: Halves<typeof schedules, [TrainCall, number, SettingsContext], void> = {
  constant: () => undefined,
  steps: ({ at, factor }, call, epochs, context) => {
    if (!call.poisoned.has('/epochs') && !call.poisoned.has('/learning_rate/parameters/at'))
      checkPoints(at, call, epochs, context)
    warnOfFactor(factor, call, context)
  },
  cosine: ({ lowest }, call, _, context) => {
    const { lr } = call.value.parameters.optimizer?.parameters ?? {}
    const span = call.spans.get('/learning_rate/parameters/lowest')
    if (span === undefined || lr === undefined || lowest < lr) return
    report(context, trainingDiagnostics.cosineRises, span, { lowest, rate: lr })
  },
}

function checkWarmUp({ warm_up: warmUp, epochs }: TrainPlan, call: TrainCall, context: SettingsContext): void {
  const span = call.spans.get('/warm_up/parameters/epochs') ?? call.spans.get('/warm_up')
  if (warmUp === undefined || span === undefined || warmUp.parameters.epochs < epochs) return
  report(context, trainingDiagnostics.warmUpTooLong, span, { warmUp: warmUp.parameters.epochs, epochs })
}

function checkMicroBatch(
  { micro_batch: part }: TrainPlan,
  call: TrainCall,
  context: SettingsContext,
  data: CheckedData | undefined,
): void {
  const span = call.spans.get('/micro_batch')
  const batch = data?.value?.parameters.batch
  if (part === undefined || span === undefined || batch === undefined || batch % part === 0) return
  const sizes = divisorsOf(batch).filter((size) => size < batch)
  report(context, trainingDiagnostics.unevenMicroBatch, span, { part, batch, sizes })
}

function checkPoints(
  at: ParametersOf<typeof schedules.steps>['at'],
  call: TrainCall,
  epochs: number,
  context: SettingsContext,
): void {
  let before: { readonly shown: string; readonly after: number } | undefined
  for (const [index, point] of at.entries()) {
    const after = epochsOf(point, epochs)
    const span = call.spans.get(`/learning_rate/parameters/at/${index}`)
    const shown = 'percent' in point ? withUnit(point.percent, 'percent') : withUnit(point.epoch, 'epoch')
    if (span !== undefined) {
      if (after >= epochs) report(context, trainingDiagnostics.scheduleOutsideRun, span, { at: shown, epochs })
      else if (before !== undefined && after <= before.after) {
        const facts = { at: shown, before: before.shown, isSame: after === before.after, epoch: after + 1 }
        report(context, trainingDiagnostics.scheduleNotAscending, span, facts)
      }
    }
    before = { shown, after }
  }
}

function warnOfFactor(factor: number, call: TrainCall, context: SettingsContext): void {
  const span = call.spans.get('/learning_rate/parameters/factor')
  if (span === undefined || factor !== 1) return
  report(context, settingsDiagnostics.settingWithoutEffect, span, {
    parameter: 'factor',
    why: 'a learning rate times 1 stays as it is',
    help: 'Choose another factor, such as `0.1`, or leave `learning_rate` out.',
  })
}
