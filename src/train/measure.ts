import {
  type MetricDeclaration,
  type MetricKey,
  type MetricList,
  type MetricTable,
  type MetricValue,
  metricKey,
  metrics,
  metricsOf,
} from '../components/metrics.js'
import type { EvaluationSample, EvaluationSet } from '../data/contract.js'
import { labelsOf, whyWithoutValue } from '../layouts/listing.js'
import type { EvaluatePlan, RunPlan } from '../plan/run-plan.js'
import { imageMetric, pixelMetricsOf, valueMetric } from './metrics/table.js'
import type { Thresholds } from './metrics/threshold.js'
import type { SetScores } from './scores.js'
import { type FloatArray, likeArray } from './step-runner.js'

/** What is to be measured on a set, by what it is computed from. */
export type Measurements = Pick<EvaluatePlan, MetricList>

/** Metrics by key; null where they are undefined on this set, with why among the notes. */
export interface Measured {
  readonly metrics: MetricTable
  readonly notes: readonly string[]
}

/** Names of the maps that the measurements need. */
export function mapOutputs({ pixel }: Measurements): readonly string[] {
  return [...new Set(pixel.map(({ parameters }) => parameters.output))]
}

/** @param thresholds chosen on the validation set */
export function measure(
  set: EvaluationSet,
  scores: SetScores,
  requests: Measurements,
  plan: RunPlan,
  thresholds: Thresholds,
): Measured {
  const measurements: Record<MetricKey, number | null> = {}
  const notes: string[] = []
  const put = (request: MetricValue, value: number | undefined) => {
    measurements[metricKey(request)] = value === undefined || Number.isNaN(value) ? null : value
    const where = value !== undefined && Number.isNaN(value) ? undefinedWhere(request, thresholds) : undefined
    if (where !== undefined) notes.push(`${metricKey(request)} is undefined on ${set.name}: ${where}`)
  }

  const known = labelsOf(scores.samples)
  const undefinedIn = (list: MetricList, what: string): boolean => {
    const why = requests[list].length === 0 ? undefined : whyWithoutValue(list, known)
    const blank = list === 'pixel' ? scores.samples.flatMap(({ blankMask }) => blankMask ?? []) : []
    const files = blank.length === 0 ? '' : ` (${firstOf(blank)})`
    if (why !== undefined) notes.push(`${set.name} ${why}${files}: ${what} metrics are undefined`)
    return why !== undefined
  }

  const isUnlabelled = undefinedIn('image', 'image')
  const labels = scores.samples.map(({ label }) => label)
  const severities = scores.samples.map(({ severity }) => severity)
  for (const request of requests.image) {
    const values = isUnlabelled ? undefined : scores.values.get(request.parameters.output)
    put(request, values && imageMetric(request, { scores: values, labels, severities }, thresholds))
  }

  const usable = undefinedIn('pixel', 'pixel') ? undefined : withMasks(scores, plan)
  if (usable && requests.pixel.length > 0)
    notes.push(...leftOut(set, scores, 'pixel', 'mask', ({ hasMask }) => hasMask))
  for (const output of mapOutputs(requests)) {
    const ofOutput = requests.pixel.filter((request) => request.parameters.output === output)
    const maps = usable?.maps.get(output)
    const results = maps && usable ? pixelMetricsOf(ofOutput, { scores: maps, masks: usable.masks, ...plan.image }) : []
    ofOutput.forEach((request, i) => {
      put(request, results[i])
    })
  }

  const isUnmeasured = undefinedIn('values', 'severity')
  if (requests.values.length > 0 && !isUnmeasured)
    notes.push(...leftOut(set, scores, 'severity', 'severity', ({ severity }) => severity !== undefined))
  const measured = scores.samples.flatMap(({ severity }, i) => (severity === undefined ? [] : [i]))
  const targets = measured.map((i) => scores.samples[i]?.severity ?? Number.NaN)
  for (const request of requests.values) {
    const values = scores.values.get(request.parameters.output)
    const predictions = measured.map((i) => values?.[i] ?? Number.NaN)
    const value = isUnmeasured ? undefined : valueMetric(request, predictions, targets)
    put(request, value)
  }
  return { metrics: measurements, notes }
}

function undefinedWhere({ component, parameters }: MetricValue, thresholds: Thresholds): string | undefined {
  if ('threshold' in parameters && Number.isNaN(thresholds.of(parameters.output, parameters.threshold)))
    return 'the validation set has not both classes, by which its threshold is chosen'
  const { undefinedWhere: where }: MetricDeclaration = metrics[component]
  return where === undefined ? undefined : `it is ${where}`
}

/** The images whose pixels are known: normal ones and faulty ones with a mask. */
function withMasks(scores: SetScores, plan: RunPlan): SetScores {
  return pick(scores, ({ label, hasMask }) => label === 0 || hasMask, plan)
}

/** A part of a set, in its order. */
function pick(scores: SetScores, isKept: (sample: EvaluationSample) => boolean, { image }: RunPlan): SetScores {
  const { samples } = scores
  if (samples.every(isKept)) return scores
  const kept = samples.flatMap((sample, i) => (isKept(sample) ? [i] : []))
  const part = <Values extends FloatArray | Uint8Array>(from: Values, to: Values, size: number): Values => {
    kept.forEach((place, i) => {
      to.set(from.subarray(place * size, (place + 1) * size), i * size)
    })
    return to
  }
  const parts = (all: ReadonlyMap<string, FloatArray>, size: number) =>
    new Map([...all].map(([name, from]) => [name, part(from, likeArray(from, kept.length * size), size)]))
  const size = image.height * image.width
  return {
    samples: kept.flatMap((place) => samples[place] ?? []),
    values: parts(scores.values, 1),
    maps: parts(scores.maps, size),
    masks: scores.masks.length === 0 ? scores.masks : part(scores.masks, new Uint8Array(kept.length * size), size),
  }
}

/** The faulty images of one class with all normal ones. */
export interface ClassResult {
  readonly class: string
  readonly faulty: number
  readonly metrics: MetricTable
}

/** By class of the faults, where there are several. What is undefined for one of them is null; the notes are those of the whole set. */
export function measureClasses(
  set: EvaluationSet,
  scores: SetScores,
  requests: Measurements,
  plan: RunPlan,
  thresholds: Thresholds,
): readonly ClassResult[] {
  const classes = [...new Set(scores.samples.flatMap(({ class: kind }) => kind ?? []))]
  if (classes.length < 2) return []
  return classes.map((kind) => {
    const part = pick(scores, (sample) => sample.label === 0 || sample.class === kind, plan)
    const { metrics } = measure(set, part, requests, plan, thresholds)
    return { class: kind, faulty: part.samples.filter(({ label }) => label === 1).length, metrics }
  })
}

const named = 3

/** Says which faulty images the metrics of a list leave out, where there are such. */
function leftOut(
  { name }: EvaluationSet,
  { samples }: SetScores,
  metrics: string,
  label: string,
  has: (sample: EvaluationSample) => boolean,
): readonly string[] {
  const faulty = samples.filter((sample) => sample.label === 1)
  const left = faulty.filter((sample) => !has(sample))
  const blank = metrics === 'pixel' ? left.flatMap(({ blankMask }) => blankMask ?? []) : []
  const without = left.filter(({ blankMask }) => metrics !== 'pixel' || blankMask === undefined).map(({ file }) => file)
  const over = `${metrics} metrics of ${name} are over ${faulty.length - left.length} of ${faulty.length} faulty images`
  return [
    ...(without.length === 0
      ? []
      : [`${over}: ${firstOf(without)} ${without.length === 1 ? 'has' : 'have'} no ${label}`]),
    ...(blank.length === 0 ? [] : [`${over}: ${firstOf(blank)} ${blank.length === 1 ? 'marks' : 'mark'} nothing`]),
  ]
}

function firstOf(files: readonly string[]): string {
  return files.slice(0, named).join(', ') + (files.length > named ? ` and ${files.length - named} more` : '')
}

/** What a validation measures: all image and value metrics, and the monitors whatever they are of (pixels are dear: only on request). */
export function validationMeasurements(plan: RunPlan, monitors: readonly MetricValue[]): Measurements {
  const { image, values } = plan.evaluate
  const isMap = ({ parameters }: MetricValue) => {
    const shape = plan.functions.eval_step.outputs.find(({ name }) => name === parameters.output)?.shape ?? []
    return shape.slice(1).some((size) => size > 1)
  }
  return {
    image: unique([...image, ...monitors.filter(isOf('image')).filter((monitor) => !isMap(monitor))]),
    pixel: unique(monitors.filter(isOf('pixel')).filter(isMap)),
    values: unique([...values, ...monitors.filter(isOf('values'))]),
  }
}

const isOf =
  <L extends MetricList>(list: L) =>
  (request: MetricValue): request is MetricValue<L> =>
    Object.hasOwn(metricsOf(list), request.component)

/** Without the split of a monitor: the same number is measured once. */
function unique<L extends MetricList>(requests: readonly MetricValue<L>[]): readonly MetricValue<L>[] {
  return [...new Map(requests.map((request) => [metricKey(request), request])).values()]
}
