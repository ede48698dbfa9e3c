import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkText, told } from './harness.js'

/** One slip of the keyboard in a line; undefined where the line has no place for it. */
const slips: Readonly<Record<string, (line: string) => string | undefined>> = {
  'no equals sign': (line) => (/(?<!=)=(?!=)/.test(line) ? line.replace('=', '') : undefined),
  'two equals signs': (line) => (/(?<!=)=(?!=)/.test(line) ? line.replace('=', '= =') : undefined),
  'a colon for an equals sign': (line) => (/(?<!=)=(?!=)/.test(line) ? line.replace('=', ':') : undefined),
  'no opener': (line) => replaced(line, '(', ''),
  'no closer': (line) => (line.includes(')') ? line.replace(/\)(?!.*\))/, '') : undefined),
  'a bracket for a parenthesis': (line) => replaced(line, '(', '['),
  'no comma': (line) => replaced(line, ',', ' '),
  'two commas': (line) => replaced(line, ',', ',,'),
  'a semicolon for a comma': (line) => replaced(line, ',', ';'),
  'no brace': (line) => replaced(line, '{', ''),
  'a parenthesis for a brace': (line) => (/\w \{$/.test(line) ? line.replace('{', '(') : undefined),
  'a bracket for a brace': (line) => (/\w \{$/.test(line) ? line.replace('{', '[') : undefined),
  'no closing brace': (line) => (line.trim() === '}' ? '' : undefined),
  'no quote': (line) => replaced(line, '"', ''),
  'a closer too many': (line) => `${line} )`,
  'a sign of another language': (line) => `${line} @`,
  'a dangling plus': (line) => `${line} +`,
  'a second value': (line) => `${line} = 3`,
  'a word of the language': (line) => `else ${line}`,
}

function replaced(line: string, what: string, by: string): string | undefined {
  return line.includes(what) ? line.replace(what, by) : undefined
}

/** Without comments, whose text may be anything. */
const text = readFileSync(new URL('../../pipelines/quickstart.draem', import.meta.url), 'utf8')
  .split('\n')
  .map((line) => line.replace(/\s*\/\/.*$/, ''))
const slippery = text.flatMap((line, index) => (line.trim() === '' ? [] : [[line, index] as const]))

describe('one slip anywhere in a file gives one message', () => {
  test.each(Object.entries(slips))('%s', (_name, slip) => {
    const several: string[] = []
    let tried = 0
    for (const [line, index] of slippery) {
      const slipped = slip(line)
      if (slipped === undefined) continue
      tried += 1
      const messages = told(checkText(text.with(index, slipped).join('\n')))
      if (messages.length > 1) several.push(`${index + 1}: ${slipped.trim()}: ${messages.join(', ')}`)
    }
    expect(tried).toBeGreaterThan(0)
    expect(several).toEqual([])
  })
})
