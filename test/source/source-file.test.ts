import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SourceFile, SourceMap } from '../../src/source/source-file.js'

describe('SourceFile', () => {
  it('counts lines and characters from 1, whatever ends a line', () => {
    const file = new SourceFile('x', 'a\r\nb\u{1F600}c\rd\n')
    expect(file.lineCount).toBe(4)
    expect(file.position(0)).toEqual({ line: 1, column: 1 })
    expect(file.position(6)).toEqual({ line: 2, column: 3 })
    expect(file.position(8)).toEqual({ line: 3, column: 1 })
    expect(file.position(99)).toEqual({ line: 4, column: 1 })
    expect([1, 2, 3, 4, 5].map((line) => file.lineText(line))).toEqual(['a', 'b\u{1F600}c', 'd', '', ''])
  })

  it('agrees with counting the characters one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('a', '\n', '\r\n', '\u{1F600}', '\t')), (pieces) => {
        const file = new SourceFile('x', pieces.join(''))
        let offset = 0
        let line = 1
        let column = 1
        for (const piece of pieces) {
          expect(file.position(offset)).toEqual({ line, column })
          offset += piece.length
          if (piece.endsWith('\n')) [line, column] = [line + 1, 1]
          else column += 1
        }
      }),
    )
  })
})

describe('SourceMap', () => {
  it('says where a span is', () => {
    const sources = new SourceMap()
    sources.add('a.draem', 'x\ny')
    expect(sources.describe({ file: 'a.draem', start: 2, end: 3 })).toBe('a.draem:2:1')
    expect(sources.describe({ file: '--set', start: 0, end: 3 })).toBe('--set')
  })
})
