import { thresholdKey } from '../components/metrics.js'
import type { EvaluationSet } from '../data/contract.js'
import type { Rung } from '../events/events.js'
import type { UsedThreshold } from '../plan/evaluation.js'
import { inPhase, type RunContext } from './context.js'
import { mapOutputs, measure, measureClasses } from './measure.js'
import { Thresholds } from './metrics/threshold.js'
import { PredictionTable } from './predictions.js'
import type { DomainResult } from './results.js'
import { scoreSet, valueOutputs } from './scores.js'

export interface EvaluationResult {
  readonly domains: readonly DomainResult[]
  readonly thresholds: readonly UsedThreshold[]
  readonly ladder: readonly Rung[]
  /** Text of `predictions.csv`. */
  readonly predictions: string
}

/**
 * Measures every test set that the plan asks for; ends between batches when the run is asked to stop, with the domains done.
 *
 * @param known thresholds that were chosen for these weights before
 */
export function evaluateTests(context: RunContext, known: readonly UsedThreshold[] = []): Promise<EvaluationResult> {
  return inPhase(context, 'evaluate', async () => {
    const { plan, data, emit } = context
    const predictions = new PredictionTable(valueOutputs(plan))
    const domains: DomainResult[] = []
    const asked = data.tests.filter((test) => isAskedFor(context, test))
    if (asked.length === 0)
      emit({ type: 'note', level: 'warning', message: 'there is no test set: nothing is evaluated' })
    const thresholds = await chooseThresholds(context, known)
    if (thresholds === undefined) return nothingEvaluated
    for (const set of asked) {
      const scores = await scoreSet(context, set, mapOutputs(plan.evaluate), 'evaluate')
      if (!scores) break
      const { metrics, notes } = measure(set, scores, plan.evaluate, plan, thresholds)
      predictions.add(set, scores)
      const classes = measureClasses(set, scores, plan.evaluate, plan, thresholds)
      const role = set.role === 'source' ? 'source' : 'target'
      const faulty = scores.samples.filter(({ label }) => label === 1).length
      domains.push({ domain: set.name, role, images: scores.samples.length, faulty, metrics, classes, notes })
      emit({ type: 'evaluation', domain: set.name, role, images: scores.samples.length, metrics, classes })
      for (const message of notes) emit({ type: 'note', level: 'info', message })
    }
    for (const { output, threshold, value } of thresholds.used)
      if (value !== null && !threshold.startsWith('fixed'))
        emit({
          type: 'note',
          level: 'info',
          message: `${output} calls an image faulty from ${Number(value.toPrecision(6))} on (${threshold})`,
        })
    const ladder = await measureLadder(context, thresholds)
    return { domains, thresholds: thresholds.used, ladder, predictions: predictions.toString() }
  })
}

export const nothingEvaluated: EvaluationResult = { domains: [], thresholds: [], ladder: [], predictions: '' }

/** The metrics at each severity of the ladder, and the means of the model's numbers over the faulty images. Ends where the run is asked to stop. */
async function measureLadder(context: RunContext, thresholds: Thresholds): Promise<readonly Rung[]> {
  const { plan, data, emit } = context
  const rungs: Rung[] = []
  if (plan.evaluate.ladder.length > 0 && data.ladder.length === 0)
    emit({
      type: 'note',
      level: 'warning',
      message: 'the source has no normal test image: the severity ladder is left out',
    })
  for (const { severity, set } of data.ladder) {
    const scores = await scoreSet(context, set, mapOutputs(plan.evaluate), 'evaluate')
    if (!scores) break
    const { metrics, notes } = measure(set, scores, plan.evaluate, plan, thresholds)
    const due = scores.samples.filter(({ label }) => label === 1).length
    // The severity that comes with an image is 0 where none of the draws gave a fault.
    const faulty = scores.samples.flatMap((sample, place) => (sample.severity === severity ? [place] : []))
    const without = due - faulty.length
    const missing = `${without} of ${due} images got no fault of severity ${severity}, and count as missed`
    for (const message of without > 0 ? [missing, ...notes] : notes) emit({ type: 'note', level: 'info', message })
    const meanOf = (values: ArrayLike<number>): number =>
      faulty.reduce((sum, place) => sum + (values[place] ?? 0), 0) / faulty.length
    const named = faulty.length === 0 ? [] : [...scores.values]
    const means = Object.fromEntries(named.map(([name, values]) => [name, meanOf(values)]))
    const rung: Rung = { severity, images: faulty.length, metrics, means }
    rungs.push(rung)
    emit({ type: 'rung', ...rung })
  }
  return rungs
}

/** By the weights that are evaluated. Undefined when the run was asked to stop meanwhile. */
async function chooseThresholds(context: RunContext, known: readonly UsedThreshold[]): Promise<Thresholds | undefined> {
  const { plan, data } = context
  const mustBeChosen = plan.evaluate.image.some(({ parameters }) => {
    if (!('threshold' in parameters) || parameters.threshold.component === 'fixed') return false
    const threshold = thresholdKey(parameters.threshold)
    return !known.some((each) => each.output === parameters.output && each.threshold === threshold)
  })
  if (!mustBeChosen) return new Thresholds(undefined, known)
  const scores = await scoreSet(context, data.validation, [], 'evaluate')
  return scores && new Thresholds(scores, known)
}

function isAskedFor({ plan }: RunContext, { role }: EvaluationSet): boolean {
  switch (role) {
    case 'source':
      return plan.evaluate.on.includes('source.test')
    case 'target':
      return plan.evaluate.on.includes('targets.test')
    case 'val':
      return false
  }
}
