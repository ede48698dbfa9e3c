import { readFileSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** A declaration that is added to a table, and the files that must then say something of it. */
const added = [
  {
    file: 'src/components/data.ts',
    table: 'export const dataSources = {',
    name: 'new_layout',
    halves: ['src/check/settings/data.ts', 'src/layouts/layouts.ts'],
  },
  {
    file: 'src/check/primitives/table.ts',
    table: 'const synthesisPrimitives = {',
    name: 'new_primitive',
    halves: ['src/check/primitives/ranges.ts', 'src/check/primitives/shapes.ts'],
  },
  {
    file: 'src/plan/pixel-program.ts',
    table: 'export interface PixelOperators {',
    name: 'new_operator',
    halves: ['src/check/settings/pixel-block.ts', 'src/data/synthesis/kernels.ts', 'src/plan/pixel-program.ts'],
  },
  {
    file: 'src/components/training.ts',
    table: 'export const optimizers = {',
    name: 'new_optimizer',
    halves: ['src/lower/optimizer.ts', 'src/train/schedule.ts'],
  },
  {
    file: 'src/components/training.ts',
    table: 'export const schedules = {',
    name: 'new_schedule',
    halves: ['src/check/settings/train.ts', 'src/train/schedule.ts'],
  },
  {
    file: 'src/components/metrics.ts',
    table: 'export const metrics = {',
    name: 'new_metric',
    halves: ['src/train/metrics/table.ts'],
  },
]

/** As a developer would write it first: a declaration alone, with the parameters of a neighbour where the rest reads them. */
function declaration({ table, name }: (typeof added)[number]): string {
  if (table.includes('metrics')) return `${name}: metric(['image'], 'higher', 'A metric.', {}),`
  if (table.includes('optimizers')) return `${name}: declare('An optimizer.', { lr }),`
  if (table.includes('dataSources')) return `${name}: dataSource('A layout.', { category: name('A part.', '^.*$') }),`
  if (table.includes('Primitives')) return `${name}: draw('A draw.', [], 'value'),`
  if (table.includes('PixelOperators')) return `readonly ${name}: None`
  return `${name}: declare('A component.', {}),`
}

test('a component that is declared and nothing else does not compile: each half that lacks is named, and nothing else', () => {
  const { options, fileNames } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(`${root}/tsconfig.json`, (path) => readFileSync(path, 'utf8')).config,
    ts.sys,
    root,
  )
  const host = ts.createCompilerHost(options)
  const readFile = host.readFile.bind(host)
  const texts = new Map<string, string>()
  for (const each of added) {
    const path = resolve(root, each.file)
    const text = texts.get(path) ?? readFileSync(path, 'utf8')
    expect(text).toContain(each.table)
    texts.set(
      path,
      text.replace(each.table, () => `${each.table}\n  ${declaration(each)}`),
    )
  }
  host.readFile = (path) => texts.get(resolve(path)) ?? readFile(path)
  const getSourceFile = host.getSourceFile.bind(host)
  host.getSourceFile = (path, ...rest) => {
    const text = texts.get(resolve(path))
    return text === undefined ? getSourceFile(path, ...rest) : ts.createSourceFile(path, text, ts.ScriptTarget.ES2022)
  }
  const sources = fileNames.filter((file) => relative(root, file).startsWith('src/'))
  const program = ts.createProgram(sources, { ...options, noEmit: true }, host)
  const found = new Set<string>()
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const message = ts.flattenDiagnosticMessageText(messageText, '\n')
    for (const { name } of added)
      if (message.includes(`'${name}'`) || message.includes(`"${name}"`))
        found.add(`${name} in ${relative(root, file?.fileName ?? '')}`)
    expect(`${relative(root, file?.fileName ?? '')}: ${message}`).toMatch(/['"]new_/)
  }
  expect([...found].sort()).toEqual(
    added.flatMap(({ name, halves }) => halves.map((half) => `${name} in ${half}`)).sort(),
  )
})
