import { imageKinds } from '../components/image-kinds.js'
import type { DecodedImage } from './decode.js'
import { FileProblem } from './errors.js'
import type { Preparation } from './parameters.js'
import { inFile } from './pixels.js'
import { fitToFrame, greyOf } from './prepare.js'
import type { Raster } from './resize.js'

/** What a mask's file holds, for the reports about it. */
export interface MaskContent {
  /** `lost`: it marks pixels, but resizing by nearest neighbours leaves none of them. */
  readonly marked: 'nothing' | 'lost' | 'part' | 'everything'
  /** The different values besides 0, as the file writes them, ascending. */
  readonly levels: readonly number[]
}

/** Whether it says nothing of where the fault is. */
export function isBlank({ marked }: MaskContent): boolean {
  return marked === 'nothing' || marked === 'lost'
}

const help = 'save masks as grey PNG files: 0 where the image is normal, 255 where it is faulty'

/**
 * Brings a mask to the image's size by nearest neighbours: 1 where it is marked, above 0 without a rule of its own; padding is 0. [H,W,1]
 *
 * @throws FileProblem for a lossy file, whose zeros are none any more, and for a colour image.
 */
export function prepareMask(
  decoded: DecodedImage,
  preparation: Preparation,
): { readonly raster: Raster; readonly content: MaskContent } {
  const { kind, lossy } = decoded.header
  if (lossy)
    throw new FileProblem(
      'bad-mask',
      `is a ${imageKinds[kind].name}, whose lossy compression blurs which pixels are marked`,
      help,
    )
  const mask = greyOf(decoded, 'a mask', help)
  const isMarked = marks(preparation.mask)
  const levels = new Set<number>()
  let [marked, last] = [0, 0]
  const values = mask.values.map((value) => {
    if (value !== 0 && value !== last) levels.add(value)
    last = value
    if (!isMarked(value)) return 0
    marked += 1
    return 1
  })
  const raster = fitToFrame(
    { ...mask, values },
    { ...preparation, interpolation: 'nearest', padding: 'black', range: [0, 1] },
    '',
  )
  const isLost = marked > 0 && !raster.values.includes(1)
  return {
    raster,
    content: {
      marked: marked === 0 ? 'nothing' : isLost ? 'lost' : marked < values.length ? 'part' : 'everything',
      levels: [...levels].map((level) => inFile(level, mask.header)).sort((left, right) => left - right),
    },
  }
}

function marks(mask: Preparation['mask']): (value: number) => boolean {
  const { component, parameters } = mask ?? { component: 'above', parameters: { threshold: 0 } }
  const { threshold } = parameters
  return component === 'below' ? (value) => value < threshold : (value) => value > threshold
}
