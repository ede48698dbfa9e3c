import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['hdmap(', 'hdmapp(', ['D070 hdmapp: `hdmapp` is not a data source; did you mean `hdmap`?']],
  ['hdmap(\n', 'mvtec(\n', ['D070 mvtec: `mvtec` is not a data source']],
  ['batch = 16, eval', 'bacth = 16, eval', ['D071 bacth: `hdmap` has no parameter `bacth`; did you mean `batch`?']],
  ['batch = 16, eval', 'batch = 16, batch = 8, eval', ['D072 batch: `batch` of `hdmap` is given twice']],
  ['root = "maps", source = domain_A', 'source = domain_A', ['D073 hdmap: `hdmap` needs `root`, and nothing is given']],
  [
    'root = "maps", source = domain_A',
    'channels = 3',
    [
      'D073 hdmap: `hdmap` needs `root`, `source`, and nothing is given',
      'D072 channels: `channels` of `hdmap` is given twice',
    ],
  ],
  [
    'root = "maps", source',
    'rooot = "maps", source',
    ['D071 rooot: `hdmap` has no parameter `rooot`; did you mean `root`?'],
  ],
  ['root = "maps"', 'root = ""', ['D078 "": `root` must be a text that is not empty, and this is an empty text']],
  ['root = "maps"', 'root = maps', ['D075 maps: `root` takes a path in quotes, and this is `maps`']],
  ['root = "maps"', 'root = 5', ['D075 5: `root` takes a path in quotes, and this is the number 5']],
  ['root = "maps"', '"maps"', ['D074 "maps": `hdmap` takes its parameters by name only']],
  [
    'batch = 16, eval',
    'batch = 16px, eval',
    ['D076 16px: `batch` takes a whole number of images without a unit, and this is 16px'],
  ],
  ['batch = 16, eval', 'batch = 0, eval', ['D078 0: `batch` must be from 1 to 4096, and this is 0']],
  ['batch = 16, eval', 'batch = -4, eval', ['D078 -4: `batch` must be from 1 to 4096, and this is -4']],
  ['batch = 16, eval', 'batch = 1.5, eval', ['D075 1.5: `batch` takes a whole number, and this is the number 1.5']],
  ['batch = 16, eval', 'batch = "16", eval', ['D075 "16": `batch` takes a whole number, and this is the text "16"']],
  ['batch = 16, eval', 'batch = [16], eval', ['D075 [16]: `batch` takes a whole number, and this is a list']],
  [
    'batch = 16, eval',
    'batch = 10%, eval',
    ['D076 10%: `batch` takes a whole number of images without a unit, and this is 10%'],
  ],
  ['channels = 3', 'channels = 2', ['D078 2: `channels` must be 1 or 3, and this is 2']],
  [
    'image = 64x96',
    'image = 64',
    ['D075 64: `image` takes a size, height x width, such as 32x96, and this is the number 64'],
  ],
  [
    'image = 64x96',
    'image = [64, 96]',
    ['D075 [64, 96]: `image` takes a size, height x width, such as 32x96, and this is a list'],
  ],
  [
    'image = 64x96',
    'image = 64px',
    ['D075 64px: `image` takes a size, height x width, such as 32x96, and this is 64px'],
  ],
  ['image = 64x96', 'image = 0x96', ['D078 0x96: `image` must be from 1 to 16384, and this is 0']],
  [
    'resize = bilinear',
    'resize = bilinaer',
    ['D077 bilinaer: `resize` cannot be `bilinaer`; did you mean `bilinear`?'],
  ],
  [
    'resize = bilinear',
    'resize = "bilinear"',
    ['D075 "bilinear": `resize` takes `bilinear` or `nearest`, and this is the text "bilinear"'],
  ],
  ['resize = bilinear', 'resize = cubic', ['D077 cubic: `resize` cannot be `cubic`']],
  ['resize = bilinear', 'resize = 3', ['D075 3: `resize` takes `bilinear` or `nearest`, and this is the number 3']],
  [
    'range = [0, 1]',
    'range = [1, 0]',
    ['D079 [1, 0]: `range` goes from 1 to 0: the low end is not below the high end'],
  ],
  [
    'range = [0, 1]',
    'range = [1, 1]',
    ['D079 [1, 1]: `range` goes from 1 to 1: the low end is not below the high end'],
  ],
  ['range = [0, 1]', 'range = 1', ['D075 1: `range` takes a range, such as `0 .. 1`, and this is the number 1']],
  [
    'range = [0, 1]',
    'range = [0, 1, 2]',
    ['D075 [0, 1, 2]: `range` takes a range, such as `0 .. 1`, and this is a list'],
  ],
  ['range = [0, 1]', 'range = 0 .. 100%', ['D076 100%: `range` takes a number without a unit, and this is 100%']],
  [
    'range = [0, 1]',
    'range = [0, 1], normalise = minmax(3, 1)',
    ['D079 1: `low` is 3 and `high` is 1: the low end is not below the high end'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1], normalise = minmax(1)',
    ['D073 minmax: `minmax` needs `high`, and nothing is given'],
  ],
  ['range = [0, 1]', 'range = [0, 1], normalise = none', []],
  [
    'range = [0, 1]',
    'range = [0, 1], antialias = yes',
    ['D075 yes: `antialias` takes `true` or `false`, and this is `yes`'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1], cache = 512px',
    ['D076 512px: `cache` takes a whole number of MiB without a unit, and this is 512px'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1], padding = noise',
    ['D088 noise: `padding` changes nothing: `fit = stretch` leaves nothing to fill'],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'reference',
    [
      "D087 reference: validation is the source's test set: early stopping and the choice of a checkpoint see the images that the result is measured on (leakage)",
    ],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'held_out(120%)',
    ['D078 120%: `fraction` must be more than 0% and less than 100%, and this is 120%'],
  ],
  ['held_out(10%, faults = synthetic)', 'held_out(0.1, faults = real)', ['D077 real: `faults` cannot be `real`']],
  [
    'held_out(10%, faults = synthetic)',
    'held_out(10px)',
    ['D076 10px: `fraction` takes a share, such as 50% or 0.5, and this is 10px'],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'heldout(10%)',
    ['D070 heldout: `heldout` is not a validation set; did you mean `held_out`?'],
  ],
  ['[domain_B, domain_C]', '[domain_B, domain_B]', ['D085 domain_B: the target `domain_B` is listed twice']],
  [
    '[domain_B, domain_C]',
    '[domain_B, domain_A]',
    [
      'D084 domain_A: the source `domain_A` is also a target: what is measured on unseen domains would include the one it was trained on',
    ],
  ],
  ['[domain_B, domain_C]', '[".."]', ['D078 "..": `targets` must be one name, without `/`, and this is ".."']],
  [
    'source = domain_A',
    'source = "../maps/domain_A"',
    ['D078 "../maps/domain_A": `source` must be one name, without `/`, and this is "../maps/domain_A"'],
  ],
  ['[domain_B, domain_C]', 'domain_B', ['D075 domain_B: `targets` takes a list or `auto`, and this is `domain_B`']],
  ['[domain_B, domain_C]', 'all', ['D075 all: `targets` takes a list or `auto`, and this is `all`']],
  ['[domain_B, domain_C]', '[]', ['D109 targets.test: `targets.test` is empty: the data has `targets = []`']],
  ['batch = 16, eval', 'batch = , eval', []],
  ['held_out(10%, faults = synthetic)', 'held_out(', []],
]

const mends: readonly (readonly [from: string, to: string, help: string])[] = [
  ['channels = 3', 'drop_last = no', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = 0', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = False', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = "yes"', 'Write `drop_last = true`.'],
  ['channels = 3', 'drop_last = maybe', 'Write `drop_last = true` or `drop_last = false`.'],
  ['width = 16px .. 64px', 'width = 24px', 'Write `width = 24px .. 24px`.'],
  ['width = 16px .. 64px', 'width = [1px, 2px, 3px]', 'Write `width = 10% .. 25%`.'],
]

describe('settings of the data', () => {
  test.each(mends)('%s -> %s: %s', (from, to, help) => {
    expect(checkSettings(edited([from, to])).diagnostics.map((diagnostic) => diagnostic.help)).toEqual([help])
  })

  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
