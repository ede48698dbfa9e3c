import type { ListedImage, Listing } from '../layouts/listing.js'
import type { DataNote } from './errors.js'
import type { ScannedImage } from './job.js'

/** Pairs that a note names. */
const named = 3

interface Twins {
  readonly test: string
  readonly other: string
}

/**
 * Test images that are training images byte for byte (leakage: the result is measured on what was learned), and normal test
 * images that are faulty ones, too.
 *
 * @param images of the scan, numbered as the listing's: training images first, then those of the tests, then those of the validation.
 */
export function leakageOf(
  { train, tests, validation }: Pick<Listing, 'train' | 'tests' | 'validation'>,
  images: readonly ScannedImage[],
): readonly DataNote[] {
  const listed = [...train, ...tests.flatMap((test) => test.images), ...validation]
  const firstOfValidation = listed.length - validation.length
  const trained = images.filter(({ file }) => file < train.length)
  const tested = images.filter(({ file }) => file >= train.length && file < firstOfValidation)
  const validated = images.filter(({ file }) => file >= firstOfValidation)
  const fileOf = (number: number): string => listed[number]?.file ?? ''
  const labelled = (label: ListedImage['label']) => tested.filter(({ file }) => listed[file]?.label === label)
  return [
    ...noteOf(
      twinsOf(trained, tested, fileOf),
      'leaked-images',
      (count) =>
        `${count === 1 ? 'test image is a training image' : 'test images are training images'}, byte for byte (leakage)`,
      'take them out of the training or of the test',
    ),
    ...noteOf(
      twinsOf([...trained, ...tested], validated, fileOf),
      'leaked-images',
      (count) =>
        `${count === 1 ? 'image of the validation is one' : 'images of the validation are some'} of the training or the test, byte for byte (leakage)`,
      'take them out of the validation',
    ),
    ...noteOf(
      twinsOf(labelled(1), labelled(0), fileOf),
      'contradicting-labels',
      (count) => `normal test ${count === 1 ? 'image is a faulty one' : 'images are faulty ones'}, too, byte for byte`,
      'keep each image with its true label alone',
    ),
  ]
}

function twinsOf(
  images: readonly ScannedImage[],
  others: readonly ScannedImage[],
  fileOf: (number: number) => string,
): readonly Twins[] {
  const first = new Map<string, number>()
  for (const { file, bytes, sha256 } of images)
    if (!first.has(`${bytes} ${sha256}`)) first.set(`${bytes} ${sha256}`, file)
  return others.flatMap(({ file, bytes, sha256 }) => {
    const other = first.get(`${bytes} ${sha256}`)
    return other === undefined ? [] : [{ test: fileOf(file), other: fileOf(other) }]
  })
}

function noteOf(
  twins: readonly Twins[],
  code: DataNote['code'],
  what: (count: number) => string,
  help: string,
): readonly DataNote[] {
  if (twins.length === 0) return []
  const pairs = twins.slice(0, named).map(({ test, other }) => `${test} = ${other}`)
  const more = twins.length > named ? ` and ${twins.length - named} more` : ''
  return [{ code, file: '.', message: `${twins.length} ${what(twins.length)}: ${pairs.join(', ')}${more}`, help }]
}
