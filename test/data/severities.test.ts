import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FileProblem } from '../../src/data/errors.js'
import { parseSeverities } from '../../src/data/sources/severities.js'

test('columns in any order, further columns, CRLF, a byte-order mark, quotes, bare names', () => {
  const text = '\uFEFFSeverity,place,Image\r\n0.5,left,fault/a.tiff\r\n1e-1,,"b.tiff"\r\n\r\n0,x,good/c.tiff\r\n'
  expect([...parseSeverities(text)]).toEqual([
    ['fault/a.tiff', 0.5],
    ['fault/b.tiff', 0.1],
    ['good/c.tiff', 0],
  ])
})

test.each([
  ['', 'has no columns'],
  ['image;severity\na;1\n', 'has no columns'],
  ['image,severity\na.png,-1\n', "line 2 has the severity '-1'"],
  ['image,severity\na.png,\n', "line 2 has the severity ''"],
  ['image,severity\na.png,Infinity\n', "line 2 has the severity 'Infinity'"],
  ['image,severity\na.png,0x10\n', "line 2 has the severity '0x10'"],
  ['image,severity\na.png,1e999\n', "line 2 has the severity '1e999'"],
  ['image,severity\ngood/a.png,0.7\n', 'line 2 gives the normal image good/a.png the severity 0.7'],
  ['image,severity\n,1\n', 'line 2 names no image'],
  ['image,severity\na.png,1\nfault/a.png,2\n', 'line 3 names fault/a.png again'],
])('%j is refused with its line', (text, message) => {
  expect(() => parseSeverities(text)).toThrow(message)
})

test('any text gives severities or a problem', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      try {
        for (const severity of parseSeverities(`image,severity\n${text}`).values())
          expect(severity).toBeGreaterThanOrEqual(0)
      } catch (error) {
        expect(error).toBeInstanceOf(FileProblem)
      }
    }),
  )
})
