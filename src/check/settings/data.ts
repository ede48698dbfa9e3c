import type { dataSources } from '../../components/data.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import type { DataValue } from '../../plan/run-plan.js'
import type { SettingOrigin } from '../../plan/settings.js'
import { type CheckedCall, checkComponent, wholeValue } from './component-call.js'
import type { FlatSetting, SettingsContext } from './context.js'
import { checkFiles } from './files.js'
import { report } from './place.js'
import type { CheckedData } from './results.js'

export type DataCall = CheckedCall<DataValue>

/**
 * `data = hdmap(...)`. Given even after mistakes, as long as the image's size is known, so that the model can be checked
 * in the same run. A pipeline without data is reported by `reportMissingParts`.
 */
export function checkData(setting: FlatSetting | undefined, context: SettingsContext): CheckedData | undefined {
  if (setting === undefined) return undefined
  const origins: SettingOrigin[] = []
  const call = checkComponent('data', setting, 'data', { ...context, recordOrigin: (origin) => origins.push(origin) })
  if (call === undefined) return undefined
  const { parameters } = call.value
  // The component's name says whose call it is, which the union of the table cannot.
  const rules = targetRules[call.value.component] as TargetRules<DataValue>
  const named = rules.named(call, context)
  warnOfIdleSettings(call, context)
  const { targets, stepsPerEpoch, listing } = checkFiles(call, context)
  for (const origin of origins) context.recordOrigin(resolvedOrigin(origin, targets))
  const { image, channels, range } = parameters
  if (image === undefined || channels === undefined || range === undefined || call.poisoned.has('/image'))
    return undefined
  const value = wholeValue(call, 'data')
  const resolved = value && targets !== undefined ? rules.resolve(value, targets) : value
  return {
    ...(resolved === undefined ? {} : { value: resolved }),
    image: { height: image[0], width: image[1], channels },
    isChannelsKnown: !call.poisoned.has('/channels'),
    range,
    ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
    ...(listing === undefined ? {} : { listing }),
    targets: targets ?? named,
    isAuto: targets !== undefined,
    imageSpan: call.spans.get('/image') ?? call.nameSpan,
  }
}

interface TargetRules<V extends DataValue> {
  /** The targets as they were named, checked; undefined where the files say which they are, and after a mistake in them. */
  readonly named: (call: CheckedCall<V>, context: SettingsContext) => readonly string[] | undefined
  /** The value with the targets that the files gave. */
  readonly resolve: (value: V, targets: readonly string[]) => V
}

type SourceValue<Name extends keyof typeof dataSources> = Extract<DataValue, { readonly component: Name }>

/** The other domains that a source is tested on. */
const targetRules: { readonly [Name in keyof typeof dataSources]: TargetRules<SourceValue<Name>> } = {
  hdmap: {
    named: (call, context) => {
      checkTargets(call, context)
      return namedTargets(call)
    },
    resolve: (value, targets) => ({ ...value, parameters: { ...value.parameters, targets } }),
  },
}

/** `auto` as what it was resolved to, with the place where it stands. */
function resolvedOrigin(origin: SettingOrigin, targets: readonly string[] | undefined): SettingOrigin {
  if (origin.path !== 'data.targets' || targets === undefined) return origin
  return { path: origin.path, value: `[${targets.join(', ')}]`, origin: 'resolved', where: `auto, ${origin.where}` }
}

/** The targets as they were named; undefined for `auto` and after a mistake in them. */
function namedTargets({ value, poisoned }: CheckedCall<SourceValue<'hdmap'>>): readonly string[] | undefined {
  const { targets } = value.parameters
  return poisoned.has('/targets') || targets === 'auto' ? undefined : targets
}

function checkTargets(call: CheckedCall<SourceValue<'hdmap'>>, context: SettingsContext): void {
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
function warnOfIdleSettings(call: DataCall, context: SettingsContext): void {
  const { validation, fit, antialias, resize } = call.value.parameters
  const validationSpan = call.spans.get('/validation')
  if (validation?.component === 'reference' && validationSpan !== undefined) {
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
