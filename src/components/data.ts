import {
  below,
  choice,
  component,
  flag,
  list,
  listOr,
  name,
  number,
  oneOf,
  optional,
  path,
  range,
  share,
  size,
  whole,
} from './parameters.js'
import { type Declaration, declare, type Parameters, type Table } from './schema.js'

/** A directory under the root by its one name, so that a domain cannot be named in two ways. */
const oneDirectory = '^(?!\\.{1,2}$)[^/\\\\]*$'

/** Of a file that is read, too: src/data/decode.ts. */
const largestSide = 16_384
export const largestBatch = 4096

export const normalisations = {
  none: declare('Values are used as the file has them.', {}),
  minmax: declare(
    '`low` becomes the low end of `range`, `high` its high end, values between them linearly; values outside stay an error. They count in values as decoded: 0 .. 1 for integer files (1 is the largest number that their bits hold), for float files as they are.',
    {
      low: number('Value that becomes the low end of the range.', { examples: [0] }),
      high: number('Value that becomes the high end of the range: 0.0625 for 12 bits in 16-bit files.', {
        examples: [255],
      }),
    },
    { positional: ['low', 'high'], ascending: ['low', 'high'] },
  ),
} as const satisfies Table

const ofMask = 'in values as decoded: 0 .. 1 for integer files, where 1 is the largest number that their bits hold'

export const markings = {
  above: declare(
    'Where a mask is above a value.',
    { threshold: number(`The value, ${ofMask}.`, { minimum: 0, default: 0 }) },
    { positional: ['threshold'] },
  ),
  below: declare(
    'Where a mask is below a value: masks that are black where the image is faulty.',
    { threshold: number(`The value, ${ofMask}.`, { exclusiveMinimum: 0, examples: [0.5] }) },
    { positional: ['threshold'] },
  ),
  opaque: declare(
    'Where the alpha channel of a mask is above a value, whatever its colours are.',
    { threshold: number(`The value, ${ofMask}.`, { minimum: 0, default: 0 }) },
    { positional: ['threshold'] },
  ),
} as const satisfies Table

export const validations = {
  held_out: declare(
    "A part of the source's train/good that is not trained on: each image once as it is and once with a synthetic fault.",
    {
      fraction: share('Share of the images that is held out.', {
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.1,
      }),
      faults: choice(['synthetic'], 'Where the faulty images of the validation come from.', { default: 'synthetic' }),
    },
    { positional: ['fraction'] },
  ),
  folds: declare(
    "One of several equal parts of the source's train/good, drawn by the seed, as `held_out` draws its one: each image once as it is and once with a synthetic fault. A study over `fold` trains once without each part.",
    {
      count: whole('Parts.', { minimum: 2, maximum: 1000 }),
      fold: whole('Which of them is held out, from 1.', { minimum: 1, maximum: 1000 }),
      faults: choice(['synthetic'], 'Where the faulty images of the validation come from.', { default: 'synthetic' }),
    },
    { positional: ['count'] },
  ),
  listed: declare(
    'The images that the data itself sets apart for validation: `validation/good` of the source (hdmap, mvtec), the lines with the split `validation` (table, visa), the directories of `validate` (folders). All of the training images are trained on.',
    {
      faults: choice(
        ['synthetic', 'none'],
        'With `synthetic` each normal image comes once as it is and once with a synthetic fault; with `none` the images come as they are listed.',
        { default: 'synthetic' },
      ),
    },
  ),
  reference: declare(
    "The source's test set, as the published code validates. What is then chosen by validation (early stopping, best checkpoint) has seen the test set: leakage, and named so in the run's record.",
    {},
  ),
} as const satisfies Table

/** What every source says of its images, batches and validation. */
const imageParameters = {
  image: size('Height x width that every image is brought to.', largestSide),
  channels: oneOf([1, 3], 'Grey images become this many equal channels.', { default: 3 }),
  bands: optional(
    list(
      whole('A channel, from 1.', { minimum: 1, maximum: 5 }),
      'Which channels of the files are read, one or three of them; all, when it is left out.',
      {
        minItems: 1,
      },
    ),
  ),
  resize: choice(['bilinear', 'nearest'], 'Interpolation, with half-pixel centres.', { default: 'bilinear' }),
  antialias: flag('Widen the bilinear filter when an image is made smaller.', false),
  fit: choice(['stretch', 'keep_aspect'], 'Stretch to the image size, or keep the aspect ratio and pad the rest.', {
    default: 'stretch',
  }),
  padding: choice(['black', 'noise'], 'What `fit = keep_aspect` fills the rest with.', { default: 'black' }),
  range: range(
    number('An end.'),
    'Values that the images lie in; a file that holds others is an error, reported before training.',
    { default: [0, 1], proper: true },
  ),
  normalise: component(
    'normalisation',
    normalisations,
    'How values are brought into the range; the same for every file.',
    { default: { component: 'none', parameters: {} } },
  ),
  mask: optional(
    component('marking', markings, 'Which pixels a mask marks as faulty; those above 0, when it is left out.'),
  ),
  batch: whole('Images in a training step.', { counts: 'images', minimum: 1, maximum: largestBatch, default: 16 }),
  eval_batch: whole('Images in an evaluation step.', {
    counts: 'images',
    minimum: 1,
    maximum: largestBatch,
    default: 16,
  }),
  validation: component('validation', validations, 'Images that validation is computed on.', {
    default: { component: 'held_out', parameters: { fraction: 0.1, faults: 'synthetic' } },
  }),
  drop_last: flag('Leave out the last training batch of an epoch when it is not full.', true),
  cache: whole('Memory for decoded images.', { counts: 'MiB', minimum: 0, maximum: 2 ** 20, default: 512 }),
}

const files = { root: path('Directory that holds the data, relative to the file that names it.') }

/** A layout of files under a root. `own`: what says which of them are read. */
function dataSource<const P extends Parameters>(
  doc: string,
  own: P,
): Declaration<typeof files & P & typeof imageParameters> {
  return declare(doc, { ...files, ...own, ...imageParameters })
}

/** Other sources beside the first. */
function together(parts: string) {
  return optional(
    list(
      name('One of them.', oneDirectory),
      `Other ${parts} that the model is trained on together with the first, and tested on as on that one: one model of several ${parts}.`,
      { minItems: 1, uniqueItems: true },
    ),
  )
}

export const dataSources = {
  hdmap: dataSource(
    'Health Data Maps: `root/<domain>/{train/good, test/good, test/fault}/*`, images as PNG, TIFF, JPEG or WebP; other directories of `test` are classes of faults as `fault` is. The model trains on the source domain and is tested on it and on the targets. Masks are read from `<domain>/ground_truth/fault/<image>_mask.png`, severities from `<domain>/test/severity.csv` with the columns image and severity.',
    {
      source: name('Domain that the model is trained on.', oneDirectory),
      together_with: together('domains'),
      targets: listOr(
        'auto',
        name('A domain.', oneDirectory),
        'Domains that the model is only tested on; `auto` is every other domain under the root.',
      ),
    },
  ),
  mvtec: dataSource(
    'One category of MVTec AD, or data that lies as it does: `root/<category>/{train/good, test/good, test/<defect>}/*`; each directory of `test` beside `good` is a class of defects. Masks are read from `<category>/ground_truth/<defect>/<image>_mask.png`, or, as MVTec LOCO has them, all of `<category>/ground_truth/<defect>/<image>/`. The model is trained on the category and tested on it.',
    {
      category: name('Directory of the root that the model is trained and tested on.', oneDirectory),
      together_with: together('categories'),
    },
  ),
  table: dataSource(
    'The images that a table names (CSV, RFC 4180), in directories of any names: a line each, with the columns image, split (`train`, `test` or `validation`), label (`normal` or `faulty`; empty is normal), class of the fault, mask and severity. The first two must be there. Paths are below the root. Images without a line are not read.',
    { file: name('Name of the table, which lies in the root.', oneDirectory) },
  ),
  visa: dataSource(
    'One category of VisA (Zou et al. 2022): its images as a table of the root names them, `split_csv/1cls.csv` of the published data, with the columns object, split, label (`normal` or `anomaly`), image and mask. A mask marks a pixel where it is above 0.',
    {
      category: name('What the table calls it in its column object: `candle`.', oneDirectory),
      split: below('Table of the split.', { default: 'split_csv/1cls.csv' }),
    },
  ),
  folders: dataSource(
    'Images in directories of any names, given by their paths below the root: `train = ["good"]`. Each directory of faulty images is a class of faults, by its last name. Masks, IMAGE_mask.png or IMAGE.png, lie in a directory that has one of the same name for each class.',
    {
      train: list(below('A directory.'), 'Directories of normal images to train on.', {
        minItems: 1,
        uniqueItems: true,
      }),
      normal: list(below('A directory.'), 'Directories of normal images to test on.', {
        default: [],
        uniqueItems: true,
      }),
      faulty: list(below('A directory.'), 'Directories of faulty images to test on.', {
        default: [],
        uniqueItems: true,
      }),
      masks: optional(below('Directory of the masks.')),
      validate: list(
        below('A directory.'),
        'Directories of normal images to validate on, with `validation = listed()`.',
        {
          default: [],
          uniqueItems: true,
        },
      ),
    },
  ),
} as const satisfies Table
