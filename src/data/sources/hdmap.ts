import type { Dirent } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type DataError, fileError } from '../errors.js'
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
  if (!(await isDirectory(root))) {
    errors.push(missing('.', 'is not a directory', 'correct `root`, or put the data there'))
    return { listing: { root, train: [], tests: [] }, errors }
  }
  const targets = parameters.targets ?? (await otherDomains(root, source, errors))
  const train = (await isDirectory(join(root, source))) // listTest tells it otherwise
    ? (await listImages(root, `${source}/train/good`, errors)).map((file): ListedImage => ({ file, label: 0 }))
    : []
  const tests: ListedTest[] = []
  for (const name of [source, ...targets]) {
    tests.push({ name, role: name === source ? 'source' : 'target', images: await listTest(root, name, errors) })
  }
  return { listing: { root, train, tests }, errors }
}

/** Directories beside the source that have a `test` directory. */
async function otherDomains(root: string, source: string, errors: DataError[]): Promise<readonly string[]> {
  const entries = await entriesOf(root, '.', errors)
  const names = entries.map(({ name }) => name).filter((name) => name !== source && !name.startsWith('.'))
  names.sort(byCodeUnits)
  const found = await Promise.all(names.map((name) => isDirectory(join(root, name, 'test'))))
  return names.filter((_, index) => found[index])
}

async function listTest(root: string, domain: string, errors: DataError[]): Promise<readonly ListedImage[]> {
  if (!(await isDirectory(join(root, domain)))) {
    errors.push(missing(domain, 'is not a directory', `correct the domain's name; ${layout}`))
    return []
  }
  const good = await listImages(root, `${domain}/test/good`, errors)
  const fault = await listImages(root, `${domain}/test/fault`, errors)
  const masks = await listMasks(root, domain, fault, errors)
  const severities = await readSeverities(root, domain, [...good, ...fault], errors)
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
  if (!(await isDirectory(join(root, directory)))) return masks
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
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    errors.push(fileError(file, error))
    return undefined
  }
}

/** Images of a directory that must be there and hold some. */
async function listImages(root: string, directory: string, errors: DataError[]): Promise<readonly string[]> {
  if (!(await isDirectory(join(root, directory)))) {
    errors.push(missing(directory, 'is not a directory', layout))
    return []
  }
  const files = await imageFiles(root, directory, errors)
  if (files.length === 0) {
    errors.push({ code: 'no-images', file: directory, message: 'holds no .png, .tif or .tiff file', help: layout })
  }
  return files
}

/** Nothing, and an error, for a directory that may not be read. */
async function entriesOf(root: string, directory: string, errors: DataError[]): Promise<readonly Dirent[]> {
  try {
    return await readdir(join(root, directory), { withFileTypes: true })
  } catch (error) {
    errors.push(fileError(directory, error))
    return []
  }
}

async function imageFiles(root: string, directory: string, errors: DataError[]): Promise<readonly string[]> {
  return (await entriesOf(root, directory, errors))
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && /\.(png|tiff?)$/i.test(entry.name))
    .map((entry) => `${directory}/${entry.name}`)
    .sort(byCodeUnits)
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch {
    return false
  }
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
