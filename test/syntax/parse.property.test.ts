import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse, parseExpression } from '../../src/syntax/parse.js'
import { format } from '../../src/syntax/print.js'
import { program, realPrograms } from './programs.js'

/** What holds for any text: a tree, positions inside it, errors that say something, and no exception. */
function expectTotal(text: string): void {
  const { file, diagnostics } = parse(text, 'x.draem')
  expect(file.span.end).toBe(text.length)
  for (const { span, message } of diagnostics) {
    expect(message).not.toMatch(/undefined|NaN/)
    expect(span.start).toBeGreaterThanOrEqual(0)
    expect(span.end).toBeGreaterThanOrEqual(span.start)
    expect(span.end).toBeLessThanOrEqual(text.length)
  }
  const hasRecovered = JSON.stringify(file).includes('"recovered":true')
  if (hasRecovered) expect(diagnostics.length).toBeGreaterThan(0)
  parseExpression(text, 'x.draem')
  format(text)
}

const fragments = [
  ...[
    'pipeline',
    'block',
    'study',
    'import',
    'enum',
    'type',
    'param',
    'expect',
    'allow',
    'return',
    'vary',
    'extends',
    'of',
  ],
  ...[
    'if',
    'else',
    'match',
    'not',
    'and',
    'a',
    'b',
    'model',
    'px',
    '_',
    '1',
    '0.5',
    '16px',
    '2x3',
    '"t"',
    '"',
    '// c\n',
    '/// d\n',
  ],
  ...[
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '=',
    '==',
    '=>',
    '->',
    '|>',
    '..',
    '.',
    ',',
    ':',
    '+',
    '-',
    '*',
    '/',
    '<',
    '\n',
    '\n',
    ';',
    '$',
    '\u00e9',
  ],
]

describe('any text', () => {
  it('of any characters', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), expectTotal), { numRuns: 200 })
  })

  it('of words of the language', () => {
    const soup = fc.array(fc.constantFrom(...fragments), { maxLength: 60 }).map((words) => words.join(' '))
    fc.assert(fc.property(soup, expectTotal), { numRuns: 300 })
  })

  it('one edit away from a real program', () => {
    const programs = realPrograms()
    expect(programs.length).toBeGreaterThan(1)
    const edit = fc.record({
      text: fc.constantFrom(...programs),
      at: fc.double({ min: 0, max: 1, noNaN: true }),
      remove: fc.integer({ min: 0, max: 12 }),
      insert: fc.constantFrom('', ...fragments),
    })
    const edited = edit.map(({ text, at, remove, insert }) => {
      const offset = Math.floor(at * text.length)
      return text.slice(0, offset) + insert + text.slice(offset + remove)
    })
    fc.assert(fc.property(edited, expectTotal), { numRuns: 200 })
  })

  it.each([
    '(',
    '[',
    '{',
    'f(',
    '-',
    'not ',
    'a.',
    'a |> ',
    '1 + ',
    'if x {',
    'match a { b => ',
    'block(x: map) -> ',
    ')',
    '}',
    '"',
    'a {\n',
  ])('five thousand times %j', (piece) => {
    expectTotal(`pipeline p {\n  a = ${piece.repeat(5_000)}1\n}\n`)
    expectTotal(`type t = ${piece.repeat(5_000)}`)
  })
})

describe('programs', () => {
  it('that are generated have no syntax errors', () => {
    fc.assert(
      fc.property(program, (text) => {
        expect(parse(text, 'x.draem').diagnostics.map((diagnostic) => diagnostic.message)).toEqual([])
      }),
      { numRuns: 200 },
    )
  })

  it('of this project have no syntax errors', () => {
    for (const text of realPrograms()) expect(parse(text, 'x.draem').diagnostics).toEqual([])
  })
})
