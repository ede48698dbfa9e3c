import { choice, number, quantity, range, share, whole } from './parameters.js'
import { declare, type Table } from './schema.js'

const probability = share('Share of the training images that get a fault.', { minimum: 0, maximum: 1, default: 0.5 })

export const syntheses = {
  additive: declare(
    'Adds a patch of the image to another place of it, `severity` times, and clamps to the range. One width, ratio and severity is drawn for all patches of an image; a patch is floor(width x ratio) high.',
    {
      probability,
      width: range(
        quantity(['px', 'percent'], 'An end.'),
        "Width of a patch, in pixels or in percent of the image's width.",
        { default: [{ px: 16 }, { px: 64 }] },
      ),
      ratio: range(number('An end.', { exclusiveMinimum: 0 }), 'Height of a patch over its width.', {
        default: [0.4, 0.67],
      }),
      severity: range(
        number('An end.', { minimum: 0 }),
        'Factor of the added patch; also the label `fault_severity`.',
        { default: [0, 2] },
      ),
      patches: whole('Patches of a faulty image.', { minimum: 1, maximum: 3, default: 1 }),
    },
  ),
  draem: declare(
    'A texture over the image where turned Perlin noise is above a threshold, as opaque as drawn (Zavrtanik et al. 2021, section 3.3). The label `fault_severity` is the opacity.',
    {
      probability,
      opacity: range(
        share('An end.', { minimum: 0, maximum: 1 }),
        'Share of the texture; also the label `fault_severity`.',
        {
          default: [0.1, 1],
        },
      ),
      cells: range(
        whole('An end.', { minimum: 1, maximum: 64 }),
        'Cells of the noise down and across the image: a power of 2 in this range for each.',
        { default: [1, 32] },
      ),
      threshold: number('Of the noise, which lies within -1 .. 1.', {
        minimum: -1,
        exclusiveMaximum: 1,
        default: 0.5,
      }),
      texture: choice(
        ['image', 'noise'],
        'What is laid over it, after three of nine photometric operators: the image itself, moved, or Perlin noise.',
        { default: 'image' },
      ),
    },
  ),
  cut_paste: declare(
    'Replaces a patch of the image by another one of it (CutPaste, Li et al. 2021, section 3.1). The label `fault_severity` is the share of the image that is replaced.',
    {
      probability,
      area: range(share('An end.', { exclusiveMinimum: 0, maximum: 0.5 }), 'Share of the image that the patch has.', {
        default: [0.02, 0.15],
      }),
      ratio: range(number('An end.', { exclusiveMinimum: 0 }), 'Height of the patch over its width.', {
        default: [0.3, 3.3],
      }),
      jitter: share('How much brighter or darker the patch may become.', { minimum: 0, maximum: 1, default: 0.1 }),
    },
  ),
} as const satisfies Table

/** Those within a range, ends included. */
export function powersOfTwo([low, high]: readonly [number, number]): readonly number[] {
  return Array.from({ length: 31 }, (_, exponent) => 2 ** exponent).filter((power) => power >= low && power <= high)
}
