import { expect, test } from 'vitest'
import { interpret } from '../../src/ir/interpret/run.js'
import { parseModule } from '../../src/ir/parse.js'
import { readFixture } from '../support/fixture.js'

const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')

test('the maximum of a 21 x 21 mean is the score of the authors of DRAEM: zeros beyond the border count', () => {
  const module = parseModule(`module score

function predict(%0 map: f32[2,40,56,1]) -> (%2 score) {
  %1: f32[2,40,56,1] = avg_pool(%0) {size = [21, 21], strides = [1, 1], padding = [10, 10, 10, 10]}
  %2: f32[2] = reduce_max(%1) {axes = [1, 2, 3], keep_dims = false}
}
`)
  const map = { shape: [2, 40, 56, 1], data: pieces('score_mean_filter_21/map') }
  const { outputs } = interpret(module, 'predict', { map }, new Map())
  const expected = pieces('score_mean_filter_21/score')
  const found = outputs.score?.data ?? []
  expect(found.length).toBe(2)
  for (const [index, value] of [...found].entries()) expect(value).toBeCloseTo(expected[index] ?? Number.NaN, 12)
})
