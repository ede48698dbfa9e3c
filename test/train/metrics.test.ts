import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { auroc } from '../../src/train/metrics/auroc.js'
import { averagePrecision } from '../../src/train/metrics/average-precision.js'
import { mae, r2, rmse, spearman, within } from '../../src/train/metrics/errors.js'
import { f1Max } from '../../src/train/metrics/f1-max.js'
import { pro } from '../../src/train/metrics/pro.js'
import { rank } from '../../src/train/metrics/ranking.js'
import { labelRegions } from '../../src/train/metrics/regions.js'
import { readFixture } from '../support/fixture.js'

const fixture = readFixture('test/fixtures/losses_and_metrics.safetensors')

describe('against scikit-learn and torchmetrics (fixture with ties)', () => {
  const ranking = rank(fixture('metric/score'), fixture('metric/label_int64'))
  // The fixture holds these two as float32.
  test('auroc', () => expect(auroc(ranking)).toBeCloseTo(fixture('metric/auroc')[0] as number, 6))
  test('average_precision', () =>
    expect(averagePrecision(ranking)).toBeCloseTo(fixture('metric/average_precision')[0] as number, 6))
  test('f1_max', () => expect(f1Max(ranking)).toBeCloseTo(fixture('metric/f1_max')[0] as number, 12))
})

describe('against SciPy and scikit-learn', () => {
  const pieces = readFixture('test/fixtures/pieces/family_pieces.safetensors')
  test('spearman', () => {
    const [value = Number.NaN] = pieces('rank/spearman')
    expect(spearman(pieces('rank/x'), pieces('rank/y'))).toBeCloseTo(value, 12)
  })
  test('r2', () => {
    const [value = Number.NaN] = pieces('r2/value')
    expect(r2(pieces('r2/prediction'), pieces('r2/label'))).toBeCloseTo(value, 12)
  })
})

const scored = fc.array(fc.tuple(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 1 })), {
  minLength: 2,
  maxLength: 60,
})

describe('against the definitions, with many ties', () => {
  test('auroc is the share of ordered pairs', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const positives = pairs.filter(([, label]) => label === 1).map(([score]) => score)
        const negatives = pairs.filter(([, label]) => label === 0).map(([score]) => score)
        let sum = 0
        for (const p of positives) for (const n of negatives) sum += p > n ? 1 : p === n ? 0.5 : 0
        const expected = sum / (positives.length * negatives.length)
        expectSame(auroc(rankOf(pairs)), expected)
      }),
    )
  })

  test('average precision and best F1 over every threshold', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const positives = pairs.filter(([, label]) => label === 1).length
        let precisionSum = 0
        let lastRecall = 0
        let bestF1 = 0
        for (const threshold of [...new Set(pairs.map(([score]) => score))].sort((a, b) => b - a)) {
          const above = pairs.filter(([score]) => score >= threshold)
          const hits = above.filter(([, label]) => label === 1).length
          const precision = hits / above.length
          precisionSum += (hits / positives - lastRecall) * precision
          lastRecall = hits / positives
          bestF1 = Math.max(bestF1, hits === 0 ? 0 : (2 * precision * lastRecall) / (precision + lastRecall))
        }
        const oneClass = positives === 0 || positives === pairs.length
        expectSame(averagePrecision(rankOf(pairs)), oneClass ? Number.NaN : precisionSum)
        expectSame(f1Max(rankOf(pairs)), oneClass ? Number.NaN : bestF1)
      }),
    )
  })

  test('negative scores and both zeros rank as numbers do', () => {
    expect(auroc(rank(Float32Array.of(-3, -2, 0, -0, 5), [0, 0, 1, 0, 1]))).toBeCloseTo(5.5 / 6, 12)
  })
})

describe('per-region overlap', () => {
  const height = 6
  const width = 5
  const maps = fc.array(
    fc.array(fc.tuple(fc.integer({ min: -4, max: 4 }), fc.boolean()), { minLength: 30, maxLength: 30 }),
    { minLength: 1, maxLength: 3 },
  )

  test('equals the curve drawn threshold by threshold', () => {
    fc.assert(
      fc.property(maps, (images) => {
        const scores = Float32Array.from(images.flat(), ([score]) => score / 8)
        const masks = Uint8Array.from(images.flat(), ([, faulty]) => (faulty ? 1 : 0))
        expectSame(pro({ scores, masks, height, width }), bruteForcePro(scores, masks, height, width))
      }),
    )
  })

  test('a small region counts as much as a large one', () => {
    // A region of four pixels that is found, one of one pixel that is not, and normal pixels below the first.
    const masks = Uint8Array.from([
      1,
      1,
      0,
      0,
      0,
      1,
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      1,
      ...new Array(10).fill(0),
    ])
    const scores = Float32Array.from(masks, (faulty, i) => (faulty ? (i === 19 ? -1 : 1) : 0))
    expect(pro({ scores, masks, height, width })).toBeCloseTo(0.5, 12)
  })

  test('diagonal neighbours are one region', () => {
    expect(labelRegions([1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0], 5, 3).count).toBe(2)
  })

  test('is undefined without faults and without normal pixels', () => {
    expect(pro({ scores: new Float32Array(4), masks: new Uint8Array(4), height: 2, width: 2 })).toBeNaN()
    expect(pro({ scores: new Float32Array(4), masks: new Uint8Array(4).fill(1), height: 2, width: 2 })).toBeNaN()
  })
})

describe('errors of values', () => {
  test('mae, rmse and within', () => {
    const predictions = [0.5, 1, 2]
    const targets = [0, 1, 1]
    expect(mae(predictions, targets)).toBeCloseTo(0.5, 12)
    expect(rmse(predictions, targets)).toBeCloseTo(Math.sqrt(1.25 / 3), 12)
    expect(within(predictions, targets, 0.5)).toBeCloseTo(2 / 3, 12)
    expect(mae([], [])).toBeNaN()
  })
})

describe('agreement of values', () => {
  const values = fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { maxLength: 12 })
  const mean = (numbers: readonly number[]) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length
  const products = (left: readonly number[], right: readonly number[]) =>
    left.reduce((sum, value, i) => sum + (value - mean(left)) * ((right[i] as number) - mean(right)), 0)

  test('r2 by its definition', () => {
    fc.assert(
      fc.property(values, (pairs) => {
        const [predictions, targets] = [pairs.map(([value]) => value), pairs.map(([, value]) => value)]
        const rest = pairs.reduce((sum, [prediction, target]) => sum + (prediction - target) ** 2, 0)
        const spread = products(targets, targets)
        expectSame(r2(predictions, targets), spread === 0 ? Number.NaN : 1 - rest / spread)
      }),
    )
    expect(r2([1, 2, 4], [1, 2, 4])).toBe(1)
  })

  test("spearman is Pearson's correlation of ranks that count who is below", () => {
    const ranksOf = (all: readonly number[]) =>
      all.map(
        (value) => all.filter((other) => other < value).length + all.filter((other) => other === value).length / 2,
      )
    fc.assert(
      fc.property(values, (pairs) => {
        const [left, right] = [ranksOf(pairs.map(([value]) => value)), ranksOf(pairs.map(([, value]) => value))]
        const scale = Math.sqrt(products(left, left) * products(right, right))
        expectSame(spearman(...unzip(pairs)), scale === 0 ? Number.NaN : products(left, right) / scale)
      }),
    )
    expect(spearman([1, 10, 100], [3, 4, 5])).toBe(1)
  })
})

function unzip(pairs: readonly (readonly [number, number])[]): [number[], number[]] {
  return [pairs.map(([value]) => value), pairs.map(([, value]) => value)]
}

function rankOf(pairs: readonly (readonly [number, number])[]) {
  return rank(
    Float64Array.from(pairs, ([score]) => score),
    pairs.map(([, label]) => label),
  )
}

function expectSame(actual: number, expected: number): void {
  if (Number.isNaN(expected)) expect(actual).toBeNaN()
  else expect(actual).toBeCloseTo(expected, 10)
}

function bruteForcePro(scores: Float32Array, masks: Uint8Array, height: number, width: number): number {
  const size = height * width
  const regions: number[][] = []
  for (let offset = 0; offset < scores.length; offset += size) {
    const { labels, count } = labelRegions(masks.subarray(offset, offset + size), height, width)
    for (let region = 1; region <= count; region++) {
      regions.push([...labels.keys()].filter((pixel) => labels[pixel] === region).map((pixel) => offset + pixel))
    }
  }
  const negatives = [...scores.keys()].filter((pixel) => masks[pixel] === 0)
  if (regions.length === 0 || negatives.length === 0) return Number.NaN
  const points: [number, number][] = [[0, 0]]
  for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
    const isAbove = (pixel: number) => (scores[pixel] as number) >= threshold
    const overlap = regions.reduce((sum, region) => sum + region.filter(isAbove).length / region.length, 0)
    points.push([negatives.filter(isAbove).length / negatives.length, overlap / regions.length])
  }
  let area = 0
  for (let i = 1; i < points.length; i++) {
    const [x0, y0] = points[i - 1] as [number, number]
    const [x1, y1] = points[i] as [number, number]
    if (x0 >= 0.3 || x1 === x0) continue
    const end = Math.min(x1, 0.3)
    area += ((end - x0) * (y0 + y0 + ((y1 - y0) * (end - x0)) / (x1 - x0))) / 2
  }
  return area / 0.3
}
