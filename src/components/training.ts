import { count, list, monitor, number, quantity, share, whole } from './parameters.js'
import { declare, type Table } from './schema.js'

const lr = number('Learning rate.', { exclusiveMinimum: 0, default: 1e-4 })
const betas = {
  beta1: number('Decay of the mean of the gradient.', { minimum: 0, exclusiveMaximum: 1, default: 0.9 }),
  beta2: number('Decay of the mean of the squared gradient.', { minimum: 0, exclusiveMaximum: 1, default: 0.999 }),
  epsilon: number('Added to the denominator.', { exclusiveMinimum: 0, default: 1e-8 }),
}
const l2 = (value: number) => number('Added to the gradient times the weight (L2).', { minimum: 0, default: value })

export const optimizers = {
  adam: declare('Adam (Kingma and Ba 2015).', { lr, ...betas, weight_decay: l2(0) }, { positional: ['lr'] }),
  adamw: declare(
    'Adam with decoupled weight decay (Loshchilov and Hutter 2019).',
    {
      lr,
      ...betas,
      weight_decay: number('Subtracted from the weight, times learning rate and weight.', {
        minimum: 0,
        default: 1e-4,
      }),
    },
    { positional: ['lr'] },
  ),
  sgd: declare(
    'Stochastic gradient descent with momentum.',
    {
      lr,
      momentum: number('Share of the last update that is kept.', { minimum: 0, exclusiveMaximum: 1, default: 0.9 }),
      weight_decay: l2(1e-4),
    },
    { positional: ['lr'] },
  ),
} as const satisfies Table

export const schedules = {
  constant: declare('The learning rate of the optimizer, all the way.', {}),
  steps: declare(
    'The learning rate is multiplied by `factor` at each point of `at`.',
    {
      at: list(
        quantity(['epoch', 'percent'], 'A point.'),
        'After how many epochs, as a number of epochs or in percent of all epochs.',
        { minItems: 1 },
      ),
      factor: number('What the learning rate is multiplied by.', { exclusiveMinimum: 0, default: 0.1 }),
    },
    { positional: ['at', 'factor'] },
  ),
  cosine: declare(
    'From the learning rate to `lowest` along half a cosine, from epoch to epoch (Loshchilov and Hutter 2017, without restarts).',
    { lowest: number('What it falls to after the last epoch.', { minimum: 0, default: 0 }) },
    { positional: ['lowest'] },
  ),
} as const satisfies Table

export const warmUps = {
  linear: declare(
    'The learning rate rises linearly to that of the optimizer, from epoch to epoch; the schedule begins where it ends.',
    {
      epochs: count('epoch', 'Epochs until the learning rate is whole.', { default: 5 }),
      from: share('Share of the learning rate in the first epoch.', {
        exclusiveMinimum: 0,
        exclusiveMaximum: 1,
        default: 0.1,
      }),
    },
    { positional: ['epochs', 'from'] },
  ),
} as const satisfies Table

export const intervals = {
  every: declare(
    'Again and again after so many epochs or steps.',
    { interval: quantity(['epoch', 'step'], 'Epochs or steps from one time to the next.') },
    { positional: ['interval'] },
  ),
} as const satisfies Table

const watched = monitor('Number of the validation to watch, such as `val.auroc(score)`.')

export const stopRules = {
  early_stop: declare(
    'Ends the training when the monitor has not become better for `patience` epochs.',
    {
      monitor: watched,
      patience: count('epoch', 'Epochs without a better value.', { default: 10 }),
      min_delta: number('How much better counts as better.', { minimum: 0, default: 0 }),
    },
    { positional: ['monitor'] },
  ),
} as const satisfies Table

export const checkpointRules = {
  keep_best: declare(
    'Keeps the checkpoints with the best values of the monitor, and the last one.',
    {
      monitor: watched,
      keep: whole('How many of the best are kept.', { counts: 'checkpoints', minimum: 1, default: 3 }),
    },
    { positional: ['monitor'] },
  ),
} as const satisfies Table
