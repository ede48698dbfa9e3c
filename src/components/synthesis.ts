import { number, quantity, range, share, whole } from './parameters.js'
import { declare, type Table } from './schema.js'

export const syntheses = {
  additive: declare(
    'Adds a patch of the image to another place of it, `severity` times, and clamps to the range. One width, ratio and severity is drawn for all patches of an image; a patch is floor(width x ratio) high.',
    {
      probability: share('Share of the training images that get a fault.', { minimum: 0, maximum: 1, default: 0.5 }),
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
} as const satisfies Table
