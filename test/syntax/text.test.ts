import { expect, it } from 'vitest'
import { inOneLine } from '../../src/syntax/text.js'

it.each([
  ['additive(\n  width = 8px .. 16px, // wide\n  patches = 1)', 'additive( width = 8px .. 16px, patches = 1)'],
  ['"two  blanks // and no comment"', '"two  blanks // and no comment"'],
  ['join("a \\" // b",\t"c") // the end', 'join("a \\" // b", "c")'],
  ['// before\r\n[1,\r\n2]', '[1, 2]'],
])('puts %j in one line', (source, line) => {
  expect(inOneLine(source)).toBe(line)
})
