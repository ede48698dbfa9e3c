import { dataDiagnostics } from '../../diagnostics/codes/data.js'
import { listData } from '../../layouts/layouts.js'
import type { Listing } from '../../layouts/listing.js'
import { diagnosticOf, isError, type Place } from '../../layouts/problem.js'
import { heldOutCount, stepsPerEpoch } from '../../layouts/split.js'
import type { Span } from '../../source/span.js'
import { report, type SettingsContext } from './context.js'
import type { DataCall } from './data.js'

/** What the disk says of the data. */
export interface CheckedFiles {
  /** `auto` as the other domains under the root, in code-unit order; undefined when they were named, or cannot be known. */
  readonly targets?: readonly string[]
  /** Undefined after a mistake, or when none would be left. */
  readonly stepsPerEpoch?: number
  /** Where nothing is wrong with it. */
  readonly listing?: Listing
}

/** The files of a data source as its layout lists them, each problem at the parameter that it is of. Nothing is known without a disk. */
export function checkFiles(call: DataCall, context: SettingsContext): CheckedFiles {
  const listing = context.disk && listData(context.disk, call.value, (pointer) => call.poisoned.has(pointer))
  if (listing === undefined) return {}
  for (const problem of listing.problems)
    context.env.session.sink.report(diagnosticOf(problem, spanOf(problem.at, call)))
  const steps = listing.train.length === 0 ? undefined : checkBatch(call, context, listing.train.length)
  return {
    ...(listing.targets === undefined ? {} : { targets: listing.targets }),
    ...(steps === undefined ? {} : { stepsPerEpoch: steps }),
    ...(listing.problems.some(isError) ? {} : { listing }),
  }
}

/** Where the parameter is written; what is left to its default stands at the root. */
function spanOf(place: Place, { spans, nameSpan }: DataCall): Span {
  return spans.get(place) ?? spans.get(place.replace(/\/\d+$/, '')) ?? spans.get('/root') ?? nameSpan
}

/** Steps of an epoch; undefined, and reported, where there are none: with `drop_last` a batch that is never full is no step. */
function checkBatch(call: DataCall, context: SettingsContext, images: number): number | undefined {
  const { batch, drop_last: dropLast, validation } = call.value.parameters
  if ([...call.poisoned].some((pointer) => pointer.startsWith('/validation') || pointer === '/batch')) return undefined
  if (typeof batch !== 'number') return undefined
  if (validation === undefined || ('fold' in validation.parameters && isOutside(validation.parameters)))
    return undefined
  const heldOut = heldOutCount(images, validation)
  const left = images - heldOut
  if (validation.component === 'folds' && heldOut === 0) {
    const span = call.spans.get('/validation/parameters/count') ?? call.spans.get('/validation') ?? call.nameSpan
    return report(context, dataDiagnostics.noSuchFold, span, { ...validation.parameters, images })
  }
  const steps = stepsPerEpoch(left, batch, dropLast ?? true)
  if (steps > 0) return steps
  const fraction = call.spans.get('/validation/parameters/fraction') ?? call.spans.get('/validation')
  const span = (left === 0 ? fraction : call.spans.get('/batch')) ?? call.nameSpan
  return report(context, dataDiagnostics.batchTooLarge, span, { batch, images: left, heldOut })
}

/** A fold that there is none of, which is reported. */
export function isOutside({ count, fold }: { readonly count: number; readonly fold: number }): boolean {
  return fold > count
}
