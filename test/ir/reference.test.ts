import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { generateOperatorReference } from '../../src/ir/reference.js'

it('the page of operators is what the definitions give (npm run generate)', () => {
  expect(readFileSync('docs/reference/operators.md', 'utf8')).toBe(generateOperatorReference())
})
