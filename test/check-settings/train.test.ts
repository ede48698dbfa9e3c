import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['adamw(lr', 'adamm(lr', ['D070 adamm: `adamm` is not an optimizer; did you mean `adam`?']],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', 'adamw', []],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    '1e-4',
    ['D082 1e-4: `optimizer` takes an optimizer, and this is the number 0.0001'],
  ],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    '"adam"',
    ['D082 "adam": `optimizer` takes an optimizer, and this is the text "adam"'],
  ],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', 'adamw(1e-4, 0.9)', ['D074 0.9: `adamw` takes only `lr` without a name']],
  ['lr = 1e-4', 'learning_rate = 1e-4', ['D071 learning_rate: `adamw` has no parameter `learning_rate`']],
  ['lr = 1e-4', 'lrr = 1e-4', ['D071 lrr: `adamw` has no parameter `lrr`; did you mean `lr`?']],
  ['epochs = 30', 'epochs = 30px', ['D076 30px: `epochs` takes a whole number of epochs, and this is 30px']],
  [
    'epochs = 30',
    'epochs = 30 steps',
    ['D076 30 steps: `epochs` takes a whole number of epochs, and this is 30 steps'],
  ],
  ['epochs = 30', 'epochs = 0', ['D078 0: `epochs` must be at least 1 epoch, and this is 0 epochs']],
  ['epochs = 30', 'epoch = 30', ['D080 epoch: `train` has no setting `epoch`; did you mean `epochs`?']],
  ['epochs = 30\n', '\n', ['D073 train: `train` needs `epochs`, and nothing is given']],
  [
    'epochs = 30',
    'epochs = 5',
    ['D108 10 epochs: early stopping can never happen: its patience is 10 epochs, and the training has 5'],
  ],
  [
    'every(1 epoch)',
    'every(1)',
    ['D076 1: `interval` takes a number in epochs or steps, and this is 1 without a unit'],
  ],
  ['every(1 epoch)', 'every()', ['D073 every: `every` needs `interval`, and nothing is given']],
  [
    'every(1 epoch)',
    'every(40 epochs)',
    [
      'D113 40 epochs: validation is due every 40 epochs, and the training ends after 30 epochs: the only one is at the end',
    ],
  ],
  ['every(1 epoch)', '1 epoch', ['D082 1 epoch: `validate` takes an interval, and this is the number 1']],
  ['val.auroc(score)', 'val.auroc(scores)', ['D103 scores: the model has no output `scores`; did you mean `score`?']],
  ['val.auroc(score)', 'val.aurocc(score)', ['D102 aurocc: there is no metric `aurocc`; did you mean `auroc`?']],
  ['val.auroc(score)', 'valid.auroc(score)', ['D101 valid: there is no split `valid`; did you mean `val`?']],
  ['val.auroc(score)', 'test.auroc(score)', ['D101 test: there is no split `test`']],
  [
    'val.auroc(score)',
    'source.auroc(score)',
    [
      'D107 source.auroc(score): `source.auroc(score)` chooses by a test set: what `source` measures would no longer be unseen (leakage)',
    ],
  ],
  [
    'val.auroc(score)',
    'val.average_precision(score)',
    ['D106 val.average_precision(score): no evaluation produces `val.average_precision(score)`'],
  ],
  ['val.auroc(score)', 'val.auroc(anomaly_map)', []],
  [
    'val.auroc(score)',
    'val.auroc(small_map)',
    [
      'D106 val.auroc(small_map): no evaluation produces `val.auroc(small_map)`; did you mean `val.auroc(anomaly_map)`?',
    ],
  ],
  [
    'val.auroc(score)',
    'auroc(score)',
    [
      'D100 auroc(score): `monitor` takes a number of the validation, such as `val.auroc(score)`, and this is a call of `auroc`',
    ],
  ],
  [
    'val.auroc(score)',
    'score',
    ['D100 score: `monitor` takes a number of the validation, such as `val.auroc(score)`, and this is `score`'],
  ],
  [
    'val.auroc(score)',
    'val.auroc()',
    [
      'D100 val.auroc(): `monitor` takes a number of the validation, such as `val.auroc(score)`, and this is a metric without an output',
    ],
  ],
  ['val.auroc(score)', 'val.within(severity, 0.1)', []],
  [
    'val.auroc(score)',
    'val.within(severity, 0.2)',
    [
      'D106 val.within(severity, 0.2): no evaluation produces `val.within(severity, 0.2)`; did you mean `val.within(severity, 0.1)`?',
    ],
  ],
  [
    'patience = 10 epochs',
    'patience = 10px',
    ['D076 10px: `patience` takes a whole number of epochs, and this is 10px'],
  ],
  [
    'patience = 10 epochs',
    'patience = 10 steps',
    ['D076 10 steps: `patience` takes a whole number of epochs, and this is 10 steps'],
  ],
  ['patience = 10 epochs', 'patience = 10', []],
  ['precision = bf16', 'precision = fp16', ['D077 fp16: `precision` cannot be `fp16`']],
  [
    'precision = bf16',
    'precision = float16',
    ['D077 float16: `precision` cannot be `float16`; did you mean `float32`?'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps([24 epochs, 40 epochs], 0.2)',
    ['D110 40 epochs: the learning rate never changes at 40 epochs: the training has 30 epochs'],
  ],
  [
    'precision = bf16',
    'learning_rate = 1e-4',
    ['D082 1e-4: `learning_rate` takes a schedule of the learning rate, and this is the number 0.0001'],
  ],
  ['precision = bf16', 'learning_rate = cosine()', ['D070 cosine: `cosine` is not a schedule of the learning rate']],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', '', []],
  ['weight_decay = 1e-4', 'weight_decay = -1', ['D078 -1: `weight_decay` must be at least 0, and this is -1']],
  ['lr = 1e-4', 'lr = 0', ['D078 0: `lr` must be more than 0, and this is 0']],
  ['lr = 1e-4', 'lr = 10%', ['D076 10%: `lr` takes a number without a unit, and this is 10%']],
  ['lr = 1e-4', 'beta1 = 1', ['D078 1: `beta1` must be at least 0 and less than 1, and this is 1']],
  ['keep = 3', 'keep = 0', ['D078 0: `keep` must be at least 1, and this is 0']],
  [
    'keep_best(val.f1_max(score), keep = 3)',
    'keep_best(keep = 3)',
    ['D073 keep_best: `keep_best` needs `monitor`, and nothing is given'],
  ],
  [
    'keep_best(val.f1_max(score), keep = 3)',
    'keepbest(val.f1_max(score))',
    ['D070 keepbest: `keepbest` is not a rule for keeping checkpoints; did you mean `keep_best`?'],
  ],
  ['patience = 10 epochs', 'min_delta = -0.1', ['D078 -0.1: `min_delta` must be at least 0, and this is -0.1']],
  [
    'precision = bf16',
    'learning_rate = steps(at = [], factor = 0.2)',
    ['D078 []: `at` must be a list that is not empty, and this is an empty list'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [80%], factor = 0)',
    ['D078 0: `factor` must be more than 0, and this is 0'],
  ],
  ['precision = bf16', 'learning_rate = steps(at = 80%)', ['D075 80%: `at` takes a list, and this is 80%']],
  [
    'precision = bf16',
    'learning_rate = steps(at = [120%])',
    ['D078 120%: `at` must be more than 0% and at most 100%, and this is 120%'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [100 steps])',
    ['D076 100 steps: `at` takes a number in epochs or percent, and this is 100 steps'],
  ],
  ['precision = bf16', 'max_steps = 0', ['D078 0: `max_steps` must be at least 1 step, and this is 0 steps']],
  [
    'precision = bf16',
    'max_steps = 10 epochs',
    ['D076 10 epochs: `max_steps` takes a whole number of steps, and this is 10 epochs'],
  ],
  [
    'precision = bf16',
    'validate_every = 3',
    ['D080 validate_every: `train` has no setting `validate_every`; did you mean `validate`?'],
  ],
]

describe('settings of training', () => {
  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
