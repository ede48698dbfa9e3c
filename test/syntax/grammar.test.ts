import { Lexer } from 'chevrotain'
import { expect, it } from 'vitest'
import { DraemParser } from '../../grammar/parser.js'
import { allTokens } from '../../grammar/tokens.js'

// What is validated here is not validated again each time that a file is read.
it('the grammar is one that the parser can decide', () => {
  expect(() => new DraemParser(false)).not.toThrow()
})

it('the tokens are sound, and found by their first character', () => {
  expect(() => new Lexer([...allTokens], { ensureOptimizations: true })).not.toThrow()
})
