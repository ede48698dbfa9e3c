import type { dataSources } from '../../components/data.js'
import { findComponent } from '../../components/registry.js'
import type { JsonValue } from '../../components/schema.js'
import { showValue } from '../../components/words.js'
import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { testName } from '../../layouts/table.js'
import type { DataValue } from '../../plan/run-plan.js'
import type { SettingOrigin } from '../../plan/settings.js'
import { own } from '../../source/own.js'
import { type CheckedCall, checkComponent, wholeValue } from './component-call.js'
import { type FlatSetting, report, type SettingsContext } from './context.js'
import { checkFiles, isOutside } from './files.js'
import type { CheckedData, WithoutTargets } from './results.js'

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
  const rules = domainRules[call.value.component] as DomainRules<DataValue>
  const named = rules.named(call, context)
  warnOfIdleSettings(call, context)
  const { targets, stepsPerEpoch, listing } = checkFiles(call, context)
  const value = wholeValue(call, 'data')
  const resolved = value && targets !== undefined ? rules.resolve(value, targets) : value
  for (const origin of origins) context.recordOrigin(resolvedOrigin(origin, value, resolved))
  const { image, channels, range } = parameters
  if (image === undefined || channels === undefined || range === undefined || call.poisoned.has('/image'))
    return undefined
  return {
    ...(resolved === undefined ? {} : { value: resolved, source: rules.source(resolved) }),
    image: { height: image[0], width: image[1], channels },
    isChannelsKnown: !call.poisoned.has('/channels'),
    range,
    ...(stepsPerEpoch === undefined ? {} : { stepsPerEpoch }),
    ...(listing === undefined ? {} : { listing }),
    targets: targets ?? named,
    withoutTargets: rules.withoutTargets(targets !== undefined),
    imageSpan: call.spans.get('/image') ?? call.nameSpan,
  }
}

interface DomainRules<V extends DataValue> {
  /** The domain that the model is trained on. */
  readonly source: (value: V) => string
  /** The targets as they were named, checked; undefined where the files say which they are, and after a mistake in them. */
  readonly named: (call: CheckedCall<V>, context: SettingsContext) => readonly string[] | undefined
  /** What says that there are none, where there are none. */
  readonly withoutTargets: (isAuto: boolean) => WithoutTargets
  /** The value with the targets that the files gave. */
  readonly resolve: (value: V, targets: readonly string[]) => V
}

/** Of data that is tested on itself alone. */
function onItself<V extends DataValue>(source: DomainRules<V>['source'], why: string): DomainRules<V> {
  return { source, named: () => [], withoutTargets: () => ({ why, mayHave: false }), resolve: (value) => value }
}

type SourceValue<Name extends keyof typeof dataSources> = Extract<DataValue, { readonly component: Name }>

/** The domains of a source: that of the training images, and the others that it is tested on. */
const domainRules: { readonly [Name in keyof typeof dataSources]: DomainRules<SourceValue<Name>> } = {
  hdmap: {
    source: ({ parameters }) => parameters.source,
    named: (call, context) => {
      checkTogether(call, call.value.parameters.source, context)
      checkTargets(call, context)
      return namedTargets(call)
    },
    withoutTargets: (isAuto) => ({
      why: isAuto ? 'the data has no other domain than the source' : 'the data has `targets = []`',
      mayHave: true,
    }),
    resolve: (value, targets) => ({ ...value, parameters: { ...value.parameters, targets } }),
  },
  mvtec: {
    ...onItself(({ parameters }) => parameters.category, 'the categories of `mvtec` are all sources'),
    named: (call, context) => {
      checkTogether(call, call.value.parameters.category, context)
      return []
    },
  },
  table: onItself(() => testName, 'the test images of a `table` are those of the source'),
  visa: onItself(() => testName, '`visa` has one category, which is the source'),
  folders: onItself(() => testName, 'the test images of `folders` are those of the source'),
}

/** What the files resolved, such as `auto`, with the place where it stands. */
function resolvedOrigin(origin: SettingOrigin, value?: DataValue, resolved?: DataValue): SettingOrigin {
  const name = origin.path.replace(/^data\./, '')
  const schema = value && own(findComponent('data', value.component)?.parameters ?? {}, name)
  const [before, after] = [value, resolved].map((of) =>
    own((of?.parameters ?? {}) as Readonly<Record<string, JsonValue>>, name),
  )
  if (schema === undefined || before === after || after === undefined) return origin
  return { ...origin, value: showValue(schema, after), origin: 'resolved', where: `${origin.value}, ${origin.where}` }
}

/** The targets as they were named; undefined for `auto` and after a mistake in them. */
function namedTargets({ value, poisoned }: CheckedCall<SourceValue<'hdmap'>>): readonly string[] | undefined {
  const { targets } = value.parameters
  return poisoned.has('/targets') || targets === 'auto' ? undefined : targets
}

/** One channel of the files, or three; a grey pipeline takes one. */
function checkBands(call: DataCall, context: SettingsContext): void {
  const { bands, channels } = call.value.parameters
  const span = call.spans.get('/bands')
  if (bands === undefined || span === undefined || call.poisoned.has('/bands')) return
  const isTooMany = channels === 1 && bands.length > 1 && !call.poisoned.has('/channels')
  if (isTooMany || (bands.length !== 1 && bands.length !== 3))
    report(context, dataDiagnostics.otherBands, span, { count: bands.length, most: isTooMany ? 1 : 3 })
}

/** Sources that are given twice: their images would count double. */
function checkTogether(
  call: CheckedCall<SourceValue<'hdmap'> | SourceValue<'mvtec'>>,
  first: string | undefined,
  context: SettingsContext,
): void {
  const names = call.poisoned.has('/together_with') ? [] : (call.value.parameters.together_with ?? [])
  for (const [index, name] of names.entries()) {
    const span = call.spans.get(`/together_with/${index}`)
    if (span !== undefined && name === first) report(context, settingsDiagnostics.duplicateSource, span, { name })
  }
}

function checkTargets(call: CheckedCall<SourceValue<'hdmap'>>, context: SettingsContext): void {
  const { source } = call.value.parameters
  const targets = namedTargets(call) ?? []
  const sourcesTogether = call.value.parameters.together_with ?? []
  for (const [index, name] of targets.entries()) {
    const span = call.spans.get(`/targets/${index}`) ?? call.spans.get('/targets')
    if (span === undefined) continue
    if (targets.indexOf(name) < index) {
      const first = call.spans.get(`/targets/${targets.indexOf(name)}`)
      const related = first === undefined ? [] : [{ span: first, label: 'listed here first' }]
      report(context, settingsDiagnostics.duplicateTarget, span, { name }, related)
    } else if (name === source || sourcesTogether.includes(name)) {
      const place = sourcesTogether.indexOf(name)
      const sourceSpan = call.spans.get(place < 0 ? '/source' : `/together_with/${place}`)
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
  if (validation?.component === 'folds' && isOutside(validation.parameters)) {
    const span = call.spans.get('/validation/parameters/fold') ?? validationSpan
    if (span !== undefined) report(context, dataDiagnostics.noSuchFold, span, validation.parameters)
  }
  const validate = call.spans.get('/validate')
  if (validate !== undefined && validation !== undefined && validation.component !== 'listed') {
    report(context, settingsDiagnostics.settingWithoutEffect, validate, {
      parameter: 'validate',
      why: `validation is \`${validation.component}\``,
      help: 'Write `validation = listed()`, or leave `validate` out.',
    })
  }
  checkBands(call, context)
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
