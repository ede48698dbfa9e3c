import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ThresholdValue } from '../../src/components/metrics.js'
import type { EvaluationSample } from '../../src/data/contract.js'
import { accuracy, detectionRate, f1, precision, recall } from '../../src/train/metrics/decisions.js'
import { f1Max } from '../../src/train/metrics/f1-max.js'
import { rank } from '../../src/train/metrics/ranking.js'
import { Thresholds } from '../../src/train/metrics/threshold.js'

const scored = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: 0, max: 1 })), { maxLength: 60 })
type Scored = readonly (readonly [score: number, label: number])[]

const bestF1: ThresholdValue = { component: 'best_f1', parameters: {} }
const rate = (value: number): ThresholdValue => ({ component: 'false_positive_rate', parameters: { rate: value } })

function chosen(pairs: Scored, asked: ThresholdValue): number {
  const samples = pairs.map(
    ([, label], i): EvaluationSample => ({ file: `${i}`, label: label === 1 ? 1 : 0, hasMask: false }),
  )
  return new Thresholds({ samples, values: new Map([['score', scoresOf(pairs)]]) }).of('score', asked)
}
const scoresOf = (pairs: Scored) => Float64Array.from(pairs, ([score]) => score)
const imagesOf = (pairs: Scored) => ({
  scores: scoresOf(pairs),
  labels: pairs.map(([, label]) => label),
  severities: pairs.map(([score, label]) => (label === 1 ? Math.abs(score) : undefined)),
})
const hasBoth = (pairs: Scored) => pairs.some(([, label]) => label === 1) && pairs.some(([, label]) => label === 0)

describe('thresholds', () => {
  test('best_f1 reaches the best F1, and no higher threshold does', () => {
    fc.assert(
      fc.property(scored, (pairs) => {
        const at = chosen(pairs, bestF1)
        if (!hasBoth(pairs)) {
          expect(at).toBeNaN()
          return
        }
        const images = imagesOf(pairs)
        const best = f1Max(rank(images.scores, images.labels))
        expect(f1(images, at)).toBe(best)
        for (const [score] of pairs) if (score > at) expect(f1(images, score)).toBeLessThan(best)
      }),
    )
  })

  test('false_positive_rate is the least threshold that keeps the rate', () => {
    fc.assert(
      fc.property(scored, fc.integer({ min: 0, max: 99 }), (pairs, percent) => {
        const at = chosen(pairs, rate(percent / 100))
        const normals = pairs.flatMap(([score, label]) => (label === 0 ? [score] : []))
        if (normals.length === 0) {
          expect(at).toBeNaN()
          return
        }
        const callsTooMany = (threshold: number) =>
          100 * normals.filter((score) => score >= threshold).length > percent * normals.length
        expect(callsTooMany(at)).toBe(false)
        for (const score of normals) if (score < at) expect(callsTooMany(score)).toBe(true)
        expect(at).toBeLessThan(10)
      }),
    )
  })

  test('a fixed one needs no validation set, and what was used is listed once', () => {
    const thresholds = new Thresholds()
    expect(thresholds.of('score', { component: 'fixed', parameters: { value: 0.5 } })).toBe(0.5)
    expect(thresholds.of('score', { component: 'fixed', parameters: { value: 0.5 } })).toBe(0.5)
    expect(thresholds.of('score', bestF1)).toBeNaN()
    expect(thresholds.used).toEqual([
      { output: 'score', threshold: 'fixed(0.5)', value: 0.5 },
      { output: 'score', threshold: 'best_f1', value: null },
    ])
  })
})

test('accuracy, precision, recall, F1 and detection rate by counting one image after the other', () => {
  fc.assert(
    fc.property(scored, fc.integer({ min: -10, max: 10 }), (pairs, threshold) => {
      const count = (called: boolean, faulty: boolean) =>
        pairs.filter(([score, label]) => score >= threshold === called && (label === 1) === faulty).length
      const [tp, fp, fn, tn] = [count(true, true), count(true, false), count(false, true), count(false, false)]
      const images = imagesOf(pairs)
      const both = hasBoth(pairs)
      expect(accuracy(images, threshold)).toBe(both ? (tp + tn) / pairs.length : Number.NaN)
      expect(precision(images, threshold)).toBe(both ? tp / (tp + fp) : Number.NaN)
      expect(recall(images, threshold)).toBe(both ? tp / (tp + fn) : Number.NaN)
      expect(f1(images, threshold)).toBe(both ? tp / (tp + (fp + fn) / 2) : Number.NaN)
      const looked = pairs.filter(([score, label]) => label === 1 && Math.abs(score) >= 2 && Math.abs(score) <= 5)
      const rateThere = looked.filter(([score]) => score >= threshold).length / looked.length
      expect(detectionRate(images, threshold, [2, 5])).toBe(rateThere)
    }),
  )
})
