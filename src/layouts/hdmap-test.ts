import type { ListedImage } from './listing.js'
import { listMasks } from './masks.js'
import { isImageName } from './names.js'
import type { Place } from './problem.js'
import type { Reader } from './reader.js'
import { readSeverities, reportMistakes } from './severities.js'

/** Names that directories beside classes of faults have: their images are no test images. */
const notClasses: ReadonlySet<string> = new Set(['good', 'ground_truth', 'mask', 'masks'])

/**
 * Test images of a domain: `test/good`, and each directory beside it that holds images is a class of faults.
 *
 * @param isNeeded false: a domain without faulty images, or without any, is whole.
 * @returns undefined where the domain has no test set, or one that lacks something, which is reported.
 */
export function listTest(
  reader: Reader,
  domain: string,
  at: Place,
  isNeeded: boolean,
): readonly ListedImage[] | undefined {
  const test = `${domain}/test`
  const found = reader.look(test, at)
  if (found.kind === 'unreadable') return undefined
  const directories = found.kind === 'directory' ? found.entries.filter(({ kind }) => kind === 'directory') : []
  const isFilled = (name: string): boolean => reader.entries(`${test}/${name}`, at).length > 0
  if (!isNeeded && !directories.some(({ name }) => isFilled(name))) return undefined
  if (found.kind !== 'directory') {
    const there = reader.entries(domain, at).map(({ name }) => name)
    reader.report(
      'directoryMissing',
      { domain, part: reader.part, directory: 'test', what: 'nothing to test on', there },
      test,
      at,
    )
    return undefined
  }
  const good = reader.images(`${test}/good`, at, { domain, what: 'no normal images to test on' })
  const classes = directories
    .map(({ name }) => name)
    .filter((name) => !notClasses.has(name) && reader.entries(`${test}/${name}`, at).some(isImage))
  const isNormalOnly = !isNeeded && classes.length === 0 && !isFilled('fault')
  // Without a class, what is missing is the one that the published data has.
  const read = classes.length > 0 || isNormalOnly ? classes : ['fault']
  const known = ['good', ...read]
  const beside = found.entries.filter(({ name }) => !known.includes(name) && name !== 'severity.csv')
  reader.nameData(test, beside, 'of `test`, `good` and directories of faulty images are read', at)
  const faulty = read.map((name) =>
    reader.images(`${test}/${name}`, at, { domain, what: 'no faulty images to test on' }),
  )
  if (good === undefined || faulty.includes(undefined)) return undefined
  const files = faulty.flatMap((images) => images ?? [])
  const masks = listMasks(reader, domain, new Map(read.map((name, index) => [name, faulty[index] ?? []])), at)
  const severities = severitiesOf(reader, domain, [...good, ...files], at)
  return [
    ...good.map((file): ListedImage => ({ file, label: 0, ...(severities === undefined ? {} : { severity: 0 }) })),
    ...files.map((file): ListedImage => {
      const own = masks.get(file)
      const severity = severities?.get(file.slice(test.length + 1))
      return {
        file,
        label: 1,
        class: file.split('/').at(-2) ?? '',
        ...(own === undefined ? {} : { masks: own }),
        ...(severity === undefined ? {} : { severity }),
      }
    }),
  ]
}

function isImage({ name, kind }: { readonly name: string; readonly kind: string }): boolean {
  return kind !== 'directory' && isImageName(name)
}

function severitiesOf(
  reader: Reader,
  domain: string,
  images: readonly string[],
  at: Place,
): ReadonlyMap<string, number> | undefined {
  const file = `${domain}/test/severity.csv`
  const text = reader.table(file, at)
  if (text === undefined) return undefined
  const names = images.map((image) => image.slice(`${domain}/test/`.length))
  const { severities, mistakes } = readSeverities(text, names)
  reportMistakes(reader, file, mistakes, at)
  return severities
}
