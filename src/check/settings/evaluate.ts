import { findComponent } from '../../components/registry.js'
import { showValue } from '../../components/words.js'
import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { DiagnosticDefinition } from '../../diagnostics/define.js'
import type { EvaluatePlan, MetricRequest } from '../../plan/run-plan.js'
import type { SettingValue } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import { type CheckedCall, checkSection } from './component-call.js'
import type { FlatSection, SettingsContext } from './context.js'
import { checkFit, type MetricList } from './metric-fit.js'
import { report } from './place.js'
import type { CheckedData, CheckedSynthesis } from './results.js'
import { componentName, strings } from './values.js'

const lists = ['image', 'pixel', 'values'] as const

/**
 * The `evaluate` section. Comes before `checkTrain`, whose monitors must be among what is measured here. Undefined when
 * there is no such section, or a list in it is mistaken: then no monitor is refused.
 *
 * @param isMonitored whether the training watches a metric: without one that is told there.
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
  const requests = lists.map((list) => requestsOf(call, list, context, data, synthesis))
  checkTargetsThere(call, context, data)
  const isTorn =
    call.misspelt.has(undefined) ||
    lists.some(
      (list) =>
        section.torn.has(list) || call.misspelt.has(list) || section.settings.get(list)?.binding.recovered === true,
    )
  const isWhole =
    !isTorn && lists.every((list) => ![...call.poisoned].some((pointer) => pointer.startsWith(`/${list}`)))
  const [image = [], pixel = [], values = []] = requests
  if (isWhole && !isMonitored && requests.every((list) => list.length === 0)) {
    report(context, trainingDiagnostics.nothingMeasured, section.span, {})
  }
  if (!isWhole) return undefined
  checkLabels(call, context, data)
  const on = strings(call.value.parameters.on).filter((set) => set === 'source.test' || set === 'targets.test')
  return { on, image, pixel, values }
}

function requestsOf(
  call: CheckedCall,
  list: MetricList,
  context: SettingsContext,
  data: CheckedData | undefined,
  synthesis: CheckedSynthesis | undefined,
): readonly MetricRequest[] {
  const items = call.value.parameters[list]
  if (!Array.isArray(items)) return []
  const requests: MetricRequest[] = []
  const seen = new Map<string, Span | undefined>()
  const told = new Set<string>()
  const requested = new Set((items as readonly SettingValue[]).map((item) => requestOf(item)?.output ?? ''))
  for (const [index, item] of (items as readonly SettingValue[]).entries()) {
    const request = requestOf(item)
    const span = call.spans.get(`/${list}/${index}`)
    if (request === undefined || span === undefined) continue
    const shown = showMetric(list, item)
    const first = seen.get(shown)
    if (seen.has(shown)) {
      const related = first === undefined ? [] : [{ span: first, label: 'listed here first' }]
      report(context, trainingDiagnostics.duplicateMetric, span, { metric: shown }, related)
      continue
    }
    seen.set(shown, span)
    requests.push(request)
    const outputSpan = call.spans.get(`/${list}/${index}/parameters/output`) ?? span
    // What does not fit is the output: it is told once, and not for every metric of it.
    if (told.has(request.output) || (list !== 'pixel' && isOfMeasuredMap(request.output, requested, context))) continue
    if (!checkFit({ list, request, shown, span: outputSpan }, context, data, synthesis)) told.add(request.output)
  }
  return requests
}

/** Whether the output is a map since one that is measured beside it is a map: that one is told. */
function isOfMeasuredMap(
  output: string,
  requested: ReadonlySet<string>,
  { outputs, madeOf }: SettingsContext,
): boolean {
  const isMap = (name: string): boolean => outputs?.get(name)?.per === 'pixel'
  return isMap(output) && (madeOf?.(output) ?? []).some((other) => requested.has(other) && isMap(other))
}

/** `{ component: auroc, parameters: { output: score } }` as the plan has it. */
function requestOf(item: SettingValue): MetricRequest | undefined {
  const metric = componentName(item)
  if (metric === undefined || typeof item !== 'object' || item === null || !('parameters' in item)) return undefined
  const { output, ...others } = item.parameters as Readonly<Record<string, SettingValue>>
  if (typeof output !== 'string') return undefined
  const numbers = Object.entries(others).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return { metric, output, parameters: Object.fromEntries(numbers) }
}

function showMetric(list: MetricList, item: SettingValue): string {
  const items = findComponent('section', 'evaluate')?.schema.properties[list]?.items
  return items === undefined ? '' : showValue(items, item)
}

/** `targets.test` where there are no targets. */
function checkTargetsThere(call: CheckedCall, context: SettingsContext, data: CheckedData | undefined): void {
  const on = strings(call.value.parameters.on)
  const index = on.indexOf('targets.test')
  const span = call.spans.get(`/on/${index}`)
  if (span === undefined || data?.targets === undefined || data.targets.length > 0) return
  const why = data.isAuto ? 'the data has no other domain than the source' : 'the data has `targets = []`'
  report(context, trainingDiagnostics.noTargets, span, { why })
}

/** Metrics whose labels the disk does not have: masks, or measured severities. */
function checkLabels(call: CheckedCall, context: SettingsContext, data: CheckedData | undefined): void {
  const { disk } = context
  const root = data?.value.parameters.root
  const source = data?.value.parameters.source
  if (disk === undefined || typeof root !== 'string' || typeof source !== 'string') return
  const on = strings(call.value.parameters.on)
  const domains = [
    ...(on.includes('source.test') ? [source] : []),
    ...(on.includes('targets.test') ? (data?.targets ?? []) : []),
  ].filter((name) => disk.isDirectory(`${root}/${name}/test`))
  const tell = (list: MetricList, definition: LabelsMissing, without: readonly string[]): void => {
    const span = call.spans.get(`/${list}/0`)
    const written = call.value.parameters[list]
    const [first] = Array.isArray(written) ? (written as readonly SettingValue[]) : []
    if (span === undefined || first === undefined || without.length === 0) return
    report(context, definition, span, { metric: showMetric(list, first), domains: without })
  }
  const lacks = (there: (directory: string) => boolean) => domains.filter((name) => !there(`${root}/${name}`))
  const unmasked = lacks((domain) => disk.isDirectory(`${domain}/ground_truth/fault`))
  const unmeasured = lacks((domain) => disk.isFile(`${domain}/test/severity.csv`))
  tell('pixel', dataDiagnostics.masksMissing, unmasked)
  tell('values', dataDiagnostics.severitiesMissing, unmeasured)
}

type LabelsMissing = DiagnosticDefinition<{ readonly metric: string; readonly domains: readonly string[] }>
