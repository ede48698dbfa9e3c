import { type Component, component, type ValueSchema } from './schema.js'

/** A directory under the root by its one name, so that a domain cannot be named in two ways. */
const domain: ValueSchema = { 'x-form': 'name', type: 'string', minLength: 1, pattern: '^(?!\\.{1,2}$)[^/\\\\]*$' }

/** Of a file that is read, too: src/data/decode.ts. */
const largestSide = 16_384
const largestBatch = 4096

const hdmap = component(
  'data',
  'hdmap',
  'Health Data Maps: `root/<domain>/{train/good, test/good, test/fault}/*.{png,tif,tiff}`. The model trains on the source domain and is tested on it and on the targets. Masks are read from `<domain>/ground_truth/fault/<image>_mask.png`, severities from `<domain>/test/severity.csv` with the columns image and severity.',
  {
    root: {
      'x-form': 'path',
      type: 'string',
      minLength: 1,
      description: 'Directory that holds the domains, relative to the file that names it.',
    },
    source: { ...domain, description: 'Domain that the model is trained on.' },
    targets: {
      'x-form': 'list',
      'x-words': ['auto'],
      type: 'array',
      items: domain,
      default: ['auto'],
      description: 'Domains that the model is only tested on; `auto` is every other domain under the root.',
    },
    image: {
      'x-form': 'size',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { 'x-form': 'number', type: 'integer', minimum: 1, maximum: largestSide },
      description: 'Height x width that every image is brought to.',
    },
    channels: {
      'x-form': 'number',
      type: 'integer',
      enum: [1, 3],
      default: 3,
      description: 'Grey images become this many equal channels.',
    },
    resize: {
      'x-form': 'choice',
      type: 'string',
      enum: ['bilinear', 'nearest'],
      default: 'bilinear',
      description: 'Interpolation, with half-pixel centres.',
    },
    antialias: {
      'x-form': 'boolean',
      type: 'boolean',
      default: false,
      description: 'Widen the bilinear filter when an image is made smaller.',
    },
    fit: {
      'x-form': 'choice',
      type: 'string',
      enum: ['stretch', 'keep_aspect'],
      default: 'stretch',
      description: 'Stretch to the image size, or keep the aspect ratio and pad the rest.',
    },
    padding: {
      'x-form': 'choice',
      type: 'string',
      enum: ['black', 'noise'],
      default: 'black',
      description: 'What `fit = keep_aspect` fills the rest with.',
    },
    range: {
      'x-form': 'range',
      'x-proper': true,
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { 'x-form': 'number', type: 'number' },
      default: [0, 1],
      description: 'Values that the images lie in; a file that holds others is an error, told before training.',
    },
    normalise: {
      'x-form': 'component',
      'x-kind': 'normalisation',
      type: 'object',
      default: { component: 'none', parameters: {} },
      description: 'How values are brought into the range; the same for every file.',
    },
    batch: {
      'x-form': 'number',
      'x-counts': 'images',
      type: 'integer',
      minimum: 1,
      maximum: largestBatch,
      default: 16,
      description: 'Images in a training step.',
    },
    eval_batch: {
      'x-form': 'number',
      'x-counts': 'images',
      type: 'integer',
      minimum: 1,
      maximum: largestBatch,
      default: 16,
      description: 'Images in an evaluation step.',
    },
    validation: {
      'x-form': 'component',
      'x-kind': 'validation',
      type: 'object',
      default: { component: 'held_out', parameters: { fraction: 0.1, faults: 'synthetic' } },
      description: 'Images that validation is computed on.',
    },
    drop_last: {
      'x-form': 'boolean',
      type: 'boolean',
      default: true,
      description: 'Leave out the last training batch of an epoch when it is not full.',
    },
    cache: {
      'x-form': 'number',
      'x-counts': 'MiB',
      type: 'integer',
      minimum: 0,
      default: 512,
      description: 'Memory for decoded images.',
    },
  },
  { required: ['root', 'source', 'image'] },
)

const none = component('normalisation', 'none', 'Values are used as the file has them.', {})

const minmax = component(
  'normalisation',
  'minmax',
  '`low` becomes the low end of `range`, `high` its high end, values between them linearly; values outside stay an error. They count in values as decoded: 0 .. 1 for integer files (1 is the largest number that their bits hold), for float files as they are.',
  {
    low: {
      'x-form': 'number',
      type: 'number',
      examples: [0],
      description: 'Value that becomes the low end of the range.',
    },
    high: {
      'x-form': 'number',
      type: 'number',
      examples: [255],
      description: 'Value that becomes the high end of the range: 0.0625 for 12 bits in 16-bit files.',
    },
  },
  { required: ['low', 'high'], positional: ['low', 'high'] },
)

const heldOut = component(
  'validation',
  'held_out',
  "A part of the source's train/good that is not trained on: each image once as it is and once with a synthetic fault.",
  {
    fraction: {
      'x-form': 'fraction',
      type: 'number',
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      default: 0.1,
      description: 'Share of the images that is held out.',
    },
    faults: {
      'x-form': 'choice',
      type: 'string',
      enum: ['synthetic'],
      default: 'synthetic',
      description: 'Where the faulty images of the validation come from.',
    },
  },
  { positional: ['fraction'] },
)

const reference = component(
  'validation',
  'reference',
  "The source's test set, as the published code validates. What is then chosen by validation (early stopping, best checkpoint) has seen the test set: leakage, and named so in the run's record.",
  {},
)

export const dataComponents: readonly Component[] = [hdmap, none, minmax, heldOut, reference]
