import { describe, expect, test } from 'vitest'
import { checkText, told } from './harness.js'

type Nest = (depth: number) => string

function around(before: string, inside: string, after: string): Nest {
  return (depth) => before.repeat(depth) + inside + after.repeat(depth)
}

/** Every way in which a value, a type or a section holds another one. */
const values: Readonly<Record<string, Nest>> = {
  calls: around('relu(', 'image', ')'),
  'calls with names': around('relu(x = ', 'image', ')'),
  lists: around('[', '1', ']'),
  records: around('{ a = ', '1', ' }'),
  parentheses: around('(', '1', ')'),
  indices: around('a[', '1', ']'),
  branches: around('if true { ', '1', ' } else { 1 }'),
  arms: around('match a { b => ', '1', ' }'),
  'subjects in parentheses': around('match (', 'a', ') { b => 1 }'),
  'patterns of arms': around('match a { f(', 'b', ') => 1 }'),
  'conditions in parentheses': around('if (', 'true', ') { 1 } else { 1 }'),
  'conditions without parentheses': around('if ', 'true', ' { 1 } else { 1 }'),
  'subjects without parentheses': around('match ', 'a', ' { b => 1 }'),
  'several in turn': around('f([{ a = g(b[if true { (', '1', ') } else { 1 }]) }])'),
  pipes: around('', 'image', ' |> relu'),
  sums: around('', '1', ' + 1'),
  signs: around('-', '1', ''),
  members: around('', 'a', '.b'),
}
/** Brackets nest a hundred deep, what is written without them deeper. */
const types: Readonly<Record<string, readonly [nest: Nest, limit: number]>> = {
  lists: [around('[', 'map', ']'), 98],
  records: [around('{ a: ', 'map', ' }'), 98],
  operands: [around('block(x: ', 'map', ') -> map'), 98],
  results: [around('block(x: map) -> ', 'map', ''), 250],
}
const depths = [90, 120, 200, 256, 300, 5000]

function codes(text: string): ReadonlySet<string> {
  return new Set(checkText(text).diagnostics.map(({ code }) => code))
}

describe('nesting ends in an answer', () => {
  test.each(Object.entries(values))('values: %s', (_name, nest) => {
    for (const depth of depths) {
      const found = codes(`pipeline p {\n  model {\n    a = ${nest(depth)}\n  }\n}\n`)
      if (depth > 256) expect(found).toContain('D009')
    }
  })

  test.each(Object.entries(types))('types: %s', (_name, [nest, limit]) => {
    for (const depth of depths) {
      const found = codes(`pipeline p {\n  param a: ${nest(depth)}\n}\n`)
      expect(found.has('D009')).toBe(depth > limit)
    }
  })

  test('sections', () => {
    for (const depth of depths) {
      const found = codes(`pipeline p {\n${around('a {\n', 'b = 1\n', '}\n')(depth)}}\n`)
      expect(found.has('D009')).toBe(depth > 98)
    }
  })

  test('what is nested deep is read as all else', () => {
    const deep = (inside: string) => `pipeline p {\n  a = ${around('f(', inside, ')')(95)}\n}\n`
    const places = checkText(deep('1 +')).diagnostics.filter(({ code }) => code === 'D010')
    expect(places.map(({ span }) => span.start)).toEqual([deep('1 +').indexOf('1 +') + 3])
  })
})

describe('pipelines that extend each other', () => {
  const chain = (length: number) =>
    [
      'pipeline p0 { seed = 0 }',
      ...Array.from({ length }, (_, i) => `pipeline p${i + 1} extends p${i} { seed = ${i} }`),
    ].join('\n')
  const limits = (length: number) => told(checkText(chain(length))).filter((each) => each.startsWith('D069'))

  test('may be a hundred, and the first beyond is reported once', () => {
    expect(limits(99)).toEqual([])
    expect(limits(1000)).toEqual(['D069 at 101:23'])
  })
})
