import { imageKinds, kindOfName, type SampleDepth } from '../components/image-kinds.js'
import { isLossy } from '../layouts/names.js'
import type { DataNote, DataNoteCode } from './errors.js'
import type { ScannedImage, WholeFile, WorkerSetup } from './job.js'
import type { Preparation } from './parameters.js'
import { shownFloat } from './pixels.js'

/** How many times the pixels of the image size a file may have without a word. */
const oversized = 64

/** Below this share of the declared range, images that together use no more are likely to be scaled by mistake: 14 bits in files of 16 are one. */
const narrow = 0.25

/**
 * What the content of whole files says, one note a kind with its first file and how many there are.
 *
 * @param images for each mask's number, the number of its image.
 */
export function notesOf(
  scanned: readonly WholeFile[],
  { files, preparation }: Pick<WorkerSetup, 'files' | 'preparation'>,
  images: ReadonlyMap<number, number>,
): readonly DataNote[] {
  const nameOf = (number: number | undefined): string => files[number ?? -1]?.file ?? ''
  const about = <File extends WholeFile>(
    code: DataNoteCode,
    among: readonly File[],
    describe: (first: File) => string,
    help: string,
  ): readonly DataNote[] => {
    const [first] = among
    if (first === undefined) return []
    const others = among.length === 1 ? '' : `; ${among.length} files in all`
    return [{ code, file: nameOf(first.file), message: `${describe(first)}${others}`, help }]
  }
  const found = scanned.filter((file) => file.kind === 'image')
  const masks = scanned.filter((file) => file.kind === 'mask')
  const kindOf = ({ header }: WholeFile) => imageKinds[header.kind]
  const frame = `${preparation.height} x ${preparation.width}`
  return [
    ...about(
      'lossy-images',
      // Those whose names say so are the checker's to warn of.
      found.filter((image) => image.header.lossy && !isLossy(nameOf(image.file))),
      (image) => `is a ${kindOf(image).name}, which is lossy: its values are only near those that were measured`,
      'use the files as they were recorded, if there are any',
    ),
    ...about(
      'misnamed-images',
      scanned.filter(({ file, header }) => kindOfName(nameOf(file)) !== header.kind),
      (file) => `is a ${kindOf(file).name} by its content, and read as one`,
      'give it the extension of what it is',
    ),
    ...about(
      'turned-images',
      scanned.filter(({ header }) => header.orientation > 1),
      ({ header }) => `is to be turned for display (EXIF orientation ${header.orientation}), but read as it is stored`,
      'turn the pixels of images and masks, or remove the mark',
    ),
    ...about(
      'oversized-images',
      scanned.filter(({ header }) => header.height * header.width > oversized * preparation.height * preparation.width),
      ({ header }) =>
        `is ${header.height} x ${header.width}, and read at ${frame}: most of its pixels are passed over, and small faults lost`,
      'cut the images to pieces, make the image size larger, or set `antialias = true`',
    ),
    ...mixedTypes(found, nameOf),
    ...narrowValues(found, preparation),
    ...about(
      'mask-levels',
      preparation.mask === undefined ? masks.filter(({ content }) => content.levels.length > 1) : [],
      ({ content }) =>
        `is a mask with the values ${firstOf(content.levels)} besides 0; what is above 0 counts as faulty`,
      'save masks with two values, 0 and 255, or say what they mark: `mask = above(0.5)`',
    ),
    ...about(
      'full-masks',
      masks.filter(({ content }) => content.marked === 'everything'),
      () => 'is a mask that marks the whole image',
      'check that it is a mask, and that 0 stands for normal in it',
    ),
    ...about(
      'blank-masks',
      masks.filter(({ content }) => content.marked === 'nothing'),
      ({ file }) => `is a mask that marks nothing, of the faulty image ${nameOf(images.get(file))}`,
      'mark the fault, or remove the mask: pixel metrics leave the image out',
    ),
    ...about(
      'lost-masks',
      masks.filter(({ content }) => content.marked === 'lost'),
      () => `is a mask that marks too little for ${frame}: no marked pixel is left there`,
      'make the image size larger: pixel metrics leave the image out',
    ),
  ]
}

/** Types of images are scaled each by its own largest number, so the same number in two of them is not the same value. */
function mixedTypes(images: readonly ScannedImage[], nameOf: (file: number) => string): readonly DataNote[] {
  const byType = new Map<SampleDepth, ScannedImage[]>()
  for (const image of images) {
    const same = byType.get(image.header.depth)
    if (same === undefined) byType.set(image.header.depth, [image])
    else same.push(image)
  }
  const types = [...byType].sort(([, left], [, right]) => right.length - left.length)
  const rarest = types.at(-1)?.[1][0]
  if (types.length < 2 || rarest === undefined) return []
  const counts = types.map(([type, of]) => `${of.length} ${type}`).join(', ')
  const message = `is ${rarest.header.depth}, but images are of several types (${counts}), each scaled by its own largest number`
  const help = 'check that equal values mean the same in all of them'
  return [{ code: 'mixed-types', file: nameOf(rarest.file), message, help }]
}

function narrowValues(images: readonly ScannedImage[], preparation: Preparation): readonly DataNote[] {
  if (images.length === 0) return []
  const { low, high } = usedValues(images)
  const [bottom, top] = preparation.range
  const share = (high - low) / (top - bottom)
  if (share >= narrow) return []
  const used = `${rounded(low)} .. ${rounded(high)} of the range ${rounded(bottom)} .. ${rounded(top)}`
  const help =
    high > low
      ? `${normalisationOf({ low, high }, preparation)} spreads them over it`
      : 'check that the files hold what was measured'
  const message = `all ${images.length} images together use only ${used} (${Number((100 * share).toPrecision(2))} %)`
  return [{ code: 'narrow-values', file: '.', message, help }]
}

/** For reading; what is to be written into a pipeline has all digits. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

interface UsedValues {
  readonly low: number
  readonly high: number
}

/** Over all images, after normalisation. */
export function usedValues(images: readonly ScannedImage[]): UsedValues {
  return {
    low: images.reduce((least, { lowest }) => Math.min(least, lowest), Number.POSITIVE_INFINITY),
    high: images.reduce((most, { highest }) => Math.max(most, highest), Number.NEGATIVE_INFINITY),
  }
}

/** The normalisation that makes these values the whole range, in the numbers before the one that made them. */
export function normalisationOf(used: UsedValues, { range: [low, high], minmax }: Preparation): string {
  const before = (value: number): number =>
    minmax === undefined ? value : minmax.low + ((value - low) / (high - low)) * (minmax.high - minmax.low)
  return `\`normalise = minmax(low = ${shownFloat(before(used.low))}, high = ${shownFloat(before(used.high))})\``
}

function firstOf(levels: readonly number[]): string {
  const shown = levels.slice(0, 6).join(', ')
  return levels.length > 6 ? `${shown} and ${levels.length - 6} more` : shown
}
