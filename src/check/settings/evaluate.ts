import { type MetricList, type MetricValue, metricKey, metricLists } from '../../components/metrics.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { EvaluatePlan } from '../../plan/run-plan.js'
import type { Span } from '../../source/span.js'
import { checkSection, wholeValue } from './component-call.js'
import { type FlatSection, report, type SettingsContext } from './context.js'
import { checkLabels, checkSets } from './labels.js'
import { checkFit } from './metric-fit.js'
import type { CheckedData, CheckedSynthesis } from './results.js'

export type EvaluateCall = ReturnType<typeof checkSection<'evaluate'>>

/**
 * The `evaluate` section. Comes before `checkTrain`, whose monitors must be among what is measured here. Undefined when
 * there is no such section, or a list in it is mistaken: then no monitor is refused.
 *
 * @param isMonitored whether the training watches a metric: without one that is reported there.
 */
export function checkEvaluate(
  section: FlatSection | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
  synthesis: CheckedSynthesis | undefined,
  isMonitored = false,
): EvaluatePlan | undefined {
  if (section === undefined) return undefined
  const call = checkSection('evaluate', section, context)
  const requests = metricLists.map((list) => requestsOf(call, list, context, data, synthesis))
  checkSets(call, section, context, data)
  checkLadder(call, context, synthesis)
  const isDamaged = metricLists.some(
    (list) => section.damaged.has(list) || section.settings.get(list)?.binding.recovered === true,
  )
  const isWhole =
    !isDamaged && metricLists.every((list) => ![...call.poisoned].some((pointer) => pointer.startsWith(`/${list}`)))
  if (isWhole && !isMonitored && requests.every((list) => list.length === 0)) {
    report(context, trainingDiagnostics.nothingMeasured, section.span, {})
  }
  if (!isWhole) return undefined
  checkLabels(call, context, data)
  return wholeValue(call, 'section')?.parameters
}

/** A ladder sets the severity of faults, which must be a draw for that; above all that is drawn a fault may be no such fault any more. */
function checkLadder(call: EvaluateCall, context: SettingsContext, synthesis: CheckedSynthesis | undefined): void {
  const span = call.spans.get('/ladder')
  const ladder = call.value.parameters.ladder ?? []
  if (span === undefined || synthesis?.value === undefined || ladder.length === 0) return
  if (synthesis.isDrawn === false) {
    report(context, settingsDiagnostics.ladderWithoutDraw, span, { synthesis: synthesis.value.component })
    return
  }
  const most = synthesis.severity?.[1]
  ladder.forEach((severity, index) => {
    if (most === undefined || typeof severity !== 'number' || severity <= most) return
    const at = call.spans.get(`/ladder/${index}`) ?? span
    report(context, settingsDiagnostics.ladderAboveDraws, at, { severity, most })
  })
}

function requestsOf(
  call: EvaluateCall,
  list: MetricList,
  context: SettingsContext,
  data: CheckedData | undefined,
  synthesis: CheckedSynthesis | undefined,
): readonly MetricValue[] {
  const items: readonly MetricValue[] = call.value.parameters[list] ?? []
  const requests: MetricValue[] = []
  const seen = new Map<string, Span | undefined>()
  const reported = new Set<string>()
  const requested = new Set(items.map(({ parameters }) => parameters.output))
  for (const [index, request] of items.entries()) {
    const { output } = request.parameters
    const span = call.spans.get(`/${list}/${index}`)
    if (span === undefined) continue
    const shown = metricKey(request)
    const first = seen.get(shown)
    if (seen.has(shown)) {
      const related = first === undefined ? [] : [{ span: first, label: 'listed here first' }]
      report(context, trainingDiagnostics.duplicateMetric, span, { metric: shown }, related)
      continue
    }
    seen.set(shown, span)
    requests.push(request)
    const outputSpan = call.spans.get(`/${list}/${index}/parameters/output`) ?? span
    // What does not fit is the output: it is reported once, and not for every metric of it.
    if (reported.has(output) || (list !== 'pixel' && isOfMeasuredMap(output, requested, context))) continue
    const thresholdSpan = call.spans.get(`/${list}/${index}/parameters/threshold`)
    const measured = { list, request, shown, span: outputSpan, thresholdSpan }
    if (!checkFit(measured, context, data, synthesis)) reported.add(output)
  }
  return requests
}

/** Whether the output is a map since one that is measured beside it is a map: that one is reported. */
function isOfMeasuredMap(
  output: string,
  requested: ReadonlySet<string>,
  { outputs, madeOf }: SettingsContext,
): boolean {
  const isMap = (name: string): boolean => outputs?.get(name)?.per === 'pixel'
  return isMap(output) && (madeOf?.(output) ?? []).some((other) => requested.has(other) && isMap(other))
}
