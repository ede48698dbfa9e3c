import { dirname, join } from 'node:path'
import type { dataSources, validations } from '../components/data.js'
import type { ParametersOf } from '../components/schema.js'
import { suggest } from '../diagnostics/suggest.js'
import { listTest } from './hdmap-test.js'
import type { ListedImage, ListedTest, Listing } from './listing.js'
import type { Place } from './problem.js'
import { inDirectory, Reader } from './reader.js'
import { byCodeUnits, type Entry, type FileView } from './view.js'

type Sources = typeof dataSources

/** What of the parameters decides which files are read. */
export interface HdmapPlace {
  /** Absolute. */
  readonly root: string
  /** Undefined after a mistake in it: then the targets alone are looked at. */
  readonly source: string | undefined
  /** What is trained on and tested as the source is. An undefined one is mistaken. */
  readonly together: readonly (string | undefined)[]
  /** An undefined one is mistaken. */
  readonly targets: 'auto' | readonly (string | undefined)[]
  /** What validation is on that must be there then: the source's test set, or images of its own. */
  readonly validatesOn?: 'test' | 'listed'
  readonly part: 'domain' | 'category'
  /** The parameter that names the source. */
  readonly sourceAt: Place
}

/** Undefined without a root. @param isMistaken of a parameter by its pointer; its mistake is reported. */
export function hdmapPlace(
  { root, source, together_with: together = [], targets = 'auto', validation }: Partial<ParametersOf<Sources['hdmap']>>,
  isMistaken: (pointer: string) => boolean,
): HdmapPlace | undefined {
  if (root === undefined || isMistaken('/root')) return undefined
  return {
    root,
    source: isMistaken('/source') ? undefined : source,
    together: withoutMistaken(together, '/together_with', isMistaken),
    targets: targets === 'auto' ? targets : withoutMistaken(targets, '/targets', isMistaken),
    ...validatesOn(validation?.component),
    part: 'domain',
    sourceAt: '/source',
  }
}

/** A category of MVTec AD lies as a domain does that is tested on itself alone. */
export function mvtecPlace(
  { root, category, together_with: together = [], validation }: Partial<ParametersOf<Sources['mvtec']>>,
  isMistaken: (pointer: string) => boolean,
): HdmapPlace | undefined {
  if (root === undefined || isMistaken('/root')) return undefined
  return {
    root,
    source: isMistaken('/category') ? undefined : category,
    together: withoutMistaken(together, '/together_with', isMistaken),
    targets: [],
    ...validatesOn(validation?.component),
    part: 'category',
    sourceAt: '/category',
  }
}

function withoutMistaken(
  names: readonly string[],
  pointer: string,
  isMistaken: (pointer: string) => boolean,
): readonly (string | undefined)[] {
  return names.map((name, index) => (isMistaken(`${pointer}/${index}`) ? undefined : name))
}

function validatesOn(validation: keyof typeof validations | undefined): Pick<HdmapPlace, 'validatesOn'> {
  if (validation === 'reference') return { validatesOn: 'test' }
  return validation === 'listed' ? { validatesOn: 'listed' } : {}
}

/**
 * Lists Health Data Maps, `root/DOMAIN/`:
 *
 *     train/good/IMAGE            normal images; the source's are trained on
 *     validation/good/IMAGE       normal images of the source, read where validation is on them (MVTec LOCO has such)
 *     test/good/IMAGE             normal images
 *     test/CLASS/IMAGE            faulty images; of one class, `fault`, in the published data
 *     test/severity.csv           measured severities, where there are some
 *     ground_truth/CLASS/MASK     where there are some: IMAGE_mask.png or IMAGE.png for IMAGE.tiff
 *
 * The source needs `train/good`, every target `test/good` and a class of faulty images. What lies in a directory that is
 * read, and is not read itself, is a problem by its name.
 */
export function listHdmap(view: FileView, place: HdmapPlace): Listing {
  const { root, source, together, targets, sourceAt } = place
  const reader = new Reader(view, root, place.part)
  const listing = (rest: Partial<Pick<Listing, 'train' | 'tests' | 'validation' | 'targets'>> = {}): Listing => ({
    root,
    train: rest.train ?? [],
    tests: rest.tests ?? [],
    validation: rest.validation ?? [],
    targets: rest.targets,
    problems: reader.problems,
  })
  const top = reader.look('.', '/root')
  if (top.kind === 'unreadable') return listing()
  if (top.kind !== 'directory') {
    reader.report('rootMissing', { path: root, isFile: top.kind === 'file' }, '.', '/root')
    return listing()
  }
  if (source !== undefined && isOtherRoot(reader, source)) return listing()
  const named = targets === 'auto' ? [] : targets.filter((name) => name !== undefined)
  const sources = [source, ...together].filter((name) => name !== undefined)
  const taken = [...sources, ...named]
  const tests: ListedTest[] = []
  const train: ListedImage[] = []
  const validation: ListedImage[] = []
  const listSource = (name: string, at: Place): boolean => {
    if (!isDomain(reader, name, targets === 'auto' ? sources.filter((other) => other !== name) : taken, at))
      return false
    train.push(...listNormal(reader, name, 'train', 'nothing to train on', at))
    if (place.validatesOn === 'listed')
      validation.push(...listNormal(reader, name, 'validation', 'nothing to validate on', '/validation'))
    const images = listTest(reader, name, at, place.validatesOn === 'test')
    if (images !== undefined) tests.push({ name, role: 'source', images })
    nameRest(reader, name, at, ['train', ...(place.validatesOn === 'listed' ? ['validation'] : [])])
    return true
  }
  const isSourceThere = source !== undefined && listSource(source, sourceAt)
  for (const [index, name] of together.entries())
    if (name !== undefined && sources.indexOf(name) === sources.lastIndexOf(name))
      listSource(name, `/together_with/${index}`)
  for (const images of [train, validation]) images.sort((a, b) => byCodeUnits(a.file, b.file))
  const list = (name: string, at: Place): void => {
    tests.push({ name, role: 'target', images: listTest(reader, name, at, true) ?? [] })
    nameRest(reader, name, at, [])
  }
  if (targets !== 'auto') {
    for (const [index, name] of targets.entries()) {
      if (name === undefined || sources.includes(name) || targets.indexOf(name) < index) continue
      if (isDomain(reader, name, taken, `/targets/${index}`)) list(name, `/targets/${index}`)
    }
    return listing({ train, validation, tests })
  }
  if (source === undefined) return listing()
  const others = otherDomains(reader, sources)
  for (const name of others) list(name, '/targets')
  // Without the source nobody knows whether it is the others that are missing.
  return listing({ train, validation, tests, ...(isSourceThere || others.length > 0 ? { targets: others } : {}) })
}

/** Every directory of the root that is no source and has a `test`; the rest is named. */
function otherDomains(reader: Reader, sources: readonly string[]): readonly string[] {
  const entries = reader.entries('.', '/root')
  // A link in a circle may be a domain; one to nothing is none.
  const mayBeDomain = (entry: Entry): boolean =>
    entry.kind === 'directory' || (entry.kind === 'unreadable' && entry.code !== 'ENOENT')
  const others = entries.filter((entry) => !sources.includes(entry.name) && mayBeDomain(entry))
  const readable = others.filter(({ name }) => reader.look(name, '/targets').kind === 'directory')
  const tests = new Map(readable.map(({ name }) => [name, reader.look(`${name}/test`, '/targets').kind]))
  const names = readable.map(({ name }) => name).filter((name) => tests.get(name) === 'directory')
  const rest = entries.filter((entry) => {
    const { name } = entry
    if (sources.includes(name)) return false
    return mayBeDomain(entry)
      ? tests.has(name) && tests.get(name) !== 'directory' && tests.get(name) !== 'unreadable'
      : true
  })
  reader.nameData('.', rest, `a ${reader.part} is a directory with \`test\``, '/targets')
  return names
}

/** The normal images of `train/good`, or of `validation/good`. */
function listNormal(
  reader: Reader,
  domain: string,
  part: 'train' | 'validation',
  what: string,
  at: Place,
): readonly ListedImage[] {
  const files = reader.images(`${domain}/${part}/good`, at, { domain, what })
  return (files ?? []).map((file) => ({ file, label: 0 }))
}

/**
 * What a domain has beside its directories, and each of `normal` beside `good`. Of targets nothing is trained or validated on.
 */
function nameRest(reader: Reader, domain: string, at: Place, normal: readonly string[]): void {
  const parts = [...new Set(['train', ...normal, 'test', 'ground_truth'])]
  const name = (path: string, known: readonly string[], rule: string): void =>
    reader.nameData(
      path,
      reader.entries(path, at).filter((entry) => !known.includes(entry.name)),
      rule,
      at,
    )
  name(domain, parts, `of a ${reader.part} ${inWords(parts)} are read`)
  for (const part of normal) {
    if (!reader.isDirectory(`${domain}/${part}/good`)) continue
    name(`${domain}/${part}`, ['good'], `images to ${part === 'train' ? 'train' : 'validate'} on lie in \`good\``)
  }
}

function inWords(parts: readonly string[]): string {
  return `${parts
    .slice(0, -1)
    .map((part) => `\`${part}\``)
    .join(', ')} and \`${parts.at(-1)}\``
}

/** Whether the root is a domain itself, or lies above the directory of the domains: one mistake, of the root. */
function isOtherRoot(reader: Reader, source: string): boolean {
  const looksLikeDomain = (path: string): boolean =>
    ['test', 'train'].some((part) => reader.isDirectory(inDirectory(path, part)))
  if (reader.isDirectory(source)) return false
  const within = reader.entries('.', '/root').filter(({ kind }) => kind === 'directory')
  if (within.some(({ name }) => looksLikeDomain(name))) return false
  const isAbove = looksLikeDomain('.') && looksLikeDomain(`../${source}`)
  const below = within.find(({ name }) => looksLikeDomain(`${name}/${source}`))
  if (!isAbove && below === undefined) return false
  const { root } = reader
  const instead = isAbove ? dirname(root) : join(root, below?.name ?? '')
  const facts = {
    name: source,
    part: reader.part,
    root,
    there: [],
    instead,
    where: isAbove ? 'above' : 'below',
  } as const
  reader.report('domainMissing', facts, source, '/root')
  return true
}

/** @param taken domains that another place names already: none of them is what this one means. */
function isDomain(reader: Reader, name: string, taken: readonly string[], at: Place): boolean {
  const found = reader.look(name, at)
  if (found.kind === 'directory' || found.kind === 'unreadable') return found.kind === 'directory'
  const there = reader
    .entries('.', at)
    .map((entry) => entry.name)
    .filter((other) => ['test', 'train'].some((part) => reader.isDirectory(`${other}/${part}`)))
    .filter((other) => !taken.includes(other))
  const suggestion = suggest(name, there)
  const facts = {
    name,
    part: reader.part,
    root: reader.root,
    there,
    ...(suggestion === undefined ? {} : { suggestion }),
  }
  reader.report('domainMissing', facts, name, at)
  return false
}
