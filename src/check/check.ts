import { join } from 'node:path'
import { keyOf, withoutCascades } from '../diagnostics/cascades.js'
import { namesDiagnostics } from '../diagnostics/codes/names.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import { DiagnosticCollector, sortDiagnostics } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import type { FileView } from '../layouts/view.js'
import { SourceMap } from '../source/source-file.js'
import { within } from '../source/span.js'
import type { Binding, PipelineDeclaration, StudyDeclaration } from '../syntax/ast.js'
import { type ParsedFile, parse } from '../syntax/parse.js'
import type { CheckedPipeline } from './checked.js'
import { dumpChecked } from './dump.js'
import { modulesBlocks } from './evaluation/block-facts.js'
import { blockFacts, instantiate } from './evaluation/blocks.js'
import { evaluate } from './evaluation/expression.js'
import type { Session } from './evaluation/session.js'
import { applyAllows, blockAllows } from './finishing/allow.js'
import { withCulprits } from './finishing/culprits.js'
import { mistakesOfBase } from './flattening/bases.js'
import type { FlatAllow, FlatPipeline } from './flattening/flat.js'
import { Flattener } from './flattening/flatten.js'
import { damageHolding } from './loading/damage.js'
import { libraryImport } from './loading/forgotten.js'
import { type LoadOptions, ModuleLoader } from './loading/load.js'
import type { Module } from './loading/module.js'
import { namesOfKind } from './loading/module.js'
import type { Override } from './loading/overrides.js'
import { parseOverrides } from './loading/overrides.js'
import { settingsContext } from './origins.js'
import { checkFlatPipeline, openPipeline } from './pipeline.js'
import type { Cell } from './studies/cells.js'
import { checkCompare } from './studies/compare.js'
import { checkStudy, studiedPipeline } from './studies/study.js'
import { resolveType } from './values/types.js'

export interface CheckOptions {
  /** Absolute path of the file. */
  readonly entry: string
  /** Which pipeline of the file; the last one when it is left out: a file goes from the general to the special. */
  readonly pipeline?: string
  readonly loadFile: LoadOptions['loadFile']
  /** The entry's tree, where it was made before. */
  readonly parsedEntry?: ParsedFile
  /** Absolute: where the files of `std/` are. */
  readonly libraryDirectory: string
  /** `--set path=value`. */
  readonly overrides: readonly Override[]
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Relative paths of `--set` start here. */
  readonly workingDirectory: string
  /** A file of blocks, types or studies alone is whole: nothing of it is to be run. */
  readonly mayLackPipeline?: boolean
  /** Left out: paths are not looked at. */
  readonly disk?: FileView
  /** How a file's absolute path is shown; as it is when left out. */
  readonly showPath?: (path: string) => string
}

export interface CheckResult {
  /** Absent when there are errors. */
  readonly pipeline?: CheckedPipeline
  /** By file and place. Warnings may come with a pipeline. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceMap
}

/** From a file's text to a pipeline of which every name, size and setting is known. All mistakes of the file come in one run. */
export function checkPipeline(options: CheckOptions): CheckResult {
  const sources = new SourceMap(options.showPath)
  const session = newSession(sources, options)
  const loader = new ModuleLoader(session, options)
  const module = loader.load(options.entry, options.entry, false)
  if (module === undefined || 'reason' in module) {
    const span = { file: options.entry, start: 0, end: 0 }
    const facts = { path: options.entry, file: options.entry, ...module }
    session.sink.report(diagnose(namesDiagnostics.importNotFound, span, facts))
    return { diagnostics: session.sink.all, sources }
  }
  const overrides = parseOverrides(options.overrides, session)
  for (const each of loader.modules) checkDeclarations(each, session)
  const chosen = choosePipeline(module, options, session)
  const shared = session.sink.all
  const done: Diagnostic[] = []
  let pipeline: CheckedPipeline | undefined
  const flats: FlatPipeline[] = []
  for (const { declaration, isBase } of pipelinesToCheck(module, chosen)) {
    const isChosen = declaration === chosen
    const check = (pipelineText: PipelineDeclaration, over: readonly Binding[]) => {
      const own = { ...session, sink: new DiagnosticCollector() }
      own.sink.reportAll(shared)
      const flattened = new Flattener(own, module).flatten(pipelineText, over)
      const flat = { ...flattened, allows: [...flattened.allows, ...blockAllows(loader.modules)] }
      const checked = checkFlatPipeline(flat, own, options, loader.modules)
      return { flat, checked, ...applyAllows(flat.allows, own.sink.all, own) }
    }
    const laidOver = isChosen ? overrides : []
    const again = asFromHere(session)
    const { flat, checked, recorded, ...told } = check(declaration, laidOver)
    const diagnostics = withCulprits(told.diagnostics, declaration, laidOver, (...other) =>
      again(() => check(...other).diagnostics),
    )
    done.push(...(isBase ? mistakesOfBase(declaration, diagnostics, flats) : diagnostics))
    if (!isBase) flats.push(flat)
    if (isChosen && checked !== undefined && !diagnostics.some(isError)) pipeline = { ...checked, allows: recorded }
  }
  const all = new DiagnosticCollector()
  all.reportAll(
    done.length > 0 || chosen !== undefined
      ? done
      : applyAllows(blockAllows(loader.modules), shared, session).diagnostics,
  )
  checkStudies(module, { ...session, sink: all }, options, loader.modules)
  const diagnostics = withoutCascades(
    sortDiagnostics(
      all.all.map((each) => withDamage(each, session)),
      sources,
    ),
  )
  const sound = !diagnostics.some(isError)
  return { ...(pipeline !== undefined && sound ? { pipeline } : {}), diagnostics, sources }
}

/** What is said of text that could not be read follows from that. */
function withDamage(diagnostic: Diagnostic, { modules }: Session): Diagnostic {
  const module = modules.get(diagnostic.span.file)
  const damage = module && damageHolding(module, diagnostic.span)
  if (damage === undefined || module?.damage.some((each) => each.diagnostic === diagnostic)) return diagnostic
  return { ...diagnostic, causes: [...diagnostic.causes, damage] }
}

/** Runs a check as if nothing had been reported since: circles and forgotten imports are reported once and remembered. */
function asFromHere({ once }: Session): <Result>(run: () => Result) => Result {
  const known = [...once]
  return (run) => {
    const since = [...once]
    const restore = (entries: typeof known): void => {
      once.clear()
      for (const [key, reported] of entries) once.set(key, reported)
    }
    restore(known)
    const result = run()
    restore(since)
    return result
  }
}

function newSession(sources: SourceMap, options: CheckOptions): Session {
  let libraryNames: ReadonlySet<string> | undefined
  return {
    evaluate,
    instantiate,
    sink: new DiagnosticCollector(),
    sources,
    environment: options.environment,
    environmentReads: new Map(),
    libraryNames: () => {
      libraryNames ??= declaredNames(options.loadFile(join(options.libraryDirectory, 'draem.draem')))
      return libraryNames
    },
    modules: new Map(),
    blockFacts,
    checkedBlocks: new Map(),
    once: new Map(),
    running: [],
    floorPoolings: false,
  }
}

function declaredNames(text: ReturnType<LoadOptions['loadFile']>): ReadonlySet<string> {
  const declarations = typeof text !== 'string' ? [] : parse(text, libraryImport).file.declarations
  return new Set(declarations.flatMap((declaration) => (declaration.kind === 'import' ? [] : [declaration.name.name])))
}

/** Types and blocks, whether anything uses them or not. */
function checkDeclarations(module: Module, session: Session): void {
  for (const entity of module.own.values()) {
    if (entity.kind === 'type') resolveType(entity.declaration.type, openPipeline(module, session), [entity.name])
  }
  for (const block of modulesBlocks(module)) blockFacts(block, session)
}

function choosePipeline(
  module: Module,
  { pipeline: name, mayLackPipeline }: CheckOptions,
  session: Session,
): PipelineDeclaration | undefined {
  const own = module.source.declarations.filter(
    (declaration) => declaration.kind === 'pipeline' && !declaration.recovered,
  )
  const pipelines = own.filter((declaration) => declaration.kind === 'pipeline')
  const found = name === undefined ? pipelines.at(-1) : pipelines.find((declaration) => declaration.name.name === name)
  if (found !== undefined) return found
  const hasSyntaxErrors = session.sink.hasErrors
  const start = { file: module.file, start: 0, end: 0 }
  if (name !== undefined) {
    const known = namesOfKind(module, 'pipeline')
    const suggestion = suggest(name, known)
    const facts = { what: 'pipeline', name, known }
    session.sink.report(
      diagnose(namesDiagnostics.unknownName, start, suggestion === undefined ? facts : { ...facts, suggestion }),
    )
  } else if (!hasSyntaxErrors && (mayLackPipeline !== true || module.own.size === 0)) {
    session.sink.report(
      diagnose(namesDiagnostics.missingPart, start, {
        what: 'declaration: the file declares none',
        example: '`pipeline name { ... }`',
      }),
    )
  }
  return undefined
}

/** The chosen one, and every other of the file that nothing extends; then the bases, which may be incomplete by themselves. */
function pipelinesToCheck(
  module: Module,
  chosen: PipelineDeclaration | undefined,
): readonly { readonly declaration: PipelineDeclaration; readonly isBase: boolean }[] {
  const all = module.source.declarations
    .filter((declaration) => declaration.kind === 'pipeline')
    .filter((declaration) => !declaration.recovered)
  const bases = new Set(
    all.filter((declaration) => !extendsItself(declaration, all)).map((declaration) => declaration.base?.name),
  )
  const isBase = (declaration: PipelineDeclaration) => declaration !== chosen && bases.has(declaration.name.name)
  return [...all.filter((each) => !isBase(each)), ...all.filter(isBase)].map((declaration) => ({
    declaration,
    isBase: isBase(declaration),
  }))
}

function extendsItself(declaration: PipelineDeclaration, all: readonly PipelineDeclaration[]): boolean {
  const seen = new Set<PipelineDeclaration>()
  for (let link: PipelineDeclaration | undefined = declaration; link !== undefined && !seen.has(link); ) {
    seen.add(link)
    const base: string | undefined = link.base?.name
    link = all.find((each) => each.name.name === base)
    if (link === declaration) return true
  }
  return false
}

function checkStudies(module: Module, session: Session, options: CheckOptions, modules: readonly Module[]): void {
  for (const declaration of module.source.declarations) {
    if (declaration.kind !== 'study' || declaration.recovered) continue
    const studied = studiedPipeline(declaration, module, session)
    if (studied === undefined) continue
    // The pipeline's own mistakes are told where it is checked.
    const silent = { ...session, sink: new DiagnosticCollector() }
    const flattener = new Flattener(silent, studied.module)
    const flat = flattener.flatten(studied.declaration, [])
    const blocks = blockAllows(modules)
    const allows = [...flat.allows, ...blocks, ...studyAllows(declaration)]
    const base = checkFlatPipeline({ ...flat, allows }, silent, options, modules)
    const errors = applyAllows([...flat.allows, ...blocks], silent.sink.all, silent).diagnostics.filter(isError)
    const known = new Set(silent.sink.all.map(keyOf))
    const cellOf = (bindings: readonly Binding[]): Cell => {
      const own = { ...session, sink: new DiagnosticCollector() }
      const laid = new Flattener(own, studied.module).flatten(studied.declaration, bindings, 'this varies')
      // Its expectations are of the pipeline as it stands.
      const checked = checkFlatPipeline({ ...laid, expects: [], allows }, own, options, modules)
      const { diagnostics } = applyAllows(allows, own.sink.all, own)
      const isOfAxis = ({ span }: Diagnostic) => bindings.some((binding) => within(span, binding.span))
      const kept = diagnostics.filter((each) => isOfAxis(each) || (isError(each) && each.code !== wrongAllow))
      const warnings = withoutCascades(diagnostics).filter((each) => !isError(each) && !known.has(keyOf(each)))
      const resolved = checked && dumpChecked({ ...checked, origins: [] })
      return { diagnostics: kept, warnings, resolved }
    }
    const env = openPipeline(module, session)
    const isSound = base !== undefined && errors.length === 0
    checkStudy(declaration, { flat, paths: flattener.paths(), env, isSound, cellOf })
    if (base !== undefined) checkCompare(declaration, base, settingsContext(env, { ...options, modules, origins: [] }))
  }
}

const wrongAllow = typesDiagnostics.wrongAllow.code

/** They hold for every cell, and need not for each. */
function studyAllows(study: StudyDeclaration): readonly FlatAllow[] {
  return study.items.flatMap((item) => (item.kind === 'allow' ? [{ statement: item, inherited: true }] : []))
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
