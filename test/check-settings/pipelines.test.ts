import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkFile } from '../../src/check/check.js'
import { renderPlain } from '../../src/diagnostics/render.js'

const directory = fileURLToPath(new URL('../../pipelines/', import.meta.url))
const library = fileURLToPath(new URL('../../grammar/std', import.meta.url))

function loadFile(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

test.each(readdirSync(directory).filter((name) => name.endsWith('.draem')))('pipelines/%s has no mistakes', (name) => {
  const { pipeline, studies, diagnostics, sources } = checkFile({
    entry: `${directory}${name}`,
    loadFile,
    libraryDirectory: library,
    overrides: [],
    environment: {},
    workingDirectory: directory,
    mayLackPipeline: true,
  })
  expect(renderPlain(diagnostics, sources)).toBe('')
  if (pipeline === undefined) {
    expect(studies.map((study) => study.name)).toEqual([name.replace('.draem', '')])
    return
  }
  // The last is the one that runs without a name; a file of several that are to be compared is named by what they are.
  expect(pipeline.name).toBe(name === 'dialects.draem' ? 'author2021' : name.replace('.draem', ''))
  // Every parameter of every setting says where its value came from.
  const paths = pipeline.origins.map(({ path }) => path)
  expect(new Set(paths).size).toBe(paths.length)
  expect(paths).toContain('data.validation.faults')
  expect(paths).toContain('train.optimizer.lr')
})
