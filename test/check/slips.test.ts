import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkText, told } from './harness.js'

/** The shipped pipeline with a block, a type and an enum of its own, and a pipeline that extends it. */
const text = `${readFileSync(new URL('../../pipelines/quickstart.draem', import.meta.url), 'utf8')
  .replace(
    'recon       = reconstructive(image',
    'early       = unit(image, 12)\n    recon       = reconstructive(early',
  )
  .replace(/ *\/\/.*/g, '')}
block unit(x: map, channels: int) -> map {
  conv = x |> conv2d(channels, kernel = 3)
  norm = conv |> batch_norm
  return relu(norm)
}

type pair = { m: map, n: map }
enum mode { plain, other }

block two(p: pair, way: mode) -> map {
  return match way { plain => p.m, other => p.m + p.n }
}

pipeline child extends quickstart {
  remove loss.regression
  loss.total = reconstruction + segmentation
  allow D057 because "the head is left as it is"
  allow D062 because "the score is of the base"
}
`

/** One slip each: what is replaced, by what, and the one message with its line (from that of the slip, which is 1) and column. */
const slips: readonly (readonly [string, string, string])[] = [
  // The declaration is torn, and not unknown where it is used.
  ['block unit(', 'def unit(', 'D001 at 1:1'],
  ['block unit(', 'blokc unit(', 'D001 at 1:1'],
  ['block unit(', 'block unit ', 'D004 at 1:33'],
  ['int) -> map {\n  conv', 'int) => map {\n  conv', 'D001 at 1:35'],
  ['int) -> map {\n  conv', 'int): map {\n  conv', 'D001 at 1:34'],
  ['int) -> map {\n  conv', 'int) -> map :\n  conv', 'D001 at 1:42'],
  ['x: map, channels', 'x, channels', 'D001 at 1:13'],
  ['x: map, channels', 'x: map,, channels', 'D010 at 1:19'],
  ['type pair =', 'type pair', 'D001 at 1:11'],
  ['type pair =', 'typ pair =', 'D001 at 1:1'],
  ['enum mode {', 'enmu mode {', 'D001 at 1:1'],
  ['import "std', 'imprt "std', 'D001 at 1:1'],
  ['import "std/draem"', 'from "std/draem" import *', 'D001 at 1:1'],
  // What stands behind a declaration takes away neither it nor the next.
  ['relu(norm)\n}', 'relu(norm)\n};', 'D002 at 2:2'],
  ['relu(norm)\n}', 'relu(norm)\n} +', 'D001 at 2:3'],
  ['relu(norm)\n}', 'relu(norm)\n}.', 'D001 at 2:2'],
  // What the torn statement uses is used.
  ['conv = x', 'conv : x', 'D001 at 1:8'],
  ['conv = x |>', 'conv = x ->', 'D015 at 1:12'],
  ['return relu', 'retunr relu', 'D001 at 1:3'],
  ['regression     =', 'regression     :', 'D001 at 1:20'],
  // Braces.
  ['model {', 'model:', 'D001 at 1:8'],
  ['loss {', 'loss:', 'D001 at 1:7'],
  ['model {', 'model begin', 'D001 at 1:9'],
  ['channels = 1)\n    seg', 'channels = 1)\n  }\n    seg', 'D004 at 2:3'],
  ['  }\n\n  loss', '  }}\n\n  loss', 'D004 at 1:4'],
  ['  }\n\n  loss', '  }\n  }\n\n  loss', 'D004 at 2:3'],
  ['hidden = 32)', 'hidden = 32)\n}', 'D004 at 2:1'],
  // Text of other languages.
  ['"std/draem"', '“std/draem”', 'D002 at 1:8'],
  ['"std/draem"', '`std/draem`', 'D002 at 1:8'],
  ['"../datasets/hdmap-example"', '«../datasets/hdmap-example»', 'D002 at 1:12'],
  ['hdmap-example"', 'hdmap-example', 'D005 at 1:12'],
  ['epochs        =', '- epochs        =', 'D001 at 1:5'],
  ['optimizer     =', '- optimizer     =', 'D001 at 1:5'],
  ['seed = 1', 'seed =\n    1', 'D010 at 1:9'],
  ['[source.test, targets.test]', '{source.test, targets.test}', 'D001 at 1:21'],
  ['[source.test, targets.test]', '[f(a) for a in b]', 'D015 at 1:20'],
  ['adamw(lr = 1e-3, weight_decay = 1e-4)', 'adamw({lr: 1e-3, weight_decay: 1e-4})', 'D001 at 1:30'],
  ['epochs        =', '"epochs" =', 'D001 at 1:5'],
  ['    score       =', '    2nd         = average(mask_score, mask_score)\n    score       =', 'D008 at 1:5'],
  ['mask_score  =', 'mask\u200b_score  =', 'D002 at 1:9'],
  // Numbers.
  ['seed = 1', 'seed = true ? 42 : 43', 'D002 at 1:15'],
  ['seed = 1', 'seed = 1,622,884', 'D001 at 1:12'],
  ['seed = 1', 'seed = 1, 2, 3', 'D001 at 1:13'],
  ['16px .. 34px', '16px to 34px', 'D001 at 1:56'],
  ['16px .. 34px', '16px:34px', 'D001 at 1:55'],
  ['32x96', '32X96', 'D008 at 1:13'],
  ['32x96', '32x96x3', 'D008 at 1:13'],
  ['32x96', '32×96', 'D002 at 1:15'],
  ['2.0 * sevnet', '2.0 sevnet', 'D001 at 1:23'],
]

test.each(slips)('%j for %j', (right, wrong, message) => {
  expect(text).toContain(right)
  const messages = told(checkText(text.replace(right, () => wrong)))
  const [code, place = ''] = message.split(' at ')
  const [down = 0, column = 0] = place.split(':').map(Number)
  const line = text.slice(0, text.indexOf(right)).split('\n').length
  expect(messages).toEqual([`${code} at ${line + down - 1}:${column}`])
})

test('without a slip there is no message', () => {
  expect(told(checkText(text))).toEqual([])
})
