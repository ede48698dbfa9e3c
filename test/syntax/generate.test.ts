import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { keywords } from '../../grammar/keywords.js'
import { allTokens, Identifier } from '../../grammar/tokens.js'
import { generateGrammarFiles } from '../../src/syntax/generate.js'

describe('files made from the grammar', () => {
  it.each([...generateGrammarFiles()])('%s is up to date', (path, content) => {
    const committed = readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')
    expect(committed, 'run `npm run generate`').toBe(content)
  })

  it('lists every word that has a token of its own as a keyword', () => {
    const words = allTokens
      .filter((type) => type.LONGER_ALT === Identifier && type.name !== 'Wildcard')
      .map((type) => type.name.toLowerCase())
    expect(
      keywords
        .filter((keyword) => !['section', 'unit'].includes(keyword.kind))
        .map((keyword) => keyword.word)
        .sort(),
    ).toEqual(words.sort())
  })
})
