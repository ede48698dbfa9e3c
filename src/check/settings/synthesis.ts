import { pixelsOf } from '../../components/quantities.js'
import { type Halves, halfOf, type ParametersOf } from '../../components/schema.js'
import { powersOfTwo, type syntheses } from '../../components/synthesis.js'
import { withUnit } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import type { SynthesisValue } from '../../plan/run-plan.js'
import { type CheckedCall, checkComponent, wholeValue } from './component-call.js'
import { type FlatSetting, report, type SettingsContext } from './context.js'
import type { CheckedData, CheckedSynthesis } from './results.js'

type SynthesisCall = CheckedCall<SynthesisValue>

/** Values of `fault_severity`: from 0 (no fault) to the largest severity. */
const severityRanges: Halves<typeof syntheses, [], readonly [number, number]> = {
  additive: ({ severity }) => [0, severity[1]],
  draem: ({ opacity }) => [0, opacity[1]],
  cut_paste: ({ area }) => [0, area[1]],
}

/** What is wrong with a synthesis beside single parameters: patches that do not fit, faults that never come. */
const checks: Halves<typeof syntheses, [SynthesisCall, CheckedData | undefined, SettingsContext], void> = {
  additive: (parameters, call, data, context) => {
    if (data !== undefined) checkPatch(parameters, call, data, context)
    const isNever = warnOfNever(parameters.probability, call, context)
    if (!isNever) warnOfNothing('severity', parameters.severity, '0 .. 2.0', call, context)
  },
  draem: ({ probability, opacity, cells }, call, _, context) => {
    const isNever = warnOfNever(probability, call, context)
    if (!isNever) warnOfNothing('opacity', opacity, '10% .. 100%', call, context)
    const span = call.spans.get('/cells')
    if (span !== undefined && !call.poisoned.has('/cells') && powersOfTwo(cells).length === 0)
      report(context, settingsDiagnostics.nothingToDraw, span, { parameter: 'cells', shown: cells.join(' .. ') })
  },
  cut_paste: ({ probability }, call, _, context) => {
    warnOfNever(probability, call, context)
  },
}

export function checkSynthesis(
  setting: FlatSetting | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
): CheckedSynthesis | undefined {
  if (setting === undefined) return undefined
  const call = checkComponent('synthesis', setting, 'synthesis', context)
  const value = call && wholeValue(call, 'synthesis')
  if (call === undefined || value === undefined) return undefined
  halfOf(checks, value, call, data, context)
  return { value, severity: halfOf(severityRanges, value) }
}

type Additive = ParametersOf<typeof syntheses.additive>

/** Every image gets its patch somewhere, so the largest patch must fit into the image. */
function checkPatch(
  { width, ratio: heights }: Additive,
  call: SynthesisCall,
  { image, imageSpan }: CheckedData,
  context: SettingsContext,
): void {
  if (call.poisoned.has('/width')) return
  const ratio = call.poisoned.has('/ratio') ? undefined : heights
  const widest = pixelsOf(width[1], image.width)
  const size = `${image.height}x${image.width}`
  const related = [{ span: imageSpan, label: `the image is ${size}` }]
  const widthSpan = call.spans.get('/width') ?? call.nameSpan
  const high = ratio?.[1]
  const fits = high === undefined ? image.width : Math.min(image.width, widestThatFits(image.height, high))
  if (widest > image.width) {
    const facts = { side: 'width', patch: `${widest}px`, image: image.width, size } as const
    const fix = `Write \`width = ${widthUpTo(width[0], fits, image.width)}\`.`
    report(context, settingsDiagnostics.patchDoesNotFit, widthSpan, { ...facts, fix }, related)
    return
  }
  if (ratio === undefined || high === undefined) return
  const tallest = Math.floor(widest * high)
  if (tallest <= image.height) return
  const flattest = Math.floor((image.height / widest) * 100) / 100
  const ratios = flattest > 0 ? `, or \`ratio = ${Math.min(ratio[0], flattest)} .. ${flattest}\`` : ''
  const facts = {
    side: 'height',
    patch: `${tallest}px (width ${widest}px times ratio ${high})`,
    image: image.height,
    size,
    fix: `Write \`width = ${widthUpTo(width[0], fits, image.width)}\`${ratios}.`,
  } as const
  // The ratio where it is higher than the image is for its width; else the width when both are written.
  const [first, second] = high > Math.max(1, image.height / image.width) ? ['/ratio', '/width'] : ['/width', '/ratio']
  const span = call.spans.get(first) ?? call.spans.get(second) ?? call.nameSpan
  report(context, settingsDiagnostics.patchDoesNotFit, span, facts, related)
}

/** The range with another high end, and a low end that is not above it. */
function widthUpTo(low: Additive['width'][0], pixels: number, imageWidth: number): string {
  const percent = Math.floor((100 * pixels) / imageWidth)
  if ('percent' in low && percent > 0)
    return `${withUnit(Math.min(low.percent, percent), 'percent')} .. ${withUnit(percent, 'percent')}`
  return `${withUnit('px' in low ? Math.min(low.px, pixels) : pixels, 'px')} .. ${withUnit(pixels, 'px')}`
}

/** Largest width whose patch, floor(width x ratio) high, is not higher than the image. */
function widestThatFits(height: number, ratio: number): number {
  let width = Math.max(1, Math.floor(height / ratio))
  while (Math.floor((width + 1) * ratio) <= height) width++
  return width
}

/** @returns whether no image ever gets a fault */
function warnOfNever(probability: number, call: SynthesisCall, context: SettingsContext): boolean {
  const span = call.spans.get('/probability')
  if (probability !== 0 || span === undefined || call.poisoned.has('/probability')) return false
  report(context, settingsDiagnostics.noFaults, span, {
    why: `the probability is ${withUnit(0, 'percent')}`,
    help: 'Set `probability` to more than 0%, for example `50%`.',
  })
  return true
}

/** A fault of no strength is none. */
function warnOfNothing(
  parameter: string,
  [low, high]: readonly [number, number],
  instead: string,
  call: SynthesisCall,
  context: SettingsContext,
): void {
  const span = call.spans.get(`/${parameter}`)
  if (span === undefined || high !== 0 || call.poisoned.has(`/${parameter}`)) return
  report(context, settingsDiagnostics.noFaults, span, {
    why: `the ${parameter} is ${low} .. ${high}`,
    help: `Set the high end of \`${parameter}\` to more than 0, for example \`${instead}\`.`,
  })
}
