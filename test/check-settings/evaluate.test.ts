import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  [
    'auroc(severity)',
    'auroc(anomaly_map)',
    [
      'D105 anomaly_map: `auroc(anomaly_map)` in `image` needs one number an image, and `anomaly_map` is a map of probabilities (64x96x1)',
    ],
  ],
  [
    'auroc(severity)',
    'auroc(pooled)',
    ['D105 pooled: `auroc(pooled)` in `image` needs one number an image, and `pooled` is a vector (512)'],
  ],
  ['auroc(severity)', 'auroc(severty)', ['D103 severty: the model has no output `severty`; did you mean `severity`?']],
  ['auroc(severity)', 'auroc(seg)', ['D103 seg: the model has no output `seg`']],
  [
    'auroc(severity)',
    'auroc(1 - score)',
    ['D104 1 - score: a metric measures an output by its name, and this is an expression'],
  ],
  [
    'auroc(severity)',
    'mae(severity)',
    ['D030 mae: `image` of `evaluate` must be a metric of images, and this is `mae`, a metric of `values`'],
  ],
  ['auroc(severity)', 'auroc(score)', ['D111 auroc(score): `auroc(score)` is listed twice']],
  [
    'pixel = [auroc(anomaly_map)',
    'pixel = [auroc(score)',
    ['D105 score: `auroc(score)` in `pixel` needs one number a pixel, and `score` is a value (one number an image)'],
  ],
  [
    'pixel = [auroc(anomaly_map)',
    'pixel = [auroc(seg.mask)',
    [
      'D105 seg.mask: `auroc(seg.mask)` in `pixel` needs one number a pixel, and `seg.mask` is a map of logits (64x96x2)',
    ],
  ],
  [
    'pixel = [auroc(anomaly_map)',
    'pixel = [auroc(small_map)',
    [
      "D105 small_map: `auroc(small_map)` in `pixel` needs a map of the image's size, 64x96, and `small_map` is a map of probabilities (32x48x1)",
    ],
  ],
  [
    'pixel = [auroc(anomaly_map)',
    'pixel = [auroc(recon)',
    ['D105 recon: `auroc(recon)` in `pixel` needs one number a pixel, and `recon` is a map (64x96x3)'],
  ],
  ['pixel = [', 'pixels = [', ['D034 pixels: `evaluate` has no parameter `pixels`; did you mean `pixel`?']],
  [
    'image = [auroc(score), auroc(severity), f1_max(score)]',
    'image = auroc(score)',
    ['D030 auroc(score): `image` of `evaluate` must be a list, and this is `auroc`, a metric'],
  ],
  [
    'mae(severity)',
    'mae(squashed)',
    [
      'D114 squashed: `mae(squashed)` compares `squashed` in [0, 1] with severities in [0, 2]: part of them cannot be reached',
    ],
  ],
  [
    'within(severity, 0.1)',
    'within(severity, -0.1)',
    ['D059 -0.1: `tolerance` of `within` must be more than 0, and this is -0.1'],
  ],
  [
    'within(severity, 0.1)',
    'within(severity, 10%)',
    ['D032 10%: `tolerance` of `within` must be a number without a unit, and this is 10%'],
  ],
  [
    '[source.test, targets.test]',
    '[source.test, target.test]',
    ['D030 target.test: `on` of `evaluate` must be `source.test` or `targets.test`, and this is `target.test`'],
  ],
  [
    '[source.test, targets.test]',
    'source.test',
    ['D030 source.test: `on` of `evaluate` must be a list, and this is `source.test`'],
  ],
  [
    '[source.test, targets.test]',
    '[source.test, source.test]',
    ['D059 source.test: `on` of `evaluate` must be a list without repetition, and this is source.test again'],
  ],
  [
    '[source.test, targets.test]',
    '[]',
    ['D059 []: `on` of `evaluate` must be a list that is not empty, and this is an empty list'],
  ],
]

describe('settings of evaluation', () => {
  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
