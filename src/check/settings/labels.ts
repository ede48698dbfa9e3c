import type { validations } from '../../components/data.js'
import { type MetricList, type Monitor, metricKey, monitorName } from '../../components/metrics.js'
import type { ValueOf } from '../../components/schema.js'
import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { type ListedImage, labelsOf, whyWithoutValue } from '../../layouts/listing.js'
import type { Span } from '../../source/span.js'
import { type FlatSection, report, type SettingsContext } from './context.js'
import type { EvaluateCall } from './evaluate.js'
import type { CheckedData } from './results.js'

/** Test sets that are asked for and have no images, or no faulty ones. */
export function checkSets(
  call: EvaluateCall,
  section: FlatSection,
  context: SettingsContext,
  data: CheckedData | undefined,
): void {
  const on: readonly string[] = call.value.parameters.on ?? []
  const spanOf = (set: string): Span | undefined => call.spans.get(`/on/${on.indexOf(set)}`)
  const lacksTargets = data?.targets !== undefined && data.targets.length === 0
  const span = spanOf('targets.test')
  if (data !== undefined && on.includes('source.test')) {
    const isAlone = lacksTargets || !on.includes('targets.test')
    const isEmpty = checkSource(spanOf('source.test') ?? section.span, isAlone, context, data)
    // One report for everything that is asked for.
    if (isEmpty && isAlone) return
  }
  if (span !== undefined && lacksTargets && data !== undefined)
    report(context, trainingDiagnostics.noTargets, span, data.withoutTargets)
}

/** @param isAlone whether no target is evaluated. @returns whether the source has no test images. */
function checkSource(
  span: Span,
  isAlone: boolean,
  context: SettingsContext,
  { source: domain, listing }: CheckedData,
): boolean {
  if (domain === undefined || listing === undefined) return false
  const sets = listing.tests.filter(({ role }) => role === 'source')
  const images = sets.length === 0 ? undefined : sets.flatMap((set) => set.images)
  if (images === undefined) {
    const set = isAlone ? 'there is no test set' : '`source.test` is empty'
    const why = `the source \`${domain}\` has no test images`
    report(context, dataDiagnostics.testSetMissing, span, { set, why, domain })
  } else if (images.every(({ label }) => label === 0)) {
    const why = `metrics that tell normal from faulty have no value for \`${domain}\``
    report(context, dataDiagnostics.testSetMissing, span, { set: '`source.test` has no faulty images', why, domain })
  }
  return images === undefined
}

/** Metrics whose labels the data lacks: masks, or measured severities. */
export function checkLabels(call: EvaluateCall, context: SettingsContext, data: CheckedData | undefined): void {
  const on: readonly string[] = call.value.parameters.on ?? []
  const asked = (data?.listing?.tests ?? []).filter(({ role }) =>
    on.includes(role === 'source' ? 'source.test' : 'targets.test'),
  )
  const check = (
    list: MetricList,
    definition: typeof dataDiagnostics.masksMissing,
    has: (image: ListedImage) => boolean,
  ): void => {
    const [first] = call.value.parameters[list] ?? []
    const span = call.spans.get(`/${list}/0`)
    if (span === undefined || first === undefined) return
    const sets = asked.map(({ name, images }) => ({ name, faulty: images.filter(({ label }) => label === 1) }))
    const empty = sets.filter(({ faulty }) => faulty.length > 0 && !faulty.some(has))
    const others = sets.filter((set) => !empty.includes(set)).flatMap(({ faulty }) => faulty)
    const left = others.filter((image) => !has(image)).map(({ file }) => file)
    if (empty.length + left.length === 0) return
    report(context, definition, span, {
      metric: metricKey(first),
      domains: empty.map(({ name }) => name),
      ...(left.length === 0 ? {} : { partly: { images: left.slice(0, 3), count: left.length, of: others.length } }),
    })
  }
  check('pixel', dataDiagnostics.masksMissing, ({ masks }) => masks !== undefined)
  check('values', dataDiagnostics.severitiesMissing, ({ severity }) => severity !== undefined)
}

/** Reports a monitor that has no value on its split, whatever the model says. */
export function checkHasValue(
  monitor: Monitor,
  list: MetricList,
  span: Span,
  context: SettingsContext,
  data: CheckedData | undefined,
): void {
  const { split } = monitor
  const validation = data?.value?.parameters.validation
  // Images with synthetic faults, of which all is known.
  if (split === 'val' && validation?.component !== 'reference' && !isAsListed(validation)) return
  if (data?.listing === undefined) return
  if (split === 'val' && isAsListed(validation)) {
    const why = whyWithout(list, data.listing.validation)
    if (why === undefined) return
    const facts = {
      reference: monitorName(monitor),
      why: `validation is on the images listed for it, and the set ${why}`,
    }
    report(context, trainingDiagnostics.monitorWithoutValue, span, facts)
    return
  }
  const sets = data.listing.tests.filter(({ role }) => role === (split === 'targets' ? 'target' : 'source'))
  const whys = sets.map(({ images }) => whyWithout(list, images))
  if (whys.includes(undefined)) return
  const set =
    sets.length === 1
      ? `the test set of \`${sets[0]?.name}\``
      : `the test set of each ${split === 'targets' ? 'target' : 'source'}`
  const isAbsent = sets.length === 0
  const absent = split === 'targets' ? 'there are no targets' : 'the source has no test images'
  const why = isAbsent ? absent : split === 'val' ? `validation is on ${set}, which ${whys[0]}` : `${set} ${whys[0]}`
  report(context, trainingDiagnostics.monitorWithoutValue, span, { reference: monitorName(monitor), why })
}

/** Whether validation is on images without synthetic faults. */
function isAsListed(validation: ValueOf<typeof validations> | undefined): boolean {
  return validation?.component === 'listed' && validation.parameters.faults === 'none'
}

function whyWithout(list: MetricList, images: readonly ListedImage[]): string | undefined {
  return whyWithoutValue(list, labelsOf(images.map((image) => ({ ...image, hasMask: image.masks !== undefined }))))
}
