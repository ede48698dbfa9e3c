import { describe, expect, it } from 'vitest'
import { DiagnosticCollector, sortDiagnostics } from '../../src/diagnostics/collector.js'
import type { Diagnostic } from '../../src/diagnostics/diagnostic.js'
import { toJson } from '../../src/diagnostics/json.js'
import { render, renderPlain } from '../../src/diagnostics/render.js'
import { SourceMap } from '../../src/source/source-file.js'

const text = 'first\n\tsévère = 全角 + x // end\n'

function at(start: number, end: number, code = 'D020'): Diagnostic {
  const span = { file: 'a.draem', start, end }
  return { code, severity: 'error', message: 'there is no `x`', span, related: [], facts: {}, causes: [] }
}

function sources(content = text): SourceMap {
  const map = new SourceMap()
  map.add('a.draem', content)
  return map
}

describe('renderPlain', () => {
  it('marks the span under tabs and wide characters', () => {
    const x = text.indexOf('x //')
    const related = [{ span: { file: 'a.draem', start: 0, end: 5 }, label: 'made here' }]
    const diagnostic = { ...at(x, x + 1), label: 'not known here', help: 'bind it\nor import it', related }
    expect(renderPlain([diagnostic], sources())).toBe(
      [
        'error[D020]: there is no `x`',
        ' --> a.draem:2:16',
        '  |',
        '2 |     sévère = 全角 + x // end',
        '  |                     ^ not known here',
        ' ::: a.draem:1:1',
        '  |',
        '1 | first',
        '  | ----- made here',
        '  = help: bind it',
        '          or import it',
        '',
      ].join('\n'),
    )
  })

  /** The column (in cells, from 0) at which the mark begins, and its length. */
  function mark(line: string, word: string): readonly number[] {
    const start = line.indexOf(word)
    const lines = renderPlain([at(start, start + word.length)], sources(line)).split('\n')
    const found = /\^+/.exec(lines[4] ?? '')
    return [(found?.index ?? 0) - '1 | '.length, found?.[0].length ?? 0]
  }

  it.each([
    ['全角 = x', 'x', [7, 1]],
    ['全角 = x', '全角', [0, 4]],
    ['ｆｕｌｌ = x', 'x', [11, 1]],
    ['ﾊﾝｶｸ = x', 'x', [7, 1]],
    ['한글 = x', 'x', [7, 1]],
    ['⌚ = x', 'x', [5, 1]],
    ['👩‍👩‍👧‍👦 = x', 'x', [5, 1]],
    ['🇩🇪 = x', 'x', [5, 1]],
    ['👍🏽 = 👍🏽', '= 👍🏽', [3, 4]],
    ['e\u0301 = x', 'x', [4, 1]],
    ['a\u200bb = x', 'x', [5, 1]],
    ['\tx', 'x', [4, 1]],
    ['全\tx', 'x', [4, 1]],
    ['全角 \tx', 'x', [8, 1]],
  ])('marks %j under %j at its cells', (line, word, cells) => {
    expect(mark(line, word)).toEqual(cells)
  })

  it('shows the first of many, errors before warnings, and how many more there are', () => {
    const many = Array.from({ length: 60 }, (_, index) => at(index, index + 1))
    const warning = { ...at(0, 1, 'D001'), severity: 'warning' as const }
    const shown = renderPlain([warning, ...many, { ...warning, code: 'D002' }], sources('x'.repeat(80)))
    expect(shown.match(/^(error|warning)/gm)).toHaveLength(50)
    expect(shown).not.toContain('warning[')
    expect(shown.split('\n').at(-2)).toBe('... and 10 more errors and 2 more warnings; `--json` lists all')
    const few = renderPlain([warning, ...many.slice(0, 48)], sources('x'.repeat(80)))
    expect(few).not.toContain('more')
    expect(few.match(/^(error|warning)/gm)).toHaveLength(49)
    expect(toJson([warning, ...many], sources())).toHaveLength(61)
  })

  it('shows a place of a line of a megabyte without reading all of it', () => {
    const long = `${'全角 '.repeat(300_000)}bad ${'b '.repeat(100_000)}`
    const shown = renderPlain(
      Array.from({ length: 50 }, () => at(long.indexOf('bad'), long.indexOf('bad') + 3)),
      sources(long),
    )
    expect(shown).toContain('bad')
    expect(Math.max(...shown.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120)
  })

  it('shows what fits of a long line, with the mark in it', () => {
    const long = `${'a'.repeat(500)} = bad + ${'b'.repeat(500)}`
    const start = long.indexOf('bad')
    const lines = renderPlain([at(start, start + 3)], sources(long)).split('\n')
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(120)
    const mark = lines[4]?.indexOf('^^^') ?? -1
    expect(lines[3]?.slice(mark, mark + 3)).toBe('bad')
  })

  it('marks one place past the end of the file, and names a file that it does not have', () => {
    expect(renderPlain([at(text.length, text.length)], sources())).toContain(' --> a.draem:3:1\n  |\n3 | \n  | ^')
    const option = { ...at(0, 1), span: { file: '--set', start: 0, end: 1 } }
    expect(renderPlain([option], sources())).toBe('error[D020]: there is no `x`\n --> --set\n')
  })

  it('colours on request alone', () => {
    expect(renderPlain([at(0, 5)], sources())).not.toContain('\u001b')
    expect(render([at(0, 5)], sources(), { colour: true, width: 80 })).toContain('\u001b[31;1merror[D020]\u001b[0m')
  })
})

describe('toJson', () => {
  it('gives lines and columns from 1, in characters', () => {
    const x = text.indexOf('x //')
    expect(toJson([at(x, x + 1)], sources())).toEqual([
      {
        ...{ code: 'D020', severity: 'error', message: 'there is no `x`', file: 'a.draem' },
        ...{ line: 2, column: 16, endLine: 2, endColumn: 17, related: [] },
      },
    ])
  })
})

describe('DiagnosticCollector', () => {
  it('keeps the same code at the same span once', () => {
    const collector = new DiagnosticCollector()
    collector.reportAll([at(3, 4), { ...at(3, 4), message: 'again' }, at(3, 5), at(3, 4, 'D021')])
    expect(collector.all.map((each) => each.message)).toEqual(['there is no `x`', 'there is no `x`', 'there is no `x`'])
    expect(collector.hasErrors).toBe(true)
  })

  it('sorts by file, then offset, then code', () => {
    const other = { ...at(0, 1), span: { file: 'b.draem', start: 0, end: 1 } }
    const sorted = sortDiagnostics([other, at(5, 6), at(1, 2, 'D030'), at(1, 2)])
    expect(sorted.map(({ code, span }) => `${span.file} ${span.start} ${code}`)).toEqual([
      ...['a.draem 1 D020', 'a.draem 1 D030', 'a.draem 5 D020', 'b.draem 0 D020'],
    ])
  })
})
