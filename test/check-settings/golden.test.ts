import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { checkFile } from '../../src/check/check.js'
import { diagnosticTable } from '../../src/diagnostics/codes/index.js'
import { studiesDiagnostics } from '../../src/diagnostics/codes/studies.js'
import { renderPlain } from '../../src/diagnostics/render.js'
import { programLines } from '../../src/plan/pixel-program.js'
import type { WeightTable } from '../../src/weights/file.js'
import { diskOf } from '../support/disk.js'
import { expectNoOrphans, goldenCases, goldenInput, goldenRoot, goldenText } from '../support/golden.js'

const library = fileURLToPath(new URL('../../grammar/std', import.meta.url))

const entry = '/project/input.draem'

/** Through the whole checker; `disk.txt` of a case lists the files that are there, without it no path is looked at. */
function check(folder: string) {
  const text = goldenInput(`${folder}/input.draem`)
  const listing = `${folder}/disk.txt`
  const disk = existsSync(`${goldenRoot}${listing}`)
    ? diskOf(
        ...goldenInput(listing)
          .trim()
          .split('\n')
          .map((line) => `/project/${line}`),
      )
    : undefined
  const tables = `${folder}/weights.json`
  const files = existsSync(`${goldenRoot}${tables}`) ? weightTables(goldenInput(tables)) : undefined
  return checkFile({
    entry,
    loadFile: (path) => (path === entry ? text : path.startsWith(library) ? readFileSync(path, 'utf8') : undefined),
    libraryDirectory: library,
    overrides: [],
    environment: {},
    workingDirectory: '/project',
    ...(disk === undefined ? {} : { disk }),
    ...(files === undefined ? {} : { readWeights: files }),
  })
}

/** `weights.json` of a case: what is in each file of weights, or why nothing is. */
function weightTables(text: string): (path: string) => WeightTable {
  type Listed = { readonly problem: string } | { readonly tensors: Readonly<Record<string, readonly number[]>> }
  const listed: Readonly<Record<string, Listed>> = JSON.parse(text)
  return (path) => {
    const found = listed[path] ?? { problem: 'there is no such file' }
    if ('problem' in found) return { kind: 'refused', problem: found.problem }
    const tensors = new Map(Object.entries(found.tensors).map(([name, shape]) => [name, { shape }]))
    return { kind: 'read', tensors }
  }
}

describe('mistakes in settings, each reported once', () => {
  test.each(goldenCases('settings/bad'))('%s', (name) => {
    const folder = `settings/bad/${name}`
    const { diagnostics, pipeline, sources } = check(folder)
    const [code] = name.split('-')
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toEqual([code])
    expect(pipeline === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'))
    goldenText(`${folder}/expected.txt`, renderPlain(diagnostics, sources))
  })
})

describe('settings without mistakes', () => {
  test.each(goldenCases('settings/good'))('%s', (name) => {
    const folder = `settings/good/${name}`
    const { diagnostics, pipeline, sources } = check(folder)
    expect(renderPlain(diagnostics, sources)).toBe('')
    expect(pipeline).toBeDefined()
    const { data, synthesis: made, train, evaluate } = pipeline ?? {}
    const synthesis = made && { ...made, program: programLines(made.program) }
    goldenText(`${folder}/expected.json`, `${JSON.stringify({ data, synthesis, train, evaluate }, null, 2)}\n`)
  })
})

test('no golden without a test', () => {
  expectNoOrphans('settings', ['input.draem', 'disk.txt', 'weights.json'])
})

/** Codes of this part of the language. */
/** They need a whole file: their goldens are those of `check`. */
const isOfStudies = (code: string): boolean => Object.values(studiesDiagnostics).some((row) => row.code === code)
const codes = diagnosticTable.filter(({ code }) => code >= 'D070' && code < 'D150' && !isOfStudies(code))

describe('every code of settings, training and data', () => {
  test.each(codes.map(({ code, name }) => [code, name] as const))('%s %s has a golden', (code) => {
    expect(goldenCases('settings/bad').filter((folder) => folder.startsWith(`${code}-`))).not.toEqual([])
  })
})
