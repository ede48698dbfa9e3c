import { largestBatch } from './data.js'
import { type MetricList, type MetricValue, metricsOf } from './metrics.js'
import { choice, component, count, list, metricOf, number, optional, whole } from './parameters.js'
import { precisions } from './precision.js'
import { declare, type ParameterSchema, type Table } from './schema.js'
import { checkpointRules, intervals, optimizers, schedules, stopRules, warmUps } from './training.js'

const requests = <L extends MetricList>(
  of: L,
  inWords: string,
  description: string,
): ParameterSchema<readonly MetricValue<L>[]> =>
  list(metricOf<L>(Object.keys(metricsOf(of)), inWords), description, { default: [] })

/** The settings of a section are the parameters of a component that has its name. */
export const sections = {
  train: declare('How the model is trained.', {
    optimizer: component('optimizer', optimizers, 'Update of the weights.'),
    epochs: count('epoch', 'Passes over the training images.', { maximum: 1_000_000 }),
    max_steps: optional(count('step', 'Ends the training after so many steps, if that is sooner.', { maximum: 1e9 })),
    micro_batch: optional(
      whole(
        'Images that are computed at once: a step is made of several such parts of its batch, whose gradients are averaged. It divides `data.batch`; the whole batch, when it is left out.',
        { counts: 'images', minimum: 1, maximum: largestBatch, examples: [4] },
      ),
    ),
    clip_norm: optional(
      number('Gradients whose norm, of all weights together, is larger are made as small as this.', {
        exclusiveMinimum: 0,
        examples: [1],
      }),
    ),
    ema: optional(
      number(
        'Decay of an exponential moving average of the weights, with which is validated, tested and predicted; the weights themselves, when it is left out.',
        { exclusiveMinimum: 0, exclusiveMaximum: 1, examples: [0.999] },
      ),
    ),
    learning_rate: component('schedule', schedules, 'Course of the learning rate.', {
      default: { component: 'constant', parameters: {} },
    }),
    warm_up: optional(component('warm_up', warmUps, 'How the learning rate begins; at once, when it is left out.')),
    validate: component('interval', intervals, 'When the validation metrics are computed.', {
      default: { component: 'every', parameters: { interval: { epoch: 1 } } },
    }),
    gradient_norms: optional(
      component(
        'interval',
        intervals,
        "When the norm of each loss term's gradient, by all weights, is computed, on the batch of that step before its update; never, when it is left out.",
      ),
    ),
    early_stop: optional(component('early_stop', stopRules, 'When to end sooner; never, when it is left out.')),
    checkpoint: optional(
      component('checkpoint', checkpointRules, 'Which checkpoints are kept; only the last one, when it is left out.'),
    ),
    precision: choice(
      precisions,
      '`bf16` trains with convolutions in bfloat16; weights, statistics, dense layers, losses and evaluation stay float32. `float64` computes everything in float64, evaluation too.',
      { default: 'float32' },
    ),
  }),
  evaluate: declare('What is measured, on validation and on the test sets.', {
    on: list(choice(['source.test', 'targets.test'], 'A test set.'), 'Test sets.', {
      minItems: 1,
      uniqueItems: true,
      default: ['source.test', 'targets.test'],
    }),
    image: requests('image', 'a metric of images', 'Metrics of a score for each image, against its label.'),
    pixel: requests('pixel', 'a metric of pixels', 'Metrics of a map, against the masks.'),
    values: requests('values', 'a metric of values', 'Metrics of a severity for each image, against the measured one.'),
    ladder: list(
      number('A severity.', { exclusiveMinimum: 0 }),
      'Severities of a ladder: every normal test image of the source gets a fault of each, at the same place, and is measured against itself without one.',
      { default: [], uniqueItems: true },
    ),
  }),
} as const satisfies Table
