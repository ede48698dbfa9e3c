import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkText, told } from './harness.js'

const text = readFileSync(new URL('../../pipelines/quickstart.draem', import.meta.url), 'utf8')

/** The quickstart with one text in place of another. */
function changed(...slips: readonly (readonly [string, string])[]): string {
  let result = text
  for (const [from, to] of slips) {
    expect(result, `there is ${from} to replace`).toContain(from)
    result = result.replace(from, to)
  }
  return result
}

describe('the mend of a mistake works', () => {
  const sigmoid = ['2.0 * sevnet', '0.7 * sevnet'] as const
  const labels = ['severity = 0.1 .. 2.0', 'severity = 0 .. 3'] as const
  test('the factor that reaches the label', () => {
    const [diagnostic] = checkText(changed(sigmoid, labels)).diagnostics
    expect(diagnostic?.help).toContain('Multiply `severity` by 4.286')
    expect(told(checkText(changed([sigmoid[0], '4.286 * 0.7 * sevnet'], labels)))).toEqual([])
    expect(told(checkText(changed([sigmoid[0], '4.285714285714286 * 0.7 * sevnet'], labels)))).toEqual([])
  })

  test('the root of a difference', () => {
    const root = (operand: string) => checkText(changed(['l2(recon, clean)', `mean(sqrt(${operand}))`]))
    expect(root('recon - 1').diagnostics[0]?.help).toContain('sqrt(abs(x) + 1e-6)')
    expect(told(root('abs(recon - 1) + 1e-6'))).toEqual([])
  })
})
