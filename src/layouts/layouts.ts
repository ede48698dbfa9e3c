import type { dataSources } from '../components/data.js'
import type { ParametersOf } from '../components/schema.js'
import { foldersPlace, listFolders } from './folders.js'
import { hdmapPlace, listHdmap, mvtecPlace } from './hdmap.js'
import type { Listing } from './listing.js'
import { isLossy } from './names.js'
import type { Problem } from './problem.js'
import { listTable, listVisa, type TablePlace, tablePlace, visaPlace } from './table.js'
import type { FileView } from './view.js'

type Sources = typeof dataSources
type IsMistaken = (pointer: string) => boolean

/** A data source whose mistakes are reported may lack parameters. */
type Draft<Name extends keyof Sources> = {
  readonly component: Name
  readonly parameters: Partial<ParametersOf<Sources[Name]>>
}

/** What a layout lists; undefined where the files cannot be looked for. */
type Layout<Name extends keyof Sources> = (
  view: FileView,
  parameters: Draft<Name>['parameters'],
  isMistaken: IsMistaken,
) => Listing | undefined

/** How the files of each data source lie. */
const layouts: { readonly [Name in keyof Sources]: Layout<Name> } = {
  hdmap: layout(hdmapPlace, listHdmap),
  mvtec: layout(mvtecPlace, listHdmap),
  table: layout(tablePlace, (view: FileView, place: TablePlace) => listTable(view, place)),
  visa: layout(visaPlace, listVisa),
  folders: layout(foldersPlace, listFolders),
}

/**
 * A layout from its two halves: which parameters say where the files are, and what is there. A study asks for the same listing
 * once a cell.
 */
function layout<Parameters, Place>(
  placeOf: (parameters: Parameters, isMistaken: IsMistaken) => Place | undefined,
  list: (view: FileView, place: Place) => Listing,
) {
  const known = new WeakMap<FileView, Map<string, Listing>>()
  return (view: FileView, parameters: Parameters, isMistaken: IsMistaken): Listing | undefined => {
    const place = placeOf(parameters, isMistaken)
    if (place === undefined) return undefined
    const listings = known.get(view) ?? new Map<string, Listing>()
    known.set(view, listings)
    const key = JSON.stringify(place)
    const listing = listings.get(key) ?? list(view, place)
    listings.set(key, listing)
    return listing
  }
}

/**
 * What a data source reads: images by split and domain with label, mask and severity, and what is wrong with them. No image
 * is opened. Undefined where a mistake in the parameters, reported already, leaves open where to look.
 */
export function listData<Name extends keyof Sources>(
  view: FileView,
  { component, parameters }: Draft<Name>,
  isMistaken: IsMistaken = () => false,
): Listing | undefined {
  const listing = layouts[component](view, parameters, isMistaken)
  return listing && { ...listing, problems: [...listing.problems, ...lossyImages(listing)] }
}

function lossyImages({ train, tests, validation }: Listing): readonly Problem[] {
  const images = [...train, ...tests.flatMap((test) => test.images), ...validation]
  const [first, ...others] = images.filter(({ file }) => isLossy(file))
  if (first === undefined) return []
  const facts = { count: 1 + others.length, of: images.length, first: first.file }
  return [{ row: 'lossyImages', facts, file: first.file, at: '/root' }]
}
