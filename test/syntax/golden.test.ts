import { afterAll, describe, expect, it } from 'vitest'
import { renderPlain } from '../../src/diagnostics/render.js'
import { SourceMap } from '../../src/source/source-file.js'
import { dump } from '../../src/syntax/dump.js'
import { parse } from '../../src/syntax/parse.js'
import { format } from '../../src/syntax/print.js'
import { expectNoOrphans, goldenCases, goldenInput, goldenText } from '../support/golden.js'

function read(path: string) {
  const sources = new SourceMap()
  const text = goldenInput(path)
  sources.add('input.draem', text)
  return { text, sources, ...parse(text, 'input.draem') }
}

describe('good programs', () => {
  it.each(goldenCases('syntax/good'))('%s', (name) => {
    const { text, file, diagnostics, sources } = read(`syntax/good/${name}/input.draem`)
    expect(renderPlain(diagnostics, sources)).toBe('')
    goldenText(`syntax/good/${name}/ast.txt`, dump(file))
    goldenText(`syntax/good/${name}/formatted.txt`, format(text))
  })
})

describe('bad programs', () => {
  it.each(goldenCases('syntax/bad'))('%s', (name) => {
    const { file, diagnostics, sources } = read(`syntax/bad/${name}/input.draem`)
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(name.slice(0, 4))
    goldenText(`syntax/bad/${name}/diagnostics.txt`, renderPlain(diagnostics, sources))
    goldenText(`syntax/bad/${name}/ast.txt`, dump(file))
  })
})

afterAll(() => expectNoOrphans('syntax', ['input.draem']))
