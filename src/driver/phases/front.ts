import { isAbsolute, join, relative } from 'node:path'
import { checkFile } from '../../check/check.js'
import { dumpChecked } from '../../check/dump.js'
import { suggest } from '../../diagnostics/suggest.js'
import { openDisk } from '../../layouts/disk.js'
import { packageRoot } from '../../native/package-root.js'
import { dump } from '../../syntax/dump.js'
import { type ParsedFile, parse } from '../../syntax/parse.js'
import { readWeightTable, type WeightTable } from '../../weights/file.js'
import { phase } from '../phase.js'
import { readSource } from '../source-text.js'

/** The phases up to the checked pipeline: what `check` needs. It loads no pass and no target. @throws UnknownPipeline */
export const frontPhases = [
  phase({
    name: 'ast',
    summary: 'the tree of the file',
    inputs: [],
    run: (_, { source }) => parse(source.text, source.path),
    print: ({ file }) => dump(file),
  }),
  phase({
    name: 'checked',
    summary: 'names resolved, blocks inlined, every tensor with its type, every setting with its origin',
    inputs: ['ast'],
    run: ({ ast }, context) => {
      const { source, pipeline, cell, texts, mayLackPipeline, overrides, environment, workingDirectory, lookAtDisk } =
        context
      if (pipeline !== undefined) requirePipeline(pipeline, ast, shownPath(source.path, workingDirectory))
      return checkFile({
        entry: source.path,
        parsedEntry: ast,
        ...(pipeline === undefined ? {} : { pipeline }),
        ...(cell === undefined ? {} : { cell }),
        ...(mayLackPipeline === undefined ? {} : { mayLackPipeline }),
        loadFile: (path) => (path === source.path ? source.text : (texts?.get(path) ?? readSource(path))),
        libraryDirectory: join(packageRoot(), 'grammar', 'std'),
        overrides,
        environment,
        workingDirectory,
        showPath: (path) => shownPath(path, workingDirectory),
        ...(lookAtDisk ? { disk: openDisk(), readWeights: openWeights() } : {}),
      })
    },
    print: ({ pipeline }) => pipeline && dumpChecked(pipeline),
  }),
] as const

/** Each file of weights is read once, however many pipelines take from it. */
function openWeights(): (path: string) => WeightTable {
  const known = new Map<string, WeightTable>()
  return (path) => {
    const table = known.get(path) ?? readWeightTable(path)
    known.set(path, table)
    return table
  }
}

/** A file below the working directory by its relative path, one of the library as its import names it, any other by its whole path. */
function shownPath(path: string, workingDirectory: string): string {
  const library = relative(join(packageRoot(), 'grammar'), path)
  if (!library.startsWith('..') && !isAbsolute(library)) return library
  const local = relative(workingDirectory, path)
  return local.startsWith('..') || isAbsolute(local) ? path : local
}

/** `--pipeline` names none of the file. */
export class UnknownPipeline extends Error {
  override readonly name = 'UnknownPipeline'
}

function requirePipeline(name: string, { file: source, diagnostics }: ParsedFile, file: string): void {
  const names = source.declarations
    .filter(({ kind }) => kind === 'pipeline')
    .flatMap((each) => ('name' in each ? each.name.name : []))
  if (names.includes(name) || diagnostics.length > 0) return
  const suggestion = suggest(name, names)
  const rest = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
  const listed = names.length === 0 ? 'it declares none' : `its pipelines: ${names.join(', ')}`
  throw new UnknownPipeline(`${file} has no pipeline ${name}${rest} (${listed})`)
}
