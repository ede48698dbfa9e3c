import { type MetricList, metricLists, monitorName, type Split } from '../components/metrics.js'
import type { DataPipeline, EvaluationSet } from '../data/contract.js'
import { trainingDiagnostics } from '../diagnostics/codes/training.js'
import { whyWithoutValue } from '../layouts/listing.js'
import { monitorsOf } from '../plan/run-plan.js'
import type { RunContext } from './context.js'
import { RunFailure } from './failure.js'
import { validationMeasurements } from './measure.js'

/**
 * A monitor without a value on any of its sets would end the training by its patience, or keep no best weights. The checker
 * knows most of these; masks that mark nothing are only known now.
 *
 * @throws RunFailure
 */
export function requireMonitorValues({ plan, data }: Pick<RunContext, 'plan' | 'data'>): void {
  const alone = { ...plan, evaluate: { ...plan.evaluate, image: [], values: [] } }
  for (const monitor of monitorsOf(plan.train)) {
    const measurements = validationMeasurements(alone, [monitor])
    const list: MetricList = metricLists.find((each) => measurements[each].length > 0) ?? 'image'
    const whys = setsOf(data, monitor.split).map((set) => {
      const why = whyWithoutValue(list, set.labels)
      return why === undefined ? undefined : `${set.name} ${why}`
    })
    if (whys.includes(undefined)) continue
    const why = whys.length === 0 ? 'there is no such test set' : whys.join('; ')
    const facts = { reference: monitorName(monitor), why }
    const { name, message, help } = trainingDiagnostics.monitorWithoutValue
    throw new RunFailure(4, name, message(facts), help?.(facts))
  }
}

export function setsOf({ validation, tests }: DataPipeline, split: Split): readonly EvaluationSet[] {
  switch (split) {
    case 'val':
      return [validation]
    case 'source':
      return tests.filter(({ role }) => role === 'source')
    case 'targets':
      return tests.filter(({ role }) => role === 'target')
  }
}
