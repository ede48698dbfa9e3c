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
  const ratio = pair(call.value.parameters.ratio)
  const widest = widestPatch(call, image.width)
  if (widest === undefined || call.poisoned.has('/width')) return
  const size = `${image.height}x${image.width}`
  const related = [{ span: imageSpan, label: `the image is ${size}` }]
  const widthSpan = call.spans.get('/width') ?? call.nameSpan
  if (widest > image.width) {
    const facts = { side: 'width', patch: `${widest}px`, image: image.width, size } as const
    const mend = `Set the high end of \`width\` to at most ${image.width}px.`
    report(context, settingsDiagnostics.patchDoesNotFit, widthSpan, { ...facts, mend }, related)
    return
  }
  if (ratio === undefined || call.poisoned.has('/ratio')) return
  const [, high] = ratio
  const tallest = Math.floor(widest * high)
  if (tallest <= image.height) return
  const fits = widestThatFits(image.height, high)
  const facts = {
    side: 'height',
    patch: `${tallest}px (width ${widest}px times ratio ${high})`,
    image: image.height,
    size,
    mend: `Set the high end of \`width\` to at most ${fits}px, or that of \`ratio\` to at most ${Math.floor((image.height / widest) * 100) / 100}.`,
  } as const
  // Whichever of the two the author wrote is what makes it too high; the width when both are written.
  const span = call.spans.get('/width') ?? call.spans.get('/ratio') ?? call.nameSpan
  report(context, settingsDiagnostics.patchDoesNotFit, span, facts, related)
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
  if (probability === 0 && probabilitySpan !== undefined) {
    report(context, settingsDiagnostics.noFaults, probabilitySpan, {
      why: `the probability is ${withUnit(0, 'percent')}`,
      help: 'Set `probability` to more than 0%, for example `50%`.',
    })
    return
  }
  const severitySpan = call.spans.get('/severity')
  if (severitySpan !== undefined && schema !== undefined && pair(severity)?.[1] === 0) {
    report(context, settingsDiagnostics.noFaults, severitySpan, {
      why: `the severity is ${showValue(schema, severity ?? null)}`,
      help: 'Set the high end of `severity` to more than 0, for example `0 .. 2.0`.',
    })
  }
}
