import { withoutCascades } from '../diagnostics/cascades.js'
import { diagnosticRow } from '../diagnostics/codes/index.js'
import { namesDiagnostics } from '../diagnostics/codes/names.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import { DiagnosticCollector, sortDiagnostics, TooManyErrors } from '../diagnostics/collector.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invariant } from '../diagnostics/invariant.js'
import { suggest } from '../diagnostics/suggest.js'
import { SourceMap } from '../source/source-file.js'
import { within } from '../source/span.js'
import type { Binding, PipelineDeclaration } from '../syntax/ast.js'
import type { CheckedPipeline } from './checked.js'
import { modulesBlocks } from './evaluation/block-facts.js'
import { blockFacts } from './evaluation/blocks.js'
import type { Program, Session } from './evaluation/session.js'
import { openSession } from './evaluation/session.js'
import { applyAllows, blockAllows } from './finishing/allow.js'
import type { FlatAllow } from './flattening/flat.js'
import { withDamage } from './loading/damage.js'
import { ModuleLoader } from './loading/load.js'
import type { Module } from './loading/module.js'
import { lookUp, namesOfKind } from './loading/module.js'
import { parseOverrides } from './loading/overrides.js'
import type { CheckOptions } from './options.js'
import { checkPipelineOf, openPipeline, type PipelineCheck } from './pipeline.js'
import { newProgram } from './program.js'
import {
  allowsOf,
  type CheckedStudy,
  cellBindings,
  checkStudy,
  type StudiedPipeline,
  studiedPipeline,
} from './studies/study.js'
import { resolveType } from './values/types.js'

export interface CheckResult {
  /** The one that was asked for, with the options. Absent when the file has errors. */
  readonly pipeline?: CheckedPipeline
  /** Every pipeline of the file that can be run, in its order; none when the file has errors. */
  readonly pipelines: readonly CheckedPipeline[]
  readonly studies: readonly CheckedStudy[]
  /** By file and place. Warnings may come with a pipeline. */
  readonly diagnostics: readonly Diagnostic[]
  readonly sources: SourceMap
}

/** From a file's text to pipelines and studies of which every name, size and setting is known. All mistakes of the file come in one run. */
export function checkFile(options: CheckOptions): CheckResult {
  const sources = new SourceMap(options.showPath)
  const program = newProgram(sources, options)
  try {
    return checkProgram(program, options)
  } catch (error) {
    if (!(error instanceof TooManyErrors)) throw error
    return { pipelines: [], studies: [], diagnostics: inOrder(error.diagnostics, program), sources }
  }
}

function checkProgram(program: Program, options: CheckOptions): CheckResult {
  const { sources } = program
  const session = openSession(program)
  const loader = new ModuleLoader(session, options)
  const module = loader.load(options.entry, options.entry, false)
  if (module === undefined || 'reason' in module) {
    const span = { file: options.entry, start: 0, end: 0 }
    const facts = { path: options.entry, file: options.entry, ...module }
    session.sink.report(diagnose(namesDiagnostics.importNotFound, span, facts))
    return { pipelines: [], studies: [], diagnostics: session.sink.all, sources }
  }
  const overrides = parseOverrides(options.overrides, session)
  for (const each of loader.modules) checkDeclarations(each, session)
  const allows = blockAllows(loader.modules)
  if (options.cell !== undefined) return checkCell(options.cell, module, overrides, allows, session)
  const chosen = choosePipeline(module, options, session)
  const reported = session.sink.all
  const checks = new Map<PipelineDeclaration, PipelineCheck>()
  /** Checks that depend on nothing else that was found: studies begin with them. */
  const alone = new Map<PipelineDeclaration, PipelineCheck>()
  let { once }: Pick<PipelineCheck, 'once'> = session
  const all = new DiagnosticCollector()
  const bases = new Set(
    pipelinesOf(module).flatMap(({ name, base }) => (base === undefined || base.name === name.name ? [] : [base.name])),
  )
  for (const declaration of pipelinesOf(module)) {
    const laidOver = declaration === chosen ? overrides : []
    const isAlone = laidOver.length + reported.length + once.size === 0
    const base = declaration.base && lookUp(module, declaration.base.name)
    const like = base?.kind === 'pipeline' ? checks.get(base.declaration) : undefined
    const request = { overrides: laidOver, allows, reported, once, ...(like === undefined ? {} : { like }) }
    const result = checkPipelineOf(program, { declaration, module }, request)
    checks.set(declaration, result)
    if (isAlone) alone.set(declaration, result)
    once = result.once
    const isBase = declaration !== chosen && bases.has(declaration.name.name)
    all.reportAll(isBase ? withoutLacks(declaration, result.diagnostics) : result.diagnostics)
  }
  if (checks.size === 0) all.reportAll(applyAllows(allows, reported, session).diagnostics)
  const baseOf = (studied: StudiedPipeline): PipelineCheck => {
    const base = alone.get(studied.declaration) ?? checkPipelineOf(program, studied, { allows })
    alone.set(studied.declaration, base)
    return base
  }
  const studies = module.source.declarations.flatMap((declaration) => {
    if (declaration.kind !== 'study' || declaration.recovered) return []
    return checkStudy(declaration, module, { ...session, sink: all }, allows, baseOf) ?? []
  })
  const diagnostics = inOrder(all.all, program)
  if (diagnostics.some(isError)) return { pipelines: [], studies: [], diagnostics, sources }
  const pipeline = chosen && checks.get(chosen)?.checked
  const pipelines = [...checks.values()].flatMap(({ checked }) => checked ?? [])
  return { ...(pipeline === undefined ? {} : { pipeline }), pipelines, studies, diagnostics, sources }
}

/** What a cell lays over its pipeline may still not go together. */
function checkCell(
  cell: NonNullable<CheckOptions['cell']>,
  module: Module,
  overrides: readonly Binding[],
  blocks: readonly FlatAllow[],
  session: Session,
): CheckResult {
  const { sources, sink } = session
  const found = module.source.declarations.find((each) => each.kind === 'study' && each.name.name === cell.study)
  const study = found?.kind === 'study' ? found : undefined
  const studied = study && studiedPipeline(study, module, session)
  const laid = study && cellBindings(study, openPipeline(module, session))[cell.number - 1]
  invariant(study && studied && laid, `there is a cell ${cell.number} of a study ${cell.study} without mistakes`)
  const { checked, diagnostics: all } = checkPipelineOf(session, studied, {
    ...{ overrides: [...overrides, ...laid], what: 'this varies', expects: false, reported: sink.all },
    allows: [...blocks, ...allowsOf(study)],
  })
  const diagnostics = inOrder(all, session)
  if (checked === undefined || diagnostics.some(isError)) return { pipelines: [], studies: [], diagnostics, sources }
  return { pipeline: checked, pipelines: [checked], studies: [], diagnostics, sources }
}

/** By file and place, without what follows from another. */
function inOrder(diagnostics: readonly Diagnostic[], program: Program): readonly Diagnostic[] {
  return withoutCascades(sortDiagnostics(withDamage(diagnostics, program), program.sources))
}

/** What a base may lack, since those that extend it give it. */
const lacks: ReadonlySet<string> = new Set([
  namesDiagnostics.missingPart.code,
  typesDiagnostics.paramWithoutValue.code,
  typesDiagnostics.missingArgument.code,
])

/** What a base that is not whole has wrong by itself; what can be allowed is for the pipelines that are run to decide. */
function withoutLacks({ items }: PipelineDeclaration, diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const graphs = items.filter((item) => item.kind === 'section' && ['model', 'loss'].includes(item.name.name))
  const isLack = ({ code, span }: Diagnostic) => lacks.has(code) && !graphs.some((item) => within(span, item.span))
  if (!diagnostics.some(isLack)) return diagnostics
  return diagnostics.filter((each) => isError(each) && !isLack(each) && !diagnosticRow(each.code)?.allowable)
}

/** Types and blocks, whether anything uses them or not. */
function checkDeclarations(module: Module, session: Session): void {
  for (const entity of module.own.values()) {
    if (entity.kind === 'type') resolveType(entity.declaration.type, openPipeline(module, session), [entity.name])
  }
  for (const block of modulesBlocks(module)) blockFacts(block, session)
}

function pipelinesOf({ source }: Module): readonly PipelineDeclaration[] {
  return source.declarations.flatMap((each) => (each.kind === 'pipeline' && !each.recovered ? [each] : []))
}

function choosePipeline(
  module: Module,
  { pipeline: name, mayLackPipeline }: CheckOptions,
  session: Session,
): PipelineDeclaration | undefined {
  const pipelines = pipelinesOf(module)
  const found = name === undefined ? pipelines.at(-1) : pipelines.find((declaration) => declaration.name.name === name)
  if (found !== undefined) return found
  const start = { file: module.file, start: 0, end: 0 }
  if (name !== undefined) {
    const known = namesOfKind(module, 'pipeline')
    const facts = { what: 'pipeline', name, known, suggestion: suggest(name, known) }
    session.sink.report(diagnose(namesDiagnostics.unknownName, start, facts))
  } else if (!session.sink.hasErrors && (mayLackPipeline !== true || module.own.size === 0)) {
    const isStudied = module.source.declarations.some((each) => each.kind === 'study')
    const what = isStudied
      ? 'declaration: the file has studies alone, which `draemc study run` runs'
      : 'declaration: the file declares none'
    const facts = { what, example: '`pipeline name { ... }`' }
    session.sink.report(diagnose(namesDiagnostics.missingPart, start, facts))
  }
  return undefined
}

const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
