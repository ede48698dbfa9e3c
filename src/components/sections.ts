import { precisions } from './precision.js'
import { type Component, component, type ParameterSchema } from './schema.js'

const train = component(
  'section',
  'train',
  'How the model is trained.',
  {
    optimizer: { 'x-form': 'component', 'x-kind': 'optimizer', type: 'object', description: 'Update of the weights.' },
    epochs: {
      'x-form': 'quantity',
      'x-units': ['epoch'],
      type: 'integer',
      minimum: 1,
      description: 'Passes over the training images.',
    },
    max_steps: {
      'x-form': 'quantity',
      'x-units': ['step'],
      type: 'integer',
      minimum: 1,
      description: 'Ends the training after so many steps, if that is sooner.',
    },
    learning_rate: {
      'x-form': 'component',
      'x-kind': 'schedule',
      type: 'object',
      default: { component: 'constant', parameters: {} },
      description: 'Course of the learning rate.',
    },
    validate: {
      'x-form': 'component',
      'x-kind': 'interval',
      type: 'object',
      default: { component: 'every', parameters: { interval: 1 } },
      description: 'When the validation metrics are computed.',
    },
    early_stop: {
      'x-form': 'component',
      'x-kind': 'early_stop',
      type: 'object',
      description: 'When to end sooner; never, when it is left out.',
    },
    checkpoint: {
      'x-form': 'component',
      'x-kind': 'checkpoint',
      type: 'object',
      description: 'Which checkpoints are kept; only the last one, when it is left out.',
    },
    precision: {
      'x-form': 'choice',
      type: 'string',
      enum: [...precisions],
      default: 'float32',
      description:
        '`bf16` trains with convolutions in bfloat16; weights, statistics, dense layers, losses and evaluation stay float32. `float64` computes everything in float64, evaluation too.',
    },
  },
  { required: ['optimizer', 'epochs'] },
)

const metrics = (kind: 'image_metric' | 'pixel_metric' | 'value_metric', description: string): ParameterSchema => ({
  'x-form': 'list',
  type: 'array',
  items: { 'x-form': 'component', 'x-kind': kind, type: 'object' },
  default: [],
  description,
})

const evaluate = component('section', 'evaluate', 'What is measured, on validation and on the test sets.', {
  on: {
    'x-form': 'list',
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { 'x-form': 'choice', type: 'string', enum: ['source.test', 'targets.test'] },
    default: ['source.test', 'targets.test'],
    description: 'Test sets.',
  },
  image: metrics('image_metric', 'Metrics of a score for each image, against its label.'),
  pixel: metrics('pixel_metric', 'Metrics of a map, against the masks.'),
  values: metrics('value_metric', 'Metrics of a severity for each image, against the measured one.'),
})

export const sectionComponents: readonly Component[] = [train, evaluate]
