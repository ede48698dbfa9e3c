import { dirname, join } from 'node:path'
import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { DiskView, SettingsContext } from './context.js'
import type { DataCall } from './data.js'
import { report } from './place.js'

const imageName = /\.(png|tiff?)$/i

/** What the disk says of the data. */
export interface CheckedDomains {
  /** `auto` as the other domains under the root, in code-unit order; undefined when they were named, or cannot be known. */
  readonly targets?: readonly string[]
  /** Undefined after a mistake, or when none would be left. */
  readonly stepsPerEpoch?: number
}

/** Root, domains and their directories on the disk, one report for each thing that is not there. Nothing is known without a disk. */
export function checkDomains(call: DataCall, context: SettingsContext): CheckedDomains {
  const { disk } = context
  const { root, source, targets } = call.value.parameters
  const rootSpan = call.spans.get('/root')
  if (disk === undefined || typeof root !== 'string' || rootSpan === undefined || call.poisoned.has('/root')) return {}
  if (!disk.isDirectory(root)) {
    report(context, dataDiagnostics.rootMissing, rootSpan, { path: root, isFile: disk.isFile(root) })
    return {}
  }
  const look: Look = { disk, context, root }
  const isAuto = targets === 'auto'
  const named = targets === 'auto' ? [] : (targets ?? [])
  const sourceSpan = call.poisoned.has('/source') ? undefined : call.spans.get('/source')
  if (typeof source !== 'string' || sourceSpan === undefined) {
    checkNamed(look, call, named, isAuto)
    return {}
  }
  if (isOtherRoot(look, source, rootSpan)) return {}
  const isSourceThere = isThere(look, source, isAuto ? [] : named, sourceSpan)
  const trainImages = isSourceThere
    ? imagesIn(look, source, 'train/good', 'nothing to train on', sourceSpan)
    : undefined
  if (isSourceThere) checkTest(look, source, sourceSpan)
  const stepsPerEpoch = trainImages === undefined ? undefined : checkBatch(call, context, trainImages)
  const steps = stepsPerEpoch === undefined ? {} : { stepsPerEpoch }
  if (!isAuto) {
    checkNamed(look, call, named, isAuto)
    return steps
  }
  const others = otherDomains(look, source)
  for (const name of others) checkTest(look, name, call.spans.get('/targets') ?? rootSpan)
  // Without the source nobody knows whether it is the others that are missing.
  return isSourceThere || others.length > 0 ? { ...steps, targets: others } : steps
}

/** Targets that are listed by name. */
function checkNamed(look: Look, call: DataCall, named: readonly string[], isAuto: boolean): void {
  const { source } = call.value.parameters
  if (isAuto) return
  for (const [index, name] of named.entries()) {
    const span = call.spans.get(`/targets/${index}`)
    if (span === undefined || name === source || named.indexOf(name) < index) continue
    if (call.poisoned.has(`/targets/${index}`)) continue
    const taken = typeof source === 'string' ? [source, ...named] : named
    if (isThere(look, name, taken, span)) checkTest(look, name, span)
  }
}

interface Look {
  readonly disk: DiskView
  readonly context: SettingsContext
  /** Absolute. */
  readonly root: string
}

/** Directories beside the source that have a `test` directory. */
function otherDomains({ disk, root }: Look, source: string): readonly string[] {
  return disk
    .list(root)
    .filter((name) => name !== source && !name.startsWith('.') && disk.isDirectory(join(root, name, 'test')))
    .toSorted((left, right) => (left < right ? -1 : left > right ? 1 : 0))
}

/** Whether the root is a domain itself, or lies above the directory of the domains: one mistake, told at the root. */
function isOtherRoot({ disk, root, context }: Look, source: string, span: Span): boolean {
  const isDomain = (path: string): boolean => ['test', 'train'].some((part) => disk.isDirectory(join(path, part)))
  if (disk.isDirectory(join(root, source))) return false
  const within = disk.list(root).map((name) => join(root, name))
  if (within.some(isDomain)) return false
  const above = dirname(root)
  const below = within.find((path) => isDomain(join(path, source)))
  const instead = isDomain(root) && isDomain(join(above, source)) ? above : below
  if (instead === undefined) return false
  const where = instead === above ? 'above' : 'below'
  report(context, dataDiagnostics.domainMissing, span, { name: source, root, there: [], instead, where })
  return true
}

/** `taken` are domains that another place names already: none of them is what this one means. */
function isThere(look: Look, name: string, taken: readonly string[], span: Span): boolean {
  const { disk, root, context } = look
  if (disk.isDirectory(join(root, name))) return true
  const there = disk
    .list(root)
    .filter((entry) => ['test', 'train'].some((part) => disk.isDirectory(join(root, entry, part))))
    .filter((entry) => !taken.includes(entry))
  const suggestion = suggest(name, there)
  report(context, dataDiagnostics.domainMissing, span, {
    name,
    root,
    there,
    ...(suggestion === undefined ? {} : { suggestion }),
  })
  return false
}

function checkTest(look: Look, domain: string, span: Span): void {
  const { disk, root, context } = look
  if (!disk.isDirectory(join(root, domain, 'test'))) {
    const there = disk.list(join(root, domain))
    const what = 'nothing to test on'
    report(context, dataDiagnostics.directoryMissing, span, { domain, directory: 'test', what, there })
    return
  }
  imagesIn(look, domain, 'test/good', 'no normal images to test on', span)
  imagesIn(look, domain, 'test/fault', 'no faulty images to test on', span)
}

/** How many images a directory holds; undefined, and told, when it is missing or has none. */
function imagesIn(look: Look, domain: string, directory: string, what: string, span: Span): number | undefined {
  const { disk, root, context } = look
  const path = join(root, domain, ...directory.split('/'))
  if (!disk.isDirectory(path)) {
    const there = disk.list(join(root, domain))
    return report(context, dataDiagnostics.directoryMissing, span, { domain, directory, what, there })
  }
  const names = disk.list(path).filter((name) => !name.startsWith('.'))
  const images = names.filter((name) => imageName.test(name)).length
  if (images > 0) return images
  return report(context, dataDiagnostics.noImages, span, { domain, directory, others: names.slice(0, 5) })
}

/** Steps of an epoch; undefined, and told, where there are none: with `drop_last` a batch that is never full is no step. */
function checkBatch(call: DataCall, context: SettingsContext, images: number): number | undefined {
  const { batch, drop_last: dropLast, validation } = call.value.parameters
  if ([...call.poisoned].some((pointer) => pointer.startsWith('/validation') || pointer === '/batch')) return undefined
  if (typeof batch !== 'number') return undefined
  const heldOut =
    validation?.component === 'held_out'
      ? Math.min(images, Math.max(1, Math.round(images * validation.parameters.fraction)))
      : 0
  const left = images - heldOut
  if (left === 0) {
    const span = call.spans.get('/validation/parameters/fraction') ?? call.spans.get('/validation') ?? call.nameSpan
    return report(context, dataDiagnostics.batchTooLarge, span, { batch, images: left, heldOut })
  }
  if (dropLast === false) return Math.ceil(left / batch)
  if (batch <= left) return Math.floor(left / batch)
  return report(context, dataDiagnostics.batchTooLarge, call.spans.get('/batch') ?? call.nameSpan, {
    batch,
    images: left,
    heldOut,
  })
}
