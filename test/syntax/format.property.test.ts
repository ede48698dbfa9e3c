import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dump } from '../../src/syntax/dump.js'
import { parse } from '../../src/syntax/parse.js'
import { format } from '../../src/syntax/print.js'
import { program, realPrograms } from './programs.js'

function commentsOf(text: string): readonly string[] {
  const comments: string[] = []
  for (const match of text.matchAll(/"(?:[^"\\\n]|\\.)*"|(\/\/[^\n]*)/g))
    if (match[1] !== undefined) comments.push(match[1].trimEnd())
  return comments
}

function expectFaithful(text: string): void {
  const formatted = format(text)
  expect(dump(parse(formatted, 'x').file)).toBe(dump(parse(text, 'x').file))
  expect(commentsOf(formatted)).toEqual(commentsOf(text))
  expect(format(formatted)).toBe(formatted)
}

describe('format', () => {
  it('keeps the tree and every comment, and a second time changes nothing', () => {
    fc.assert(fc.property(program, expectFaithful), { numRuns: 300 })
  })

  it('holds for the programs of this project', () => {
    for (const text of realPrograms()) expectFaithful(text)
  })

  it('gives text that is no program back as it is', () => {
    for (const text of ['a = "open\n', 'a = $\n', "x = 'y'"]) expect(format(text)).toBe(text)
  })

  it('indents by brackets and aligns what is bound next to each other', () => {
    expect(format('pipeline p{\n\n\na=f(\n1 ,\nb=2)\n\n\n\nlonger  =3\nxs=[ 1,2 ]\n\n}')).toBe(
      'pipeline p {\n  a = f(\n    1,\n    b = 2)\n\n  longer = 3\n  xs     = [1, 2]\n}\n',
    )
  })
})
