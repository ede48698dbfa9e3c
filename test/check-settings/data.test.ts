import { describe, expect, test } from 'vitest'
import { edited } from './example.js'
import { checkSettings } from './harness.js'

/** What the example has, what stands there instead, and all that is then told: code, text under the caret, message. */
const cases: readonly (readonly [from: string, to: string, told: readonly string[]])[] = [
  ['hdmap(', 'hdmapp(', ['D020 hdmapp: there is no data source `hdmapp`; did you mean `hdmap`?']],
  ['hdmap(\n', 'btad(\n', ['D020 btad: there is no data source `btad`']],
  ['batch = 16, eval', 'bacth = 16, eval', ['D034 bacth: `hdmap` has no parameter `bacth`; did you mean `batch`?']],
  ['batch = 16, eval', 'batch = 16, batch = 8, eval', ['D035 batch: `hdmap` is given `batch` twice']],
  ['root = "maps", source = domain_A', 'source = domain_A', ['D033 hdmap: `hdmap` needs `root`']],
  [
    'root = "maps", source = domain_A',
    'channels = 3',
    ['D033 hdmap: `hdmap` needs `root`, `source`', 'D035 channels: `hdmap` is given `channels` twice'],
  ],
  [
    'root = "maps", source',
    'rooot = "maps", source',
    ['D034 rooot: `hdmap` has no parameter `rooot`; did you mean `root`?'],
  ],
  [
    'root = "maps"',
    'root = ""',
    ['D059 "": `root` of `hdmap` must be a text that is not empty, and this is an empty text'],
  ],
  ['root = "maps"', 'root = maps', ['D030 maps: `root` of `hdmap` must be a path in quotes, and this is `maps`']],
  [
    'root = "maps"',
    'root = data/maps',
    ['D030 data/maps: `root` of `hdmap` must be a path in quotes, and this is `data/maps`'],
  ],
  ['root = "maps"', 'root = 5', ['D030 5: `root` of `hdmap` must be a path in quotes, and this is the integer 5']],
  ['root = "maps"', '"maps"', ['D034 "maps": `hdmap` takes its parameters by name only']],
  [
    'batch = 16, eval',
    'batch = 16px, eval',
    ['D032 16px: `batch` of `hdmap` must be a whole number of images without a unit, and this is 16px'],
  ],
  ['batch = 16, eval', 'batch = 0, eval', ['D059 0: `batch` of `hdmap` must be from 1 to 4096, and this is 0']],
  ['batch = 16, eval', 'batch = -4, eval', ['D059 -4: `batch` of `hdmap` must be from 1 to 4096, and this is -4']],
  [
    'batch = 16, eval',
    'batch = 1.5, eval',
    ['D030 1.5: `batch` of `hdmap` must be a whole number, and this is the number 1.5'],
  ],
  [
    'batch = 16, eval',
    'batch = "16", eval',
    ['D030 "16": `batch` of `hdmap` must be a whole number, and this is the string "16"'],
  ],
  [
    'batch = 16, eval',
    'batch = [16], eval',
    ['D030 [16]: `batch` of `hdmap` must be a whole number, and this is a list of 1'],
  ],
  [
    'batch = 16, eval',
    'batch = 10%, eval',
    ['D032 10%: `batch` of `hdmap` must be a whole number of images without a unit, and this is 10%'],
  ],
  ['channels = 3', 'channels = 2', ['D059 2: `channels` of `hdmap` must be 1 or 3, and this is 2']],
  [
    'image = 64x96',
    'image = 64',
    ['D030 64: `image` of `hdmap` must be a size, height x width, such as 32x96, and this is the integer 64'],
  ],
  [
    'image = 64x96',
    'image = [64, 96]',
    ['D030 [64, 96]: `image` of `hdmap` must be a size, height x width, such as 32x96, and this is a list of 2'],
  ],
  [
    'image = 64x96',
    'image = 64px',
    ['D030 64px: `image` of `hdmap` must be a size, height x width, such as 32x96, and this is 64px'],
  ],
  ['image = 64x96', 'image = 0x96', ['D059 0x96: `image` of `hdmap` must be from 1 to 16384, and this is 0']],
  [
    'resize = bilinear',
    'resize = bilinaer',
    ['D030 bilinaer: `resize` of `hdmap` must be `bilinear` or `nearest`, and this is `bilinaer`'],
  ],
  [
    'resize = bilinear',
    'resize = "bilinear"',
    ['D030 "bilinear": `resize` of `hdmap` must be `bilinear` or `nearest`, and this is the string "bilinear"'],
  ],
  [
    'resize = bilinear',
    'resize = cubic',
    ['D030 cubic: `resize` of `hdmap` must be `bilinear` or `nearest`, and this is `cubic`'],
  ],
  [
    'resize = bilinear',
    'resize = 3',
    ['D030 3: `resize` of `hdmap` must be `bilinear` or `nearest`, and this is the integer 3'],
  ],
  [
    'range = [0, 1]',
    'range = [1, 0]',
    ['D038 [1, 0]: `range` goes from 1 to 0: the low end is not below the high end'],
  ],
  [
    'range = [0, 1]',
    'range = [1, 1]',
    ['D038 [1, 1]: `range` goes from 1 to 1: the low end is not below the high end'],
  ],
  [
    'range = [0, 1]',
    'range = 1',
    ['D030 1: `range` of `hdmap` must be a range, such as `0 .. 1`, and this is the integer 1'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1, 2]',
    ['D030 [0, 1, 2]: `range` of `hdmap` must be a range, such as `0 .. 1`, and this is a list of 3'],
  ],
  [
    'range = [0, 1]',
    'range = 0 .. 100%',
    ['D032 100%: `range` of `hdmap` must be a number without a unit, and this is 100%'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1], normalise = minmax(3, 1)',
    ['D038 1: `low` is 3 and `high` is 1: the low end is not below the high end'],
  ],
  ['range = [0, 1]', 'range = [0, 1], normalise = minmax(1)', ['D033 minmax: `minmax` needs `high`']],
  ['range = [0, 1]', 'range = [0, 1], normalise = none', []],
  [
    'range = [0, 1]',
    'range = [0, 1], antialias = yes',
    ['D030 yes: `antialias` of `hdmap` must be `true` or `false`, and this is `yes`'],
  ],
  [
    'range = [0, 1]',
    'range = [0, 1], cache = 512px',
    ['D032 512px: `cache` of `hdmap` must be a whole number of MiB without a unit, and this is 512px'],
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
    ['D059 120%: `fraction` of `held_out` must be more than 0% and less than 100%, and this is 120%'],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'held_out(0.1, faults = real)',
    ['D030 real: `faults` of `held_out` must be `synthetic`, and this is `real`'],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'held_out(10px)',
    ['D032 10px: `fraction` of `held_out` must be a share, such as 50% or 0.5, and this is 10px'],
  ],
  [
    'held_out(10%, faults = synthetic)',
    'heldout(10%)',
    ['D020 heldout: there is no validation set `heldout`; did you mean `held_out`?'],
  ],
  ['[domain_B, domain_C]', '[domain_B, domain_B]', ['D085 domain_B: the target `domain_B` is listed twice']],
  [
    '[domain_B, domain_C]',
    '[domain_B, domain_A]',
    [
      'D084 domain_A: the source `domain_A` is also a target: what is measured on unseen domains would include the one it was trained on',
    ],
  ],
  [
    '[domain_B, domain_C]',
    '[".."]',
    ['D059 "..": `targets` of `hdmap` must be one name, without `/`, and this is ".."'],
  ],
  [
    'source = domain_A',
    'source = "../maps/domain_A"',
    ['D059 "../maps/domain_A": `source` of `hdmap` must be one name, without `/`, and this is "../maps/domain_A"'],
  ],
  [
    '[domain_B, domain_C]',
    'domain_B',
    ['D030 domain_B: `targets` of `hdmap` must be a list or `auto`, and this is `domain_B`'],
  ],
  ['[domain_B, domain_C]', 'all', ['D030 all: `targets` of `hdmap` must be a list or `auto`, and this is `all`']],
  ['[domain_B, domain_C]', '[]', ['D109 targets.test: `targets.test` is empty: the data has `targets = []`']],
  ['batch = 16, eval', 'batch = , eval', []],
  ['held_out(10%, faults = synthetic)', 'held_out(', []],
]

const fixes: readonly (readonly [from: string, to: string, help: string])[] = [
  ['channels = 3', 'drop_last = no', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = 0', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = False', 'Write `drop_last = false`.'],
  ['channels = 3', 'drop_last = "yes"', 'Write `drop_last = true`.'],
  ['channels = 3', 'drop_last = maybe', 'Write `drop_last = true` or `drop_last = false`.'],
  ['width = 16px .. 64px', 'width = 24px', 'Write `width = 24px .. 24px`.'],
  ['width = 16px .. 64px', 'width = [1px, 2px, 3px]', 'Write `width = 10% .. 25%`.'],
]

describe('settings of the data', () => {
  test.each(fixes)('%s -> %s: %s', (from, to, help) => {
    expect(checkSettings(edited([from, to])).diagnostics.map((diagnostic) => diagnostic.help)).toEqual([help])
  })

  test.each(cases)('%s -> %s', (from, to, told) => {
    expect(checkSettings(edited([from, to])).told).toEqual(told)
  })
})
