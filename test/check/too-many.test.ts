import { expect, test } from 'vitest'
import { maximumErrors } from '../../src/diagnostics/collector.js'
import { checkText } from './harness.js'

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => line(i)).join('\n')

test.each([
  [
    'names that are not known',
    (count: number) => `pipeline p {\n  model {\n${lines(count, (i) => `    a_${i} = b_${i}`)}\n  }\n}\n`,
  ],
  ['words', (count: number) => `pipeline p {\n${lines(count, (i) => `  a_${i} = $`)}\n}\n`],
  ['brackets', (count: number) => `pipeline p {\n${lines(count, (i) => `  a_${i} = 1)`)}\n}\n`],
  ['statements', (count: number) => `pipeline p {\n${lines(count, (i) => `  a_${i} =`)}\n}\n`],
  ['declarations', (count: number) => lines(count, (i) => `a_${i} = 1`)],
])('a check ends after a thousand errors, and says so: %s', (_name, text) => {
  const { diagnostics, pipelines } = checkText(text(2 * maximumErrors))
  expect(diagnostics.filter(({ code }) => code === 'D018')).toHaveLength(1)
  expect(diagnostics.length).toBeGreaterThan(maximumErrors - 5)
  expect(diagnostics.length).toBeLessThan(maximumErrors + 5)
  expect(pipelines).toEqual([])
  expect(checkText(text(10)).diagnostics.map(({ code }) => code)).not.toContain('D018')
})
