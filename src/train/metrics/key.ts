import type { MetricRequest } from '../../plan/run-plan.js'

/** A metric as it is shown and keyed everywhere, as the pipeline wrote it: `auroc(score)`, `within(severity, 0.1)`. */
export function metricKey({
  metric,
  output,
  parameters = {},
}: Pick<MetricRequest, 'metric' | 'output'> & Partial<MetricRequest>): string {
  return `${metric}(${[output, ...Object.values(parameters)].join(', ')})`
}
