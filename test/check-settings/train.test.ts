import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['adamw(lr', 'adamm(lr', ['D020 adamm: there is no optimizer `adamm`; did you mean `adam`?']],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', 'adamw', []],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    '1e-4',
    ['D030 1e-4: `optimizer` of `train` must be an optimizer, and this is the number 0.0001'],
  ],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    '"adam"',
    ['D030 "adam": `optimizer` of `train` must be an optimizer, and this is the string "adam"'],
  ],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', 'adamw(1e-4, 0.9)', ['D034 0.9: `adamw` takes all but `lr` by name only']],
  ['lr = 1e-4', 'learning_rate = 1e-4', ['D034 learning_rate: `adamw` has no parameter `learning_rate`']],
  ['lr = 1e-4', 'lrr = 1e-4', ['D034 lrr: `adamw` has no parameter `lrr`; did you mean `lr`?']],
  [
    'epochs = 30',
    'epochs = 30px',
    ['D032 30px: `epochs` of `train` must be a whole number of epochs, and this is 30px'],
  ],
  [
    'epochs = 30',
    'epochs = 30 steps',
    ['D032 30 steps: `epochs` of `train` must be a whole number of epochs, and this is 30 steps'],
  ],
  [
    'epochs = 30',
    'epochs = 0',
    ['D059 0: `epochs` of `train` must be from 1 epoch to 1000000 epochs, and this is 0 epochs'],
  ],
  ['epochs = 30', 'epoch = 30', ['D034 epoch: `train` has no parameter `epoch`; did you mean `epochs`?']],
  ['epochs = 30\n', '\n', ['D033 train: `train` needs `epochs`']],
  [
    'epochs = 30',
    'epochs = 5',
    ['D108 10 epochs: early stopping can never happen: its patience is 10 epochs, and the training has 5'],
  ],
  [
    'every(1 epoch)',
    'every(1)',
    ['D032 1: `interval` of `every` must be a number in epochs or steps, and this is 1 without a unit'],
  ],
  ['every(1 epoch)', 'every()', ['D033 every: `every` needs `interval`']],
  [
    'every(1 epoch)',
    'every(40 epochs)',
    [
      'D113 40 epochs: validation is due every 40 epochs, and the training ends after 30 epochs: the only one is at the end',
    ],
  ],
  ['every(1 epoch)', '1 epoch', ['D030 1 epoch: `validate` of `train` must be an interval, and this is 1 epoch']],
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
    ['D032 10px: `patience` of `early_stop` must be a whole number of epochs, and this is 10px'],
  ],
  [
    'patience = 10 epochs',
    'patience = 10 steps',
    ['D032 10 steps: `patience` of `early_stop` must be a whole number of epochs, and this is 10 steps'],
  ],
  ['patience = 10 epochs', 'patience = 10', []],
  [
    'precision = bf16',
    'precision = fp16',
    ['D030 fp16: `precision` of `train` must be `float32`, `bf16` or `float64`, and this is `fp16`'],
  ],
  [
    'precision = bf16',
    'precision = float16',
    ['D030 float16: `precision` of `train` must be `float32`, `bf16` or `float64`, and this is `float16`'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps([24 epochs, 40 epochs], 0.2)',
    ['D110 40 epochs: the learning rate never changes at 40 epochs: the training has 30 epochs'],
  ],
  [
    'precision = bf16',
    'learning_rate = 1e-4',
    ['D030 1e-4: `learning_rate` of `train` must be a schedule of the learning rate, and this is the number 0.0001'],
  ],
  [
    'precision = bf16',
    'learning_rate = polynomial()',
    ['D020 polynomial: there is no schedule of the learning rate `polynomial`'],
  ],
  ['adamw(lr = 1e-4, weight_decay = 1e-4)', '', []],
  [
    'weight_decay = 1e-4',
    'weight_decay = -1',
    ['D059 -1: `weight_decay` of `adamw` must be at least 0, and this is -1'],
  ],
  ['lr = 1e-4', 'lr = 0', ['D059 0: `lr` of `adamw` must be more than 0, and this is 0']],
  ['lr = 1e-4', 'lr = 10%', ['D032 10%: `lr` of `adamw` must be a number without a unit, and this is 10%']],
  ['lr = 1e-4', 'beta1 = 1', ['D059 1: `beta1` of `adamw` must be at least 0 and less than 1, and this is 1']],
  ['keep = 3', 'keep = 0', ['D059 0: `keep` of `keep_best` must be at least 1, and this is 0']],
  ['keep_best(val.f1_max(score), keep = 3)', 'keep_best(keep = 3)', ['D033 keep_best: `keep_best` needs `monitor`']],
  [
    'keep_best(val.f1_max(score), keep = 3)',
    'keepbest(val.f1_max(score))',
    ['D020 keepbest: there is no rule for keeping checkpoints `keepbest`; did you mean `keep_best`?'],
  ],
  [
    'patience = 10 epochs',
    'min_delta = -0.1',
    ['D059 -0.1: `min_delta` of `early_stop` must be at least 0, and this is -0.1'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [], factor = 0.2)',
    ['D059 []: `at` of `steps` must be a list that is not empty, and this is an empty list'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [80%], factor = 0)',
    ['D059 0: `factor` of `steps` must be more than 0, and this is 0'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = 80%)',
    ['D030 80%: `at` of `steps` must be a list, and this is 80%'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [120%])',
    ['D059 120%: `at` of `steps` must be more than 0% and at most 100%, and this is 120%'],
  ],
  [
    'precision = bf16',
    'learning_rate = steps(at = [100 steps])',
    ['D032 100 steps: `at` of `steps` must be a number in epochs or percent, and this is 100 steps'],
  ],
  [
    'precision = bf16',
    'max_steps = 0',
    ['D059 0: `max_steps` of `train` must be from 1 step to 1000000000 steps, and this is 0 steps'],
  ],
  [
    'precision = bf16',
    'max_steps = 10 epochs',
    ['D032 10 epochs: `max_steps` of `train` must be a whole number of steps, and this is 10 epochs'],
  ],
  ['precision = bf16', 'validate_every = 3', ['D034 validate_every: `train` has no parameter `validate_every`']],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    'torch.optim.Adam(lr = 1e-4)',
    [
      'D030 torch.optim.Adam(lr = 1e-4): `optimizer` of `train` must be an optimizer, and this is a call of `torch.optim.Adam`',
    ],
  ],
  [
    'adamw(lr = 1e-4, weight_decay = 1e-4)',
    'if 1 < 2 { adam(lr = 0) } else { sgdd() }',
    [
      'D059 0: `lr` of `adam` must be more than 0, and this is 0',
      'D020 sgdd: there is no optimizer `sgdd`; did you mean `sgd`?',
    ],
  ],
  [
    'val.auroc(score), patience',
    'val.auroc(score, 2), patience',
    ['D034 2: `auroc` takes all but `output` by name only'],
  ],
]

describe('settings of training', () => {
  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
