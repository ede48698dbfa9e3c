import { expect, test } from 'vitest'
import { measure } from '../../src/train/measure.js'
import { Thresholds } from '../../src/train/metrics/threshold.js'
import type { SetScores } from '../../src/train/scores.js'
import { GeneratedSet } from './support/generated-data.js'
import { linearPlan } from './support/linear-program.js'

/** One normal image, then faulty ones; `masks` says which of those have one. */
function scoresOf(masks: readonly boolean[]): SetScores {
  const count = masks.length + 1
  const sample = (hasMask: boolean, i: number) => ({ file: `fault/${i}.png`, label: 1 as const, hasMask })
  return {
    samples: [{ file: 'good/0.png', label: 0, hasMask: false }, ...masks.map(sample)],
    values: new Map([['score', new Float32Array(count)]]),
    maps: new Map([['anomaly_map', new Float32Array(16 * count)]]),
    masks: Uint8Array.from({ length: 16 * count }, (_, pixel) => (pixel >= 16 && pixel % 16 === 0 ? 1 : 0)),
  }
}

const set = new GeneratedSet('domain_A', 'source', 4, { masks: true, severities: false, faults: true })
const plan = linearPlan({}, { image: [], values: [] })

test.each([
  [[true, true, true], []],
  [[false, false], ['domain_A has no masks: pixel metrics are undefined']],
  [[true, false, true], ['pixel metrics of domain_A are over 2 of 3 faulty images: fault/1.png has no mask']],
  [
    [true, false, false, false, false],
    [
      'pixel metrics of domain_A are over 1 of 5 faulty images: fault/1.png, fault/2.png, fault/3.png and 1 more have no mask',
    ],
  ],
])('faulty images with masks %j: what the pixel metrics leave out is said', (masks, notes) => {
  expect(measure(set, scoresOf(masks), plan.evaluate, plan, new Thresholds()).notes).toEqual(notes)
})

test.each([
  [[true, true], 'domain_A has only masks that mark nothing (0_mask.png, 1_mask.png): pixel metrics are undefined'],
  [[true, false], 'pixel metrics of domain_A are over 1 of 2 faulty images: 0_mask.png marks nothing'],
])('masks that mark nothing, %j: their images are left out, and named', (blank, note) => {
  const scores = scoresOf(blank.map((isBlank) => !isBlank))
  const samples = scores.samples.map((sample, i) =>
    blank[i - 1] === true ? { ...sample, blankMask: `${i - 1}_mask.png` } : sample,
  )
  expect(measure(set, { ...scores, samples }, plan.evaluate, plan, new Thresholds()).notes).toEqual([note])
})

test('severities of a part of the faulty images', () => {
  const scores = scoresOf([true, true, true])
  const samples = scores.samples.map((sample, i) => ({ ...sample, ...(i === 2 ? {} : { severity: i }) }))
  const measured = linearPlan({}, { image: [], pixel: [] })
  expect(measure(set, { ...scores, samples }, measured.evaluate, measured, new Thresholds()).notes).toEqual([
    'severity metrics of domain_A are over 2 of 3 faulty images: fault/1.png has no severity',
  ])
})
