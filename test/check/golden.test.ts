import { afterAll, describe, expect, it } from 'vitest'
import { dumpChecked } from '../../src/check/dump.js'
import { diagnosticTable } from '../../src/diagnostics/codes/index.js'
import { studiesDiagnostics } from '../../src/diagnostics/codes/studies.js'
import { renderPlain } from '../../src/diagnostics/render.js'
import { expectNoOrphans, goldenCases, goldenInput, goldenText } from '../support/golden.js'
import { checkText } from './harness.js'

describe('good programs check without a word', () => {
  for (const name of goldenCases('check/good')) {
    it(name, () => {
      const result = checkText(goldenInput(`check/good/${name}/input.draem`))
      expect(renderPlain(result.diagnostics, result.sources)).toBe('')
      expect(result.pipeline, 'a good program has a checked pipeline').toBeDefined()
      if (result.pipeline) goldenText(`check/good/${name}/expected.txt`, dumpChecked(result.pipeline))
    })
  }
})

describe('bad programs are reported with their one mistake', () => {
  for (const name of goldenCases('check/bad')) {
    it(name, () => {
      const result = checkText(goldenInput(`check/bad/${name}/input.draem`))
      expect(result.diagnostics.map(({ code }) => code)).toEqual([name.split('-')[0]])
      const isError = result.diagnostics.some(({ severity }) => severity === 'error')
      expect(result.pipeline === undefined, 'errors and a pipeline exclude each other').toBe(isError)
      goldenText(
        `check/bad/${name}/expected.txt`,
        renderPlain(result.diagnostics, result.sources).replaceAll('/project/', ''),
      )
    })
  }

  it('there is one for every code of names, types, tensors and studies', () => {
    const own = diagnosticTable.map(({ code }) => code).filter((code) => code >= 'D020' && code <= 'D069')
    own.push(...Object.values(studiesDiagnostics).map(({ code }) => code))
    const covered = new Set(goldenCases('check/bad').map((name) => name.split('-')[0]))
    expect(own.filter((code) => !covered.has(code))).toEqual([])
  })
})

afterAll(() => expectNoOrphans('check', ['input.draem', 'cells.txt']))
