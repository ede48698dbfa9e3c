import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readSeverities } from '../../src/layouts/severities.js'

const images = [
  'good/a.png',
  'good/c.tiff',
  'fault/a.tiff',
  'fault/b.tiff',
  'fault/a.png',
  'scratch/b.tiff',
  'scratch/d.png',
]

function mistakesOf(text: string): readonly string[] {
  return readSeverities(text, images).mistakes.map(({ line, message, help }) => `line ${line} ${message} (${help})`)
}

test('columns in any order, further columns, CRLF, a byte-order mark, quotes, bare names', () => {
  const text =
    '\uFEFFSeverity,place,Image\r\n0.5,left,fault/a.tiff\r\n1e-1,,"scratch/b.tiff"\r\n\r\n0,x,good/c.tiff\r\n2,"a ""b"", c",d.png\r\n'
  expect(readSeverities(text, images)).toEqual({
    severities: new Map([
      ['fault/a.tiff', 0.5],
      ['scratch/b.tiff', 0.1],
      ['good/c.tiff', 0],
      ['scratch/d.png', 2],
    ]),
    mistakes: [],
  })
})

test('a quoted cell may hold commas and ends of lines, and lines are still counted', () => {
  const text = 'image,bbox,severity\nfault/a.tiff,"12,30,\n40,50",0.3\nfault/b.tiff,"1,2",much\n'
  const { severities, mistakes } = readSeverities(text, images)
  expect([...severities]).toEqual([['fault/a.tiff', 0.3]])
  expect(mistakes.map(({ line }) => line)).toEqual([4])
})

test.each([
  ['', 'line 1 has no columns'],
  ['image;severity\na;1\n', 'line 1 has no columns'],
  ['image,severity,image\n', 'line 1 names a column twice'],
  ['image,severity\na.png,-1\n', "line 2 has the severity '-1', which is not a number from 0 on (leave out the line"],
  ['image,severity\na.png,NaN\n', "line 2 has the severity 'NaN'"],
  ['image,severity\na.png,\n', "line 2 has the severity ''"],
  ['image,severity\na.png,Infinity\n', "line 2 has the severity 'Infinity'"],
  ['image,severity\na.png,0x10\n', "line 2 has the severity '0x10'"],
  ['image,severity\na.png,1e999\n', "line 2 has the severity '1e999'"],
  [
    'image,severity\na.png,"0,335"\n',
    "line 2 has the severity '0,335', which is not a number from 0 on (write a decimal point: `0.335`)",
  ],
  ['image,severity\nfault/a.png,0,335\n', 'line 2 has 3 cells, and the header has 2 (a comma within a cell'],
  ['image,place,severity\n\nfault/a.png,1\n', 'line 3 has 2 cells, and the header has 3 (give every line a cell'],
  ['image,severity\ngood/a.png,0.7\n', 'line 2 gives the normal image good/a.png the severity 0.7'],
  ['image,severity\n,1\n', 'line 2 names no image'],
  ['image,severity\na.png,1\nfault/a.png,2\n', 'line 3 names fault/a.png again, after line 2'],
  ['image,severity\nfault/z.png,1\n', 'line 2 names fault/z.png, which is not there'],
  ['image,severity\nb.tiff,1\n', 'line 2 names b.tiff, which is fault/b.tiff or scratch/b.tiff'],
  [
    'image,severity\nfault/a.tiff,9999\nfault/b.tiff,1.5\n',
    'line 2 has the severity 9999, which stands for a missing value',
  ],
  ['image,severity\nfault/a.tiff,"1\n', 'line 2 opens a quote that is never closed'],
  ['image,severity\nfault/a"b,1\n', 'line 2 has a quote within a cell'],
])('%j is refused with its line', (text, mistake) => {
  expect(mistakesOf(text)).toEqual([expect.stringContaining(mistake)])
})

test('all lines are told, in their order', () => {
  const text = 'image,severity\na.png,x\nfault/b.tiff,1\nfault/z.png,1\nfault/b.tiff,9999\nd.png,1,2\n'
  expect(readSeverities(text, images).mistakes.map(({ line }) => line)).toEqual([2, 4, 5, 6])
})

test('a large severity among others is one', () => {
  expect(mistakesOf('image,severity\nfault/a.tiff,99\nfault/b.tiff,60\n')).toEqual([])
  expect(mistakesOf('image,severity\nfault/a.tiff,9999\nfault/b.tiff,7000\n')).toEqual([])
})

test('any text gives severities from 0 on, or mistakes', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      for (const severity of readSeverities(`image,severity\n${text}`, images).severities.values())
        expect(severity).toBeGreaterThanOrEqual(0)
    }),
  )
})
