import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['additive(probability', 'perlin(probability', ['D020 perlin: there is no synthesis of faults `perlin`']],
  [
    'probability = 50%',
    'probability = 150%',
    ['D059 150%: `probability` of `additive` must be from 0% to 100%, and this is 150%'],
  ],
  [
    'probability = 50%',
    'probability = 50',
    ['D032 50: `probability` of `additive` must be a share, such as 50% or 0.5, and this is 50 without a unit'],
  ],
  ['probability = 50%', 'probability = 0', ['D089 0: no training image ever gets a fault: the probability is 0%']],
  [
    'probability = 50%',
    'probability = 50px',
    ['D032 50px: `probability` of `additive` must be a share, such as 50% or 0.5, and this is 50px'],
  ],
  [
    'width = 16px .. 64px',
    'width = 16 .. 64',
    ['D032 16: `width` of `additive` must be a number in px or percent, and this is 16 without a unit'],
  ],
  [
    'width = 16px .. 64px',
    'width = 64px .. 16px',
    ['D038 64px .. 16px: `width` goes from 64px to 16px: the low end is above the high end'],
  ],
  [
    'width = 16px .. 64px',
    'width = 16px .. 50%',
    ['D032 16px .. 50%: `width` of `additive` must be one unit for both ends, and this is 16px .. 50%'],
  ],
  [
    'width = 16px .. 64px',
    'width = 16px',
    ['D030 16px: `width` of `additive` must be a range, such as `16px .. 64px` or `10% .. 25%`, and this is 16px'],
  ],
  [
    'width = 16px .. 64px',
    'width = 16px .. 128px',
    ['D083 16px .. 128px: a patch can be 128px wide, and the image is 96px wide (64x96)'],
  ],
  ['width = 16px .. 64px', 'width = 16px .. 96px, ', []],
  [
    'ratio = 0.4 .. 0.67',
    'ratio = 0.4 .. 2.0',
    ['D083 0.4 .. 2.0: a patch can be 128px high, and the image is 64px high (64x96)'],
  ],
  [
    'width = 16px .. 64px',
    'width = 0px .. 64px',
    ['D059 0px: `width` of `additive` must be at least 1px, and this is 0px'],
  ],
  [
    'width = 16px .. 64px',
    'width = 10% .. 150%',
    ['D059 150%: `width` of `additive` must be more than 0% and at most 100%, and this is 150%'],
  ],
  [
    'width = 16px .. 64px',
    'width = 16.5px .. 64px',
    ['D030 16.5px: `width` of `additive` must be a whole number of px, and this is 16.5px'],
  ],
  [
    'ratio = 0.4 .. 0.67',
    'ratio = 40% .. 67%',
    ['D032 40%: `ratio` of `additive` must be a number without a unit, and this is 40%'],
  ],
  [
    'severity = 0 .. 2.0',
    'severity = -1 .. 2.0',
    ['D119 -1 .. 2.0: the severity of a fault must lie in a known range from 0 on, and this reaches -1'],
  ],
  [
    'severity = 0 .. 2.0',
    'severity = 0 .. 0',
    ['D089 0 .. 0: no training image ever gets a fault: the severity is 0 .. 0'],
  ],
  [
    'severity = 0 .. 2.0',
    'severity = 2.0',
    ['D030 2.0: `severity` of `additive` must be a range, such as `0 .. 1`, and this is the number 2.0'],
  ],
  ['patches = 1', 'patches = 4', ['D059 4: `patches` of `additive` must be from 1 to 3, and this is 4']],
  ['patches = 1', 'patch = 1', ['D034 patch: `additive` has no parameter `patch`; did you mean `patches`?']],
]

describe('settings of the synthesis', () => {
  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
