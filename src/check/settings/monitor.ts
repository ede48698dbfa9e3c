import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { EvaluatePlan, MetricReference } from '../../plan/run-plan.js'
import type { SettingValue } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { SettingsContext } from './context.js'
import { report } from './place.js'

/** A monitor must be among what the evaluation measures, and of the validation: the test sets decide nothing. */
export function checkMonitor(
  written: SettingValue,
  span: Span,
  context: SettingsContext,
  evaluate: EvaluatePlan | undefined,
  told: Set<string>,
): MetricReference | undefined {
  const reference = written as unknown as MetricReference & { readonly parameters?: Readonly<Record<string, number>> }
  const { split, metric, output } = reference
  const parameters = Object.values(reference.parameters ?? {})
  const shown = `${metric}(${[output, ...parameters].join(', ')})`
  if (evaluate !== undefined) {
    const requests = [...evaluate.image, ...evaluate.pixel, ...evaluate.values]
    const produced = requests.map(
      (request) => `val.${request.metric}(${[request.output, ...Object.values(request.parameters)].join(', ')})`,
    )
    if (!produced.includes(`val.${shown}`)) {
      if (told.has(shown)) return undefined
      told.add(shown)
      const list = listFor(metric, output, context)
      const suggestion = suggest(`val.${shown}`, produced)
      return report(context, trainingDiagnostics.monitorNotProduced, span, {
        reference: `${split}.${shown}`,
        produced,
        add: `Add \`${shown}\` to \`${list}\` of the evaluate section`,
        ...(suggestion === undefined ? {} : { suggestion }),
      })
    }
  }
  if (split !== 'val') {
    const facts = { reference: `${split}.${shown}`, split, instead: `val.${shown}` }
    report(context, trainingDiagnostics.monitorOnTest, span, facts)
  }
  return { split, metric, output }
}

/** The list of the evaluate section that the metric belongs to. */
function listFor(metric: string, output: string, context: SettingsContext): 'image' | 'pixel' | 'values' {
  if (metric === 'mae' || metric === 'rmse' || metric === 'within') return 'values'
  return metric === 'pro' || context.outputs?.get(output)?.per === 'pixel' ? 'pixel' : 'image'
}
