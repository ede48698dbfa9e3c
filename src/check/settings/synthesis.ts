import { findComponent } from '../../components/registry.js'
import { showValue, withUnit } from '../../components/words.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import type { SettingValue } from '../../plan/settings.js'
import { type CheckedCall, checkComponent } from './component-call.js'
import type { FlatSetting, SettingsContext } from './context.js'
import { measure } from './order.js'
import { report } from './place.js'
import type { CheckedData, CheckedSynthesis } from './results.js'
import { pair } from './values.js'

/** `synthesis = additive(...)`: every image gets its patch somewhere, so the largest patch must fit into the image. */
export function checkSynthesis(
  setting: FlatSetting | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
): CheckedSynthesis | undefined {
  if (setting === undefined) return undefined
  const call = checkComponent('synthesis', setting, 'synthesis', context)
  if (call === undefined) return undefined
  if (data !== undefined) checkPatch(call, data, context)
  warnOfNoFaults(call, context)
  const severity = call.poisoned.has('/severity') ? undefined : pair(call.value.parameters.severity)
  return { value: call.value, severity: [0, severity?.[1] ?? 2] }
}

function checkPatch(call: CheckedCall, { image, imageSpan }: CheckedData, context: SettingsContext): void {
  const ratio = call.poisoned.has('/ratio') ? undefined : pair(call.value.parameters.ratio)
  const widest = widestPatch(call, image.width)
  if (widest === undefined || call.poisoned.has('/width')) return
  const size = `${image.height}x${image.width}`
  const related = [{ span: imageSpan, label: `the image is ${size}` }]
  const widthSpan = call.spans.get('/width') ?? call.nameSpan
  const high = ratio?.[1]
  const fits = high === undefined ? image.width : Math.min(image.width, widestThatFits(image.height, high))
  if (widest > image.width) {
    const facts = { side: 'width', patch: `${widest}px`, image: image.width, size } as const
    const mend = `Write \`width = ${widthUpTo(call, fits, image.width)}\`.`
    report(context, settingsDiagnostics.patchDoesNotFit, widthSpan, { ...facts, mend }, related)
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
    mend: `Write \`width = ${widthUpTo(call, fits, image.width)}\`${ratios}.`,
  } as const
  // The ratio where it is higher than the image is for its width; else the width when both are written.
  const [first, second] = high > Math.max(1, image.height / image.width) ? ['/ratio', '/width'] : ['/width', '/ratio']
  const span = call.spans.get(first) ?? call.spans.get(second) ?? call.nameSpan
  report(context, settingsDiagnostics.patchDoesNotFit, span, facts, related)
}

/** The range with another high end, and a low end that is not above it. */
function widthUpTo({ value }: CheckedCall, pixels: number, imageWidth: number): string {
  const { width } = value.parameters
  const low = measure(Array.isArray(width) ? (width as readonly SettingValue[])[0] : undefined)
  const percent = Math.floor((100 * pixels) / imageWidth)
  const isPercent = low?.unit === 'percent' && percent > 0
  const unit = isPercent ? 'percent' : 'px'
  const high = isPercent ? percent : pixels
  const isSameUnit = (low?.unit === 'percent') === isPercent
  return `${withUnit(isSameUnit ? Math.min(low?.count ?? high, high) : high, unit)} .. ${withUnit(high, unit)}`
}

/** Largest width whose patch, floor(width x ratio) high, is not higher than the image. */
function widestThatFits(height: number, ratio: number): number {
  let width = Math.max(1, Math.floor(height / ratio))
  while (Math.floor((width + 1) * ratio) <= height) width++
  return width
}

/** In pixels; a width in percent is of the image's width, rounded as the synthesis does. */
function widestPatch({ value }: CheckedCall, imageWidth: number): number | undefined {
  const width = value.parameters.width
  const high: SettingValue | undefined = Array.isArray(width) ? width[1] : undefined
  const measured = measure(high)
  if (measured === undefined) return undefined
  return measured.unit === 'percent' ? Math.max(1, Math.round((imageWidth * measured.count) / 100)) : measured.count
}

function warnOfNoFaults(call: CheckedCall, context: SettingsContext): void {
  const { probability, severity } = call.value.parameters
  const schema = findComponent('synthesis', call.value.component)?.schema.properties.severity
  const probabilitySpan = call.spans.get('/probability')
  if (probability === 0 && probabilitySpan !== undefined && !call.poisoned.has('/probability')) {
    report(context, settingsDiagnostics.noFaults, probabilitySpan, {
      why: `the probability is ${withUnit(0, 'percent')}`,
      help: 'Set `probability` to more than 0%, for example `50%`.',
    })
    return
  }
  const severitySpan = call.spans.get('/severity')
  if (call.poisoned.has('/severity')) return
  if (severitySpan !== undefined && schema !== undefined && pair(severity)?.[1] === 0) {
    report(context, settingsDiagnostics.noFaults, severitySpan, {
      why: `the severity is ${showValue(schema, severity ?? null)}`,
      help: 'Set the high end of `severity` to more than 0, for example `0 .. 2.0`.',
    })
  }
}
