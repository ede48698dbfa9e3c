import { constants, type Dirent } from 'node:fs'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataError, FileProblem, fileError } from '../errors.js'
import { byCodeUnits, type ListedImage, type ListedTest, type Listing } from '../listing.js'
import type { HdmapParameters } from '../parameters.js'
import { parseSeverities } from './severities.js'

const layout = 'a domain holds train/good, test/good and test/fault with .png, .tif or .tiff files'

/**
 * Lists Health Data Maps: `root/DOMAIN/{train/good, test/good, test/fault}/*.{png,tif,tiff}`, masks in
 * `root/DOMAIN/ground_truth/fault/IMAGE_mask.{png,tif,tiff}`, severities in `root/DOMAIN/test/severity.csv`. Masks and
 * severities may be missing; a mask or severity without its image is an error, because then names do not fit.
 */
export async function listHdmap(
  parameters: HdmapParameters,
): Promise<{ readonly listing: Listing; readonly errors: readonly DataError[] }> {
  const errors: DataError[] = []
  const { root, source } = parameters
  if (!(await isThere(root, '.', 'correct `root`, or put the data there', errors))) {
    return { listing: { root, train: [], tests: [] }, errors }
  }
  const targets = parameters.targets ?? (await otherDomains(root, source, errors))
  let train: readonly ListedImage[] = []
  const tests: ListedTest[] = []
  for (const [index, name] of [source, ...targets].entries()) {
    const isDomain = await isThere(root, name, `correct the domain's name; ${layout}`, errors)
    if (isDomain && index === 0) {
      const images = await listImages(root, `${source}/train/good`, errors)
      train = (images ?? []).map((file) => ({ file, label: 0 }))
    }
    const images = isDomain ? await listTest(root, name, errors) : []
    tests.push({ name, role: name === source ? 'source' : 'target', images })
  }
  return { listing: { root, train, tests }, errors }
}

/** A file system's own directory, which its owner alone may read, is no domain. */
export function isOfData(name: string): boolean {
  return name !== 'lost+found'
}

/** Directories beside the source that have a `test` directory. */
async function otherDomains(root: string, source: string, errors: DataError[]): Promise<readonly string[]> {
  const entries = await entriesOf(root, '.', errors)
  const names = entries
    .map(({ name }) => name)
    .filter((name) => name !== source && !name.startsWith('.') && isOfData(name))
  names.sort(byCodeUnits)
  const found: string[] = []
  for (const name of names) {
    const state = await look(root, name)
    const test = state === 'directory' ? await look(root, `${name}/test`) : state
    if (test === 'directory') found.push(name)
    else if (test !== 'absent') errors.push(unreadable(state === 'directory' ? `${name}/test` : name, test.reason))
  }
  return found
}

async function listTest(root: string, domain: string, errors: DataError[]): Promise<readonly ListedImage[]> {
  const test = await look(root, `${domain}/test`)
  if (typeof test !== 'string') {
    errors.push(unreadable(`${domain}/test`, test.reason))
    return []
  }
  const listedGood = await listImages(root, `${domain}/test/good`, errors)
  const listedFault = await listImages(root, `${domain}/test/fault`, errors)
  const [good, fault] = [listedGood ?? [], listedFault ?? []]
  // Masks and severities of images that are not known say nothing.
  const masks = listedFault ? await listMasks(root, domain, fault, errors) : new Map<string, string>()
  const isKnown = listedGood !== undefined && listedFault !== undefined
  const severities = isKnown ? await readSeverities(root, domain, [...good, ...fault], errors) : undefined
  return [
    ...good.map((file): ListedImage => ({ file, label: 0, ...(severities === undefined ? {} : { severity: 0 }) })),
    ...fault.map((file): ListedImage => {
      const mask = masks.get(stem(file))
      const severity = severities?.get(file.slice(`${domain}/test/`.length))
      return {
        file,
        label: 1,
        ...(mask === undefined ? {} : { mask }),
        ...(severity === undefined ? {} : { severity }),
      }
    }),
  ]
}

/** Masks by the stem of their image. */
async function listMasks(
  root: string,
  domain: string,
  images: readonly string[],
  errors: DataError[],
): Promise<ReadonlyMap<string, string>> {
  const directory = `${domain}/ground_truth/fault`
  const masks = new Map<string, string>()
  const state = await look(root, directory)
  if (state === 'absent') return masks
  if (state !== 'directory') {
    errors.push(unreadable(directory, state.reason))
    return masks
  }
  const stems = new Set(images.map(stem))
  for (const file of await imageFiles(root, directory, errors)) {
    const name = stem(file)
    const image = name.endsWith('_mask') ? name.slice(0, -'_mask'.length) : name
    if (stems.has(image)) masks.set(image, file)
    else {
      const help = `name a mask after its image: ${directory}/IMAGE_mask.png`
      errors.push(missingImage(file, `is a mask without an image in ${domain}/test/fault`, help))
    }
  }
  return masks
}

async function readSeverities(
  root: string,
  domain: string,
  images: readonly string[],
  errors: DataError[],
): Promise<ReadonlyMap<string, number> | undefined> {
  const file = `${domain}/test/severity.csv`
  try {
    const severities = parseSeverities(await readFile(join(root, file), 'utf8'))
    const known = new Set(images.map((image) => image.slice(`${domain}/test/`.length)))
    for (const image of severities.keys()) {
      if (known.has(image)) continue
      const help = 'correct the name, or take the line out of severity.csv'
      errors.push({ code: 'bad-severities', file, message: `names ${image}, which is not there`, help })
    }
    return severities
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    errors.push(error instanceof FileProblem ? fileError(file, error) : unreadable(file, error))
    return undefined
  }
}

/** Images of a directory that must be there and hold some; undefined, and told, where it is not or does not. */
async function listImages(
  root: string,
  directory: string,
  errors: DataError[],
): Promise<readonly string[] | undefined> {
  if (!(await isThere(root, directory, layout, errors))) return undefined
  const told = errors.length
  const files = await imageFiles(root, directory, errors)
  if (files.length > 0) return files
  if (errors.length === told) {
    errors.push({ code: 'no-images', file: directory, message: 'holds no .png, .tif or .tiff file', help: layout })
  }
  return undefined
}

/** Nothing, and an error, for a directory that may not be read. */
async function entriesOf(root: string, directory: string, errors: DataError[]): Promise<readonly Dirent[]> {
  try {
    return await readdir(join(root, directory), { withFileTypes: true })
  } catch (error) {
    errors.push(unreadable(directory, error))
    return []
  }
}

async function imageFiles(root: string, directory: string, errors: DataError[]): Promise<readonly string[]> {
  return (await entriesOf(root, directory, errors))
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && /\.(png|tiff?)$/i.test(entry.name))
    .map((entry) => `${directory}/${entry.name}`)
    .sort(byCodeUnits)
}

/** What stands at a path below the root: a directory that can be read, nothing that is one, or why nobody can tell. */
async function look(root: string, path: string): Promise<'directory' | 'absent' | { readonly reason: unknown }> {
  try {
    if (!(await stat(join(root, path))).isDirectory()) return 'absent'
    await access(join(root, path), constants.R_OK | constants.X_OK)
    return 'directory'
  } catch (reason) {
    const code = codeOf(reason)
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : { reason }
  }
}

/** Whether a directory that must be there is; told where it is not, or may not be read. */
async function isThere(root: string, path: string, help: string, errors: DataError[]): Promise<boolean> {
  const state = await look(root, path)
  if (state === 'absent') errors.push(missing(path, 'is not a directory', help))
  else if (state !== 'directory') errors.push(unreadable(path, state.reason))
  return state === 'directory'
}

function unreadable(file: string, reason: unknown): DataError {
  const message = `cannot be read (${codeOf(reason) ?? String(reason)})`
  return { code: 'unreadable-file', file, message, help: 'check the permissions of the directory' }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** File name without directory and extension. */
function stem(file: string): string {
  return file.slice(file.lastIndexOf('/') + 1).replace(/\.[^.]*$/, '')
}

function missing(file: string, message: string, help: string): DataError {
  return { code: 'missing-directory', file, message, help }
}

function missingImage(file: string, message: string, help: string): DataError {
  return { code: 'missing-file', file, message, help }
}
