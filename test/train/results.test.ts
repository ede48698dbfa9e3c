import { expect, test } from 'vitest'
import type { MetricTable } from '../../src/components/metrics.js'
import { type DomainResult, summarise } from '../../src/train/results.js'

const facts = { name: 'x', hash: 'h', seed: 1, outcome: 'completed', epochs: 1, steps: 1, stoppedEarly: false } as const
const rest = { ...facts, best: null, thresholds: [], ladder: [], validation: [] }
const domain = (name: string, role: DomainResult['role'], metrics: MetricTable): DomainResult => ({
  domain: name,
  role,
  images: 4,
  faulty: 2,
  metrics,
  classes: [],
  notes: [],
})

test('the transfer gap is positive where the targets are worse, whichever direction is better', () => {
  const { targets, transfer } = summarise({
    ...rest,
    domains: [
      domain('a', 'source', { 'auroc(score)': 0.9, 'mae(severity)': 0.1, 'pro(map)': null }),
      domain('b', 'target', { 'auroc(score)': 0.5, 'mae(severity)': 0.1, 'pro(map)': 0.5 }),
      domain('c', 'target', { 'auroc(score)': 0.8, 'mae(severity)': 0.4, 'pro(map)': 0.5 }),
    ],
  })
  expect(targets).toEqual({ 'auroc(score)': 0.65, 'mae(severity)': 0.25, 'pro(map)': 0.5 })
  expect(transfer).toEqual({
    'auroc(score)': { gap: expect.closeTo(0.25, 12), worst: { domain: 'b', value: 0.5 } },
    'mae(severity)': { gap: expect.closeTo(0.15, 12), worst: { domain: 'c', value: 0.4 } },
    'pro(map)': null,
  })
})

test('without targets there is no gap', () => {
  const { transfer } = summarise({ ...rest, domains: [domain('a', 'source', { 'auroc(score)': 1 })] })
  expect(transfer).toEqual({ 'auroc(score)': null })
})
