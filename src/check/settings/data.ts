import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import type { SettingOrigin } from '../../plan/settings.js'
import { type CheckedCall, checkComponent } from './component-call.js'
import type { FlatSetting, SettingsContext } from './context.js'
import { checkDomains } from './domains.js'
import { report } from './place.js'
import type { CheckedData } from './results.js'
import { componentName, numberOr, pair, strings } from './values.js'

/**
 * `data = hdmap(...)`. Given even after mistakes, as long as the image's size is known, so that the model can be checked
 * in the same run. A pipeline without data is told by `reportMissingParts`.
 */
export function checkData(setting: FlatSetting | undefined, context: SettingsContext): CheckedData | undefined {
  if (setting === undefined) return undefined
  const origins: SettingOrigin[] = []
  const call = checkComponent('data', setting, 'data', { ...context, recordOrigin: (origin) => origins.push(origin) })
  if (call === undefined) return undefined
  const { parameters } = call.value
  checkTargets(call, context)
  warnOfIdleSettings(call, context)
  const { targets, stepsPerEpoch } = checkDomains(call, context)
  for (const origin of origins) context.recordOrigin(resolvedOrigin(origin, targets))
  const image = pair(parameters.image)
  if (image === undefined || call.poisoned.has('/image')) return undefined
  return {
    value: { ...call.value, parameters: targets === undefined ? parameters : { ...parameters, targets } },
    image: { height: image[0], width: image[1], channels: numberOr(parameters.channels, 3) },
    isChannelsKnown: !call.poisoned.has('/channels'),
    batch: numberOr(parameters.batch, 16),
    evalBatch: numberOr(parameters.eval_batch, 16),
    range: pair(parameters.range) ?? [0, 1],
    ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
    dropLast: parameters.drop_last !== false,
    targets: targets ?? namedTargets(call),
    isAuto: targets !== undefined,
    imageSpan: call.spans.get('/image') ?? call.nameSpan,
  }
}

/** `auto` as what it was resolved to, with the place where it stands. */
function resolvedOrigin(origin: SettingOrigin, targets: readonly string[] | undefined): SettingOrigin {
  if (origin.path !== 'data.targets' || targets === undefined) return origin
  return { path: origin.path, value: `[${targets.join(', ')}]`, origin: 'resolved', where: `auto, ${origin.where}` }
}

/** The targets as they were named; undefined for `auto` and after a mistake in them. */
function namedTargets({ value, poisoned }: CheckedCall): readonly string[] | undefined {
  const targets = strings(value.parameters.targets)
  return poisoned.has('/targets') || (targets.length === 1 && targets[0] === 'auto') ? undefined : targets
}

function checkTargets(call: CheckedCall, context: SettingsContext): void {
  const { source } = call.value.parameters
  const targets = namedTargets(call) ?? []
  for (const [index, name] of targets.entries()) {
    const span = call.spans.get(`/targets/${index}`) ?? call.spans.get('/targets')
    if (span === undefined) continue
    if (targets.indexOf(name) < index) {
      const first = call.spans.get(`/targets/${targets.indexOf(name)}`)
      const related = first === undefined ? [] : [{ span: first, label: 'listed here first' }]
      report(context, settingsDiagnostics.duplicateTarget, span, { name }, related)
    } else if (name === source) {
      const sourceSpan = call.spans.get('/source')
      const related = sourceSpan === undefined ? [] : [{ span: sourceSpan, label: 'the source' }]
      report(context, settingsDiagnostics.sourceAmongTargets, span, { name }, related)
    }
  }
}

/** Warnings: the reference's validation, and what is written but has no effect. */
function warnOfIdleSettings(call: CheckedCall, context: SettingsContext): void {
  const { validation, fit, antialias, resize } = call.value.parameters
  const validationSpan = call.spans.get('/validation')
  if (componentName(validation) === 'reference' && validationSpan !== undefined) {
    report(context, settingsDiagnostics.validationIsTest, validationSpan, {})
  }
  const padding = call.spans.get('/padding')
  if (padding !== undefined && fit === 'stretch') {
    report(context, settingsDiagnostics.settingWithoutEffect, padding, {
      parameter: 'padding',
      why: '`fit = stretch` leaves nothing to fill',
      help: 'Write `fit = keep_aspect`, or leave `padding` out.',
    })
  }
  const antialiasSpan = call.spans.get('/antialias')
  if (antialiasSpan !== undefined && antialias === true && resize === 'nearest') {
    report(context, settingsDiagnostics.settingWithoutEffect, antialiasSpan, {
      parameter: 'antialias',
      why: '`resize = nearest` copies single pixels',
      help: 'Write `resize = bilinear`, or leave `antialias` out.',
    })
  }
}
