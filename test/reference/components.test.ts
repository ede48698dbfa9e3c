import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { componentsReference } from '../../src/reference/components.js'
import { updatesGoldens } from '../support/golden.js'

const page = fileURLToPath(new URL('../../docs/reference/components.md', import.meta.url))

test('docs/reference/components.md is what the schemas say', () => {
  if (updatesGoldens()) writeFileSync(page, componentsReference())
  expect(existsSync(page)).toBe(true)
  expect(readFileSync(page, 'utf8')).toBe(componentsReference())
})
