import { join } from 'node:path'
import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { CheckedCall } from './component-call.js'
import type { DiskView, SettingsContext } from './context.js'
import { report } from './place.js'
import { componentName, componentParameter, numberOr, strings } from './values.js'

const imageName = /\.(png|tiff?)$/i

/**
 * Root, domains and their directories on the disk, one report for each thing that is not there. Gives the targets, `auto`
 * resolved to the other domains under the root in code-unit order; undefined without a disk, or when they cannot be known.
 */
export function checkDomains(call: CheckedCall, context: SettingsContext): readonly string[] | undefined {
  const { disk } = context
  const { root, source, targets } = call.value.parameters
  const rootSpan = call.spans.get('/root')
  if (disk === undefined || typeof root !== 'string' || rootSpan === undefined || call.poisoned.has('/root'))
    return undefined
  if (!disk.isDirectory(root)) {
    return report(context, dataDiagnostics.rootMissing, rootSpan, { path: root, isFile: disk.isFile(root) })
  }
  const look: Look = { disk, context, root }
  const sourceSpan = call.spans.get('/source')
  if (typeof source === 'string' && sourceSpan !== undefined && isThere(look, source, sourceSpan)) {
    const trainImages = imagesIn(look, source, 'train/good', 'nothing to train on', sourceSpan)
    checkTest(look, source, sourceSpan)
    if (trainImages !== undefined) checkBatch(call, context, trainImages)
  }
  const named = strings(targets)
  if (named.length === 1 && named[0] === 'auto') {
    return typeof source === 'string' ? otherDomains(look, source) : undefined
  }
  for (const [index, name] of named.entries()) {
    const span = call.spans.get(`/targets/${index}`)
    if (span === undefined || name === source || named.indexOf(name) < index) continue
    if (isThere(look, name, span)) checkTest(look, name, span)
  }
  return undefined
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

function isThere(look: Look, name: string, span: Span): boolean {
  const { disk, root, context } = look
  if (disk.isDirectory(join(root, name))) return true
  const there = disk
    .list(root)
    .filter((entry) => ['test', 'train'].some((part) => disk.isDirectory(join(root, entry, part))))
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

/** With `drop_last` a batch that is never full means no step at all. */
function checkBatch(call: CheckedCall, context: SettingsContext, images: number): void {
  const { batch, drop_last: dropLast, validation } = call.value.parameters
  const isHeldOut = componentName(validation) === 'held_out'
  const heldOut = isHeldOut
    ? Math.max(1, Math.round(images * numberOr(componentParameter(validation, 'fraction'), 0)))
    : 0
  const left = images - heldOut
  if ([...call.poisoned].some((pointer) => pointer.startsWith('/validation'))) return
  if (dropLast === false || typeof batch !== 'number' || batch <= left || call.poisoned.has('/batch')) return
  const span = call.spans.get('/batch') ?? call.nameSpan
  report(context, dataDiagnostics.batchTooLarge, span, { batch, images: left, heldOut })
}
