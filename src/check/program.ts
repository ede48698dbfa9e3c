import { join } from 'node:path'
import type { SourceMap } from '../source/source-file.js'
import { blockFacts, instantiate } from './evaluation/blocks.js'
import { evaluate } from './evaluation/expression.js'
import type { Program } from './evaluation/session.js'
import { libraryImport, parseLibrary } from './loading/library.js'
import type { LoadOptions } from './loading/load.js'
import type { CheckOptions } from './options.js'

/** What all checks of one file share, before any file is read. */
export function newProgram(sources: SourceMap, options: CheckOptions): Program {
  let libraryNames: ReadonlySet<string> | undefined
  return {
    evaluate,
    instantiate,
    sources,
    environment: options.environment,
    libraryNames: () => {
      libraryNames ??= declaredNames(options.loadFile(join(options.libraryDirectory, 'draem.draem')))
      return libraryNames
    },
    modules: new Map(),
    blockFacts,
    checkedBlocks: new Map(),
    types: new Map(),
    workingDirectory: options.workingDirectory,
    ...(options.disk === undefined ? {} : { disk: options.disk }),
  }
}

function declaredNames(text: ReturnType<LoadOptions['loadFile']>): ReadonlySet<string> {
  const declarations = typeof text !== 'string' ? [] : parseLibrary(text, `${libraryImport}.draem`).file.declarations
  return new Set(declarations.flatMap((declaration) => (declaration.kind === 'import' ? [] : [declaration.name.name])))
}
