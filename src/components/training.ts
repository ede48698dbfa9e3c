import { type Component, component, type ParameterSchema } from './schema.js'

const lr: ParameterSchema = {
  'x-form': 'number',
  type: 'number',
  exclusiveMinimum: 0,
  default: 1e-4,
  description: 'Learning rate.',
}
const beta1: ParameterSchema = {
  'x-form': 'number',
  type: 'number',
  minimum: 0,
  exclusiveMaximum: 1,
  default: 0.9,
  description: 'Decay of the mean of the gradient.',
}
const beta2: ParameterSchema = {
  'x-form': 'number',
  type: 'number',
  minimum: 0,
  exclusiveMaximum: 1,
  default: 0.999,
  description: 'Decay of the mean of the squared gradient.',
}
const epsilon: ParameterSchema = {
  'x-form': 'number',
  type: 'number',
  exclusiveMinimum: 0,
  default: 1e-8,
  description: 'Added to the denominator.',
}
const decay = (value: number, description: string): ParameterSchema => ({
  'x-form': 'number',
  type: 'number',
  minimum: 0,
  default: value,
  description,
})

const adam = component(
  'optimizer',
  'adam',
  'Adam (Kingma and Ba 2015).',
  { lr, beta1, beta2, epsilon, weight_decay: decay(0, 'Added to the gradient times the weight (L2).') },
  { positional: ['lr'] },
)
const adamw = component(
  'optimizer',
  'adamw',
  'Adam with decoupled weight decay (Loshchilov and Hutter 2019).',
  {
    lr,
    beta1,
    beta2,
    epsilon,
    weight_decay: decay(1e-4, 'Subtracted from the weight, times learning rate and weight.'),
  },
  { positional: ['lr'] },
)
const sgd = component(
  'optimizer',
  'sgd',
  'Stochastic gradient descent with momentum.',
  {
    lr,
    momentum: {
      'x-form': 'number',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      description: 'Share of the last update that is kept.',
    },
    weight_decay: decay(1e-4, 'Added to the gradient times the weight (L2).'),
  },
  { positional: ['lr'] },
)

const constant = component('schedule', 'constant', 'The learning rate of the optimizer, all the way.', {})
const steps = component(
  'schedule',
  'steps',
  'The learning rate is multiplied by `factor` at each point of `at`.',
  {
    at: {
      'x-form': 'list',
      type: 'array',
      minItems: 1,
      items: {
        'x-form': 'quantity',
        'x-units': ['epoch', 'percent'],
        type: ['integer', 'object'],
        minimum: 1,
        properties: { percent: { type: 'number', exclusiveMinimum: 0, exclusiveMaximum: 100 } },
        required: ['percent'],
        additionalProperties: false,
      },
      description: 'After how many epochs, as a number of epochs or in percent of all epochs.',
    },
    factor: {
      'x-form': 'number',
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'What the learning rate is multiplied by.',
    },
  },
  { required: ['at'], positional: ['at', 'factor'] },
)

const every = component(
  'interval',
  'every',
  'Again and again after so many epochs or steps.',
  {
    interval: {
      'x-form': 'quantity',
      'x-units': ['epoch', 'step'],
      type: ['integer', 'object'],
      minimum: 1,
      properties: { step: { type: 'integer', minimum: 1 } },
      required: ['step'],
      additionalProperties: false,
      description: 'Epochs or steps between two validations.',
    },
  },
  { required: ['interval'], positional: ['interval'] },
)

const monitor: ParameterSchema = {
  'x-form': 'metric_reference',
  type: 'object',
  description: 'Number of the validation to watch, such as `val.auroc(score)`.',
}
const earlyStop = component(
  'early_stop',
  'early_stop',
  'Ends the training when the monitor has not become better for `patience` epochs.',
  {
    monitor,
    patience: {
      'x-form': 'quantity',
      'x-units': ['epoch'],
      type: 'integer',
      minimum: 1,
      default: 10,
      description: 'Epochs without a better value.',
    },
    min_delta: {
      'x-form': 'number',
      type: 'number',
      minimum: 0,
      default: 0,
      description: 'How much better counts as better.',
    },
  },
  { required: ['monitor'], positional: ['monitor'] },
)
const keepBest = component(
  'checkpoint',
  'keep_best',
  'Keeps the checkpoints with the best values of the monitor, and the last one.',
  {
    monitor,
    keep: {
      'x-form': 'number',
      'x-counts': 'checkpoints',
      type: 'integer',
      minimum: 1,
      default: 3,
      description: 'How many of the best are kept.',
    },
  },
  { required: ['monitor'], positional: ['monitor'] },
)

export const trainingComponents: readonly Component[] = [adam, adamw, sgd, constant, steps, every, earlyStop, keepBest]
