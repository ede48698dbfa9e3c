import { expect, it } from 'vitest'
import { type KnownCell, renderComparison } from '../../src/driver/comparison-text.js'
import type { CellState } from '../../src/driver/study.js'
import { compareCells } from '../../src/study/comparison.js'

const study = {
  name: 'rates',
  pipeline: 'p',
  axes: [
    { path: 'lr', values: ['1e-3', '1e-2'] },
    { path: 'seed', values: ['1', '2', '3'] },
  ],
}
const [auroc, pro] = ['source.auroc(score)', 'source.pro(anomaly_map)']
const completed = (data = 'a', made = 'draemc 1'): CellState => ({ kind: 'completed', results: {}, data, made })

function rendered(
  states: readonly CellState[],
  values: readonly (readonly [number, number | null])[],
  axes = study.axes,
) {
  const cells = ['1e-3', '1e-2'].flatMap((lr) =>
    ['1', '2', '3'].map((seed): Omit<KnownCell, 'state' | 'number'> => {
      const overrides = Object.entries({ lr, seed }).map(([path, value]) => ({ path, value }))
      return { label: `lr=${lr}, seed=${seed}`, overrides, directory: '' }
    }),
  )
  const known = cells.map(
    (cell, place): KnownCell => ({
      ...cell,
      number: place + 1,
      state: states[place] ?? { kind: 'not run' },
    }),
  )
  const results = new Map(
    values.map(([a, b], place) => [
      place + 1,
      new Map([
        [auroc, a],
        [pro, b],
      ]),
    ]),
  )
  return renderComparison({ ...study, axes }, known, compareCells(cells, results, [auroc, pro]), [auroc, pro])
}

it('shows spreads, and differences from a row in pairs; what is missing is counted', () => {
  const states = [...Array.from({ length: 5 }, () => completed()), { kind: 'failed', message: 'loss is NaN' } as const]
  expect(
    rendered(states, [
      [0.8, 0.5],
      [0.9, 0.6],
      [1, null],
      [0.7, 0.5],
      [0.9, null],
    ]),
  ).toBe(`study rates of p: 6 cells: 5 completed, 1 failed
cell 6 (lr=1e-2, seed=3) failed: loss is NaN

mean ± standard deviation over the runs
row  lr      runs  source.auroc(score)  source.pro(anomaly_map)
───────────────────────────────────────────────────────────────
  1  1e-3       3      0.9000 ± 0.1000      0.5500 ± 0.0707 (2)
  2  1e-2  2 of 3      0.8000 ± 0.1414               0.5000 (1)

difference from row 1 in pairs of the same seed: mean ± standard error
row  lr    pairs  source.auroc(score)  source.pro(anomaly_map)
──────────────────────────────────────────────────────────────
  2  1e-2      2     -0.0500 ± 0.0500              +0.0000 (1)`)
})

it('warns of runs that differ in more than the study says', () => {
  const values = Array.from({ length: 6 }, () => [0.5, 0.5] as const)
  const states = [completed(), completed('b'), completed('b'), completed('a', 'draemc 2'), completed(), completed()]
  const text = rendered(states, values)
  expect(text).toContain('warning: cells 2, 3 read other data than cell 1: their files, labels or severities differ\n')
  expect(text).toContain('warning: cell 4 was computed by other programs than cell 1 (draemc 1)\n')
  const varied = [{ path: 'data.root', values: [] }, ...study.axes]
  expect(rendered(states, values, varied)).not.toContain('other data')
  expect(rendered([], [])).toBe('study rates of p: 6 cells: 6 not run')
})
