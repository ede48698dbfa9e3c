import type { StudyDeclaration } from '../../syntax/ast.js'
import type { CheckedPipeline } from '../checked.js'
import type { SettingsContext } from '../settings/context.js'
import { metricReference } from '../settings/metric-reference.js'
import { checkMonitor } from '../settings/monitor.js'

/** What a study compares must be measured by its pipeline. On test sets too: to compare is not to choose. */
export function checkCompare(study: StudyDeclaration, pipeline: CheckedPipeline, context: SettingsContext): void {
  const outputs = new Map(pipeline.outputs.map(({ name }) => [name, undefined]))
  const told = new Set<string>()
  for (const item of study.items) {
    if (item.recovered || item.kind !== 'binding' || item.path[0]?.name !== 'compare') continue
    const compared = item.value.kind === 'list' ? item.value.items : [item.value]
    for (const expression of compared) {
      const reference = metricReference(expression, 'compare', { ...context, outputs })
      if (reference !== undefined)
        checkMonitor({ ...reference, split: 'val' }, expression.span, context, pipeline.evaluate, told)
    }
  }
}
