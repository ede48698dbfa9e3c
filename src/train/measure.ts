import { type MetricList, type MetricValue, metricKey, metricsOf } from '../components/metrics.js'
import type { EvaluationSet } from '../data/contract.js'
import type { EvaluatePlan, RunPlan } from '../plan/run-plan.js'
import { imageMetric, pixelMetricsOf, valueMetric } from './metrics/table.js'
import type { SetScores } from './scores.js'
import { likeArray } from './step-runner.js'

/** What is to be measured on a set, by what it is computed from. */
export type Measurements = Pick<EvaluatePlan, MetricList>

/** Metrics by key; null where they are undefined on this set, with why among the notes. */
export interface Measured {
  readonly metrics: Readonly<Record<string, number | null>>
  readonly notes: readonly string[]
}

/** Names of the maps that the measurements need. */
export function mapOutputs({ pixel }: Measurements): readonly string[] {
  return [...new Set(pixel.map(({ parameters }) => parameters.output))]
}

export function measure(set: EvaluationSet, scores: SetScores, requests: Measurements, plan: RunPlan): Measured {
  const metrics: Record<string, number | null> = {}
  const notes: string[] = []
  const put = (request: MetricValue, value: number | undefined) => {
    metrics[metricKey(request)] = value === undefined || Number.isNaN(value) ? null : value
  }

  const labels = scores.samples.map(({ label }) => label)
  if (requests.image.length > 0 && new Set(labels).size < 2) {
    notes.push(
      `${set.name} has ${labels[0] === 1 ? 'no normal image' : 'no faulty image'}: image metrics are undefined`,
    )
  }
  for (const request of requests.image) {
    const values = scores.values.get(request.parameters.output)
    put(request, values && imageMetric(request, values, labels))
  }

  if (requests.pixel.length > 0) {
    const usable = withMasks(scores, plan)
    if (!usable) notes.push(`${set.name} has no masks: pixel metrics are undefined`)
    else notes.push(...withoutMask(set, scores))
    for (const output of mapOutputs(requests)) {
      const ofOutput = requests.pixel.filter((request) => request.parameters.output === output)
      const maps = usable?.maps.get(output)
      const results =
        maps && usable ? pixelMetricsOf(ofOutput, { scores: maps, masks: usable.masks, ...plan.image }) : []
      ofOutput.forEach((request, i) => {
        put(request, results[i])
      })
    }
  }

  if (requests.values.length > 0) {
    const known = withSeverities(scores)
    if (known.length === 0) notes.push(`${set.name} has no severities: severity metrics are undefined`)
    const targets = known.map((i) => scores.samples[i]?.severity ?? Number.NaN)
    for (const request of requests.values) {
      const values = scores.values.get(request.parameters.output)
      const predictions = known.map((i) => values?.[i] ?? Number.NaN)
      put(request, known.length > 0 ? valueMetric(request, predictions, targets) : undefined)
    }
  }
  return { metrics, notes }
}

/** The images whose pixels are known: normal ones and faulty ones with a mask. Undefined when no faulty image has one. */
function withMasks(scores: SetScores, { image }: RunPlan): Pick<SetScores, 'maps' | 'masks'> | undefined {
  const { samples } = scores
  if (!samples.some(({ label, hasMask }) => label === 1 && hasMask)) return undefined
  if (samples.every(({ label, hasMask }) => label === 0 || hasMask)) return scores
  const size = image.height * image.width
  const kept = samples.flatMap(({ label, hasMask }, i) => (label === 0 || hasMask ? [i] : []))
  const masks = new Uint8Array(kept.length * size)
  const maps = new Map([...scores.maps].map(([name, map]) => [name, likeArray(map, kept.length * size)]))
  kept.forEach((from, to) => {
    masks.set(scores.masks.subarray(from * size, (from + 1) * size), to * size)
    for (const [name, map] of maps) {
      map.set(scores.maps.get(name)?.subarray(from * size, (from + 1) * size) ?? [], to * size)
    }
  })
  return { maps, masks }
}

const named = 3

/** Says which faulty images the pixel metrics leave out, where there are such. */
function withoutMask({ name }: EvaluationSet, { samples }: SetScores): readonly string[] {
  const faulty = samples.filter(({ label }) => label === 1)
  const left = faulty.filter(({ hasMask }) => !hasMask).map(({ file }) => file)
  if (left.length === 0) return []
  const files = left.slice(0, named).join(', ') + (left.length > named ? ` and ${left.length - named} more` : '')
  const over = `${faulty.length - left.length} of ${faulty.length} faulty images`
  return [`pixel metrics of ${name} are over ${over}: ${files} ${left.length === 1 ? 'has' : 'have'} no mask`]
}

/** Indices of the images with a known severity; none when no faulty image has one (a normal's zero alone says nothing). */
function withSeverities({ samples }: SetScores): readonly number[] {
  const known = samples.flatMap(({ severity }, i) => (severity === undefined ? [] : [i]))
  return known.some((i) => samples[i]?.label === 1) ? known : []
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
