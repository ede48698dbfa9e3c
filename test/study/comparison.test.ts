import { expect, it } from 'vitest'
import type { StudyCell } from '../../src/check/studies/study.js'
import { compareCells } from '../../src/study/comparison.js'
import { comparedNames, valuesOf } from '../../src/study/results.js'

const cell = (values: Readonly<Record<string, string>>): StudyCell => ({
  label: JSON.stringify(values),
  overrides: Object.entries(values).map(([path, value]) => ({ path, value })),
})
/** Those of a cell each, in their order; undefined: it was not run. */
const resultsOf = (values: readonly (number | null | undefined)[]) =>
  new Map(
    values.flatMap((value, place) => (value === undefined ? [] : [[place + 1, new Map([[named, value]])] as const])),
  )

/** Two values of one axis with three seeds each. */
const cells = ['0.5', '1.0'].flatMap((lambda) => ['1', '2', '3'].map((seed) => cell({ lambda, seed })))
const named = 'val.auroc(score)'

it('rows are the values without the seed, with mean and sample deviation', () => {
  const [first, second] = compareCells(cells, resultsOf([0.8, 0.9, 1.0, 0.7, 0.9, 0.8]), [named])
  expect(first).toMatchObject({ cells: [1, 2, 3], runs: 3, isBase: true })
  expect([...(first?.values ?? [])]).toEqual([['lambda', '0.5']])
  expect(first?.spreads.get(named)?.mean).toBeCloseTo(0.9, 12)
  expect(first?.spreads.get(named)?.deviation).toBeCloseTo(0.1, 12)
  expect(first?.differences.size).toBe(0)
  // Pairs of the same seed: -0.1, 0, -0.2.
  expect(second?.differences.get(named)?.mean).toBeCloseTo(-0.1, 12)
  expect(second?.differences.get(named)?.standardError).toBeCloseTo(0.1 / Math.sqrt(3), 12)
})

it('a seed without its peer is in the mean and in no pair; an undefined metric in neither', () => {
  const [first, second] = compareCells(cells, resultsOf([0.8, null, 0.6, 0.9, 0.9, undefined]), [named])
  expect(first).toMatchObject({ runs: 3, spreads: new Map([[named, { count: 2 }]]) })
  expect(second?.runs).toBe(2)
  expect(second?.differences.get(named)).toEqual({ pairs: 1, mean: expect.closeTo(0.1, 12) })
})

it('any row can be what the others are compared with', () => {
  const rows = compareCells(cells, resultsOf([0, 1, 2, 3, 4, 5]), [named], 5)
  expect(rows.map(({ isBase }) => isBase)).toEqual([false, true])
  expect(rows[0]?.differences.get(named)).toEqual({ pairs: 3, mean: -3, standardError: 0 })
})

it('without seeds each run is one of its row, and pairs with the others', () => {
  const alone = ['a', 'b'].map((head) => cell({ head }))
  const rows = compareCells(alone, resultsOf([0, 0.25]), [named])
  expect(rows[1]?.spreads.get(named)).toEqual({ count: 1, mean: 0.25 })
  expect(rows[1]?.differences.get(named)).toEqual({ pairs: 1, mean: 0.25 })
})

it('numbers of the validation set are those of the weights that were tested', () => {
  const validation = [0.7, 0.9, 0.8].map((value, place) => ({
    epoch: place + 1,
    step: 10 * (place + 1),
    metrics: { 'auroc(score)': value, 'source.auroc(score)': 0.1 },
  }))
  const tested = { source: { 'auroc(score)': 0.5 }, targets: { 'auroc(score)': null }, validation }
  expect(valuesOf({ ...tested, best: { epoch: 2 } }).get('val.auroc(score)')).toBe(0.9)
  expect(valuesOf({ ...tested, best: null }).get('val.auroc(score)')).toBe(0.8)
  expect(valuesOf({ ...tested, best: null }).get('source.auroc(score)')).toBe(0.5)
  expect(valuesOf({ ...tested, best: null }).get('targets.auroc(score)')).toBeNull()
  expect(comparedNames([], [tested])).toEqual(['source.auroc(score)', 'targets.auroc(score)'])
  expect(valuesOf({ best: 1, validation: 'x', source: [], targets: { a: 'b' } }).size).toBe(0)
})
