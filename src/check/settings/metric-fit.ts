import type { MetricList, MetricValue } from '../../components/metrics.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import type { Span } from '../../source/span.js'
import type { TensorType } from '../checked.js'
import { factorText, reaches } from '../functions/label-reach.js'
import { intervalText } from '../primitives/intervals.js'
import { describeTensor } from '../values/describe.js'
import { report, type SettingsContext } from './context.js'
import type { CheckedData, CheckedSynthesis } from './results.js'

interface Measured {
  readonly list: MetricList
  readonly request: MetricValue
  /** As written. */
  readonly shown: string
  /** Of the output's name. */
  readonly span: Span
  /** Of its threshold, where one is written. */
  readonly thresholdSpan: Span | undefined
}

/** Whether a metric can be computed of the output: what one value of it is for, its shape, and what it can reach. False: it was reported. */
export function checkFit(
  measured: Measured,
  context: SettingsContext,
  data: CheckedData | undefined,
  synthesis: CheckedSynthesis | undefined,
): boolean {
  const { list, request, shown, span } = measured
  const { output } = request.parameters
  const type = context.outputs?.get(output)
  if (type === undefined) return true
  const misfit = list === 'pixel' ? pixelMisfit(measured, type, data) : imageMisfit(measured, type)
  if (misfit !== undefined) {
    const facts = { metric: shown, list, output, found: describeTensor(type), ...misfit }
    report(context, trainingDiagnostics.metricDoesNotFit, span, facts)
    return false
  }
  if (list === 'image') warnOfThreshold(measured, type, context)
  if (list !== 'values' || synthesis === undefined || context.outOfReach.has(output)) return true
  return !warnOfReach(measured, type, synthesis, context)
}

/** A fixed threshold that every score is above, or below. */
function warnOfThreshold(
  { request, shown, span, thresholdSpan = span }: Measured,
  { range }: TensorType,
  context: SettingsContext,
): void {
  const { output, ...rest } = request.parameters
  if (range === undefined || !('threshold' in rest) || rest.threshold.component !== 'fixed') return
  const { value } = rest.threshold.parameters
  const called = value > range[1] ? 'normal' : value <= range[0] ? 'faulty' : undefined
  if (called === undefined) return
  const facts = { metric: shown, output, range: intervalText(range), called }
  report(context, trainingDiagnostics.thresholdOutOfReach, thresholdSpan, facts)
}

interface Misfit {
  readonly needs: string
  readonly help: string
}

function pixelMisfit(
  { request, shown }: Measured,
  { per, shape, meaning }: TensorType,
  data: CheckedData | undefined,
): Misfit | undefined {
  const { output } = request.parameters
  if (per !== 'pixel') {
    return { needs: 'one number a pixel', help: `Measure a map, or move \`${shown}\` to \`image\`.` }
  }
  const [height, width, channels] = shape
  if (channels !== 1) {
    const anomaly = meaning === 'logits' ? `softmax(${output})[anomaly]` : `${output}[anomaly]`
    return {
      needs: 'one number a pixel',
      help:
        meaning === 'plain' ? 'Measure a map with one channel.' : `Bind \`${anomaly}\` to a name, and measure that.`,
    }
  }
  if (data === undefined || (height === data.image.height && width === data.image.width)) return undefined
  return {
    needs: `a map of the image's size, ${data.image.height}x${data.image.width}`,
    help: 'Bring it to the size of the image with `upsample`.',
  }
}

function imageMisfit({ list, request, shown }: Measured, { per, shape }: TensorType): Misfit | undefined {
  const { output } = request.parameters
  if (per === 'image' && shape.every((size) => size === 1)) return undefined
  const needs = 'one number an image'
  if (per !== 'pixel') return { needs, help: 'Measure one number for each image.' }
  const move = list === 'image' ? `, or move \`${shown}\` to \`pixel\`` : ''
  return { needs, help: `Bind \`image_max(${output})\` to a name and measure that${move}.` }
}

/** A severity that cannot become as large (or as small) as the labels that it is compared with: whether that is so. */
function warnOfReach(
  { request, shown, span }: Measured,
  { range, meaning }: TensorType,
  { severity }: CheckedSynthesis,
  context: SettingsContext,
): boolean {
  if (range === undefined || severity === undefined || meaning === 'logits' || reaches(range, severity)) return false
  const [low, high] = severity
  report(context, trainingDiagnostics.valueOutOfReach, span, {
    metric: shown,
    output: request.parameters.output,
    prediction: intervalText(range),
    label: `[${low}, ${high}]`,
    help:
      range[1] > 0 && Number.isFinite(range[1])
        ? `Scale it: \`${factorText(high / range[1])} * ${request.parameters.output}\` reaches ${high}; or let the severity of a fault reach less.`
        : `Make \`${request.parameters.output}\` reach from ${low} to ${high}.`,
  })
  return true
}
