import { join } from 'node:path'
import type { SourceMap } from '../source/source-file.js'
import { blockFacts, instantiate } from './evaluation/blocks.js'
import { evaluate } from './evaluation/expression.js'
import { openSession, type Program } from './evaluation/session.js'
import { callPixelBlock } from './evaluation/syntheses.js'
import { libraryImport, parseLibrary, presetsImport } from './loading/library.js'
import { type LoadOptions, ModuleLoader } from './loading/load.js'
import type { Module } from './loading/module.js'
import type { CheckOptions } from './options.js'

/** What all checks of one file share, before any file is read. */
export function newProgram(sources: SourceMap, options: CheckOptions): Program {
  let libraryNames: ReadonlySet<string> | undefined
  const program: Program = {
    evaluate,
    instantiate,
    callPixelBlock,
    presets: () => program.modules.get(presetsFile) ?? loadPresets(program, options),
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
    ...(options.readWeights === undefined ? {} : { readWeights: options.readWeights }),
  }
  return program
}

const presetsFile = `${presetsImport}.draem`

function loadPresets(program: Program, options: LoadOptions): Module | undefined {
  const path = join(options.libraryDirectory, presetsFile.slice(presetsFile.indexOf('/') + 1))
  const module = new ModuleLoader(openSession(program), options).load(path, presetsFile, true)
  return module === undefined || 'reason' in module ? undefined : module
}

function declaredNames(text: ReturnType<LoadOptions['loadFile']>): ReadonlySet<string> {
  const declarations = typeof text !== 'string' ? [] : parseLibrary(text, `${libraryImport}.draem`).file.declarations
  return new Set(declarations.flatMap((declaration) => (declaration.kind === 'import' ? [] : [declaration.name.name])))
}
