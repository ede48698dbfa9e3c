import { type MetricList, type Monitor, metricKey, metrics } from '../../components/metrics.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { EvaluatePlan } from '../../plan/run-plan.js'
import type { Span } from '../../source/span.js'
import { report, type SettingsContext } from './context.js'
import { checkHasValue } from './labels.js'
import type { CheckedData } from './results.js'

/** A monitor must be among what the evaluation measures, and of the validation: the test sets decide nothing. */
export function checkMonitor(
  monitor: Monitor,
  span: Span,
  context: SettingsContext,
  evaluate: EvaluatePlan | undefined,
  reported: Set<string>,
  data?: CheckedData,
): Monitor | undefined {
  const { split } = monitor
  const shown = metricKey(monitor)
  if (evaluate !== undefined) {
    const requests = [...evaluate.image, ...evaluate.pixel, ...evaluate.values]
    const produced = requests.map((request) => `val.${metricKey(request)}`)
    if (!produced.includes(`val.${shown}`)) {
      if (reported.has(shown)) return undefined
      reported.add(shown)
      report(context, trainingDiagnostics.monitorNotProduced, span, {
        reference: `${split}.${shown}`,
        produced,
        add: `Add \`${shown}\` to \`${listFor(monitor, context)}\` of the evaluate section`,
        suggestion: suggest(`val.${shown}`, produced),
      })
      return undefined
    }
  }
  if (split !== 'val') {
    const facts = { reference: `${split}.${shown}`, split, instead: `val.${shown}` }
    report(context, trainingDiagnostics.monitorOnTest, span, facts)
  }
  checkHasValue(monitor, listFor(monitor, context), span, context, data)
  return monitor
}

/** The list of the evaluate section that the metric belongs to. */
function listFor({ component, parameters }: Monitor, { outputs }: SettingsContext): MetricList {
  const isMap = outputs?.get(parameters.output)?.per === 'pixel'
  const lists: readonly MetricList[] = metrics[component].lists
  return lists.find((list) => (list === 'pixel') === isMap) ?? lists[0] ?? 'image'
}
