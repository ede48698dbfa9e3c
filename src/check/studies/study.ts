import type { Monitor } from '../../components/metrics.js'
import { keyOf } from '../../diagnostics/cascades.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import { type Span, within } from '../../source/span.js'
import type { Binding, Expression, PipelineDeclaration, StudyDeclaration, VaryStatement } from '../../syntax/ast.js'
import { dumpChecked } from '../dump.js'
import type { Env } from '../evaluation/env.js'
import type { Session } from '../evaluation/session.js'
import { textOf } from '../evaluation/session.js'
import type { FlatAllow } from '../flattening/flat.js'
import { sectionNames, settingNames } from '../flattening/flatten.js'
import { pathSpan, pathText, settablePaths, suggestPath } from '../flattening/paths.js'
import type { Module } from '../loading/module.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import type { Override } from '../loading/overrides.js'
import { settingsContext } from '../origins.js'
import { checkPipelineOf, openPipeline, type PipelineCheck } from '../pipeline.js'
import { type Cell, checkValues } from './axis.js'
import type { Axes, Choice } from './exclude.js'
import { cellsOf, checkExcludes, isExcluded } from './exclude.js'
import { checkCompare, checkSettings } from './settings.js'

/** A study of which every cell can be run. */
export interface CheckedStudy {
  readonly name: string
  readonly doc?: string
  /** The pipeline that it varies. */
  readonly pipeline: string
  readonly mode: 'grid' | 'one_at_a_time'
  /** What is varied, as it is written; the seeds last, as `seed`. */
  readonly axes: readonly { readonly path: string; readonly values: readonly string[] }[]
  /** In the order in which the axes count up, the last one fastest. */
  readonly cells: readonly StudyCell[]
  /** Those that are left out. */
  readonly excluded: readonly StudyCell[]
  readonly compare: readonly Monitor[]
}

/** One run of the pipeline. */
export interface StudyCell {
  /** `lambda=0.5, seed=1` */
  readonly label: string
  /** What makes the pipeline this cell's, as it is written. */
  readonly overrides: readonly Override[]
}

/** Axes name what the pipeline has, and have different values that it can run with; seeds, mode, exclusions and what is compared fit them. */
export function checkStudy(
  study: StudyDeclaration,
  module: Module,
  session: Session,
  blocks: readonly FlatAllow[],
  baseOf: (studied: StudiedPipeline) => PipelineCheck,
): CheckedStudy | undefined {
  const studied = studiedPipeline(study, module, session)
  if (studied === undefined) return undefined
  const before = session.sink.all.length
  const base = baseOf(studied)
  const request = { allows: [...blocks, ...allowsOf(study)], what: 'this varies', expects: false, like: base } as const
  const known = new Set(base.diagnostics.map(keyOf))
  const cellOf = (overrides: readonly Binding[]): Cell => {
    const { checked, diagnostics } = checkPipelineOf(session, studied, { ...request, overrides })
    const isOfAxis = ({ span }: Diagnostic) => overrides.some((binding) => within(span, binding.span))
    const kept = diagnostics.filter((each) => isOfAxis(each) || (isError(each) && each.code !== wrongAllow))
    const warnings = diagnostics.filter((each) => !isError(each) && !known.has(keyOf(each)))
    return { diagnostics: kept, warnings, resolved: checked && dumpChecked({ ...checked, origins: [] }) }
  }
  const env = openPipeline(module, session)
  const vary = study.items.filter((item) => item.kind === 'vary')
  const { seeds, isGrid } = checkSettings(study, vary, env)
  const varied = axesOf(vary, base, session)
  const { values, axes } = valuesOf(varied, seeds)
  const excludes = study.items.filter((item) => item.kind === 'exclude')
  const isWhole = values.size === vary.length && !study.items.some((item) => item.recovered)
  const cells = cellsOf(values, seeds, isGrid)
  if (isWhole) checkExcludes(excludes, axes, cells, env)
  const runs = (choice: Choice): boolean => cellOf(bindingsOf(choice, varied)).diagnostics.length === 0
  // Alone a value may not go with the pipeline, and go with every value that it meets.
  const isRescued = (path: string, value: Expression): boolean => {
    if (!isGrid && excludes.length === 0) return false
    const all = cellsOf(new Map([...values, [path, [value]]]), undefined, isGrid) ?? []
    const met = all.filter((cell) => cell.get(path) === value && !isExcluded(cell, excludes, values, env))
    return met.length === 0 || met.length > mostTried || (values.size > 1 && isGrid && met.some(runs))
  }
  for (const item of varied) checkValues(item, { env, isSound: base.checked !== undefined, cellOf }, isRescued)
  if (base.checked === undefined) return undefined
  const compare = checkCompare(study, base.checked, settingsContext(env, []))
  if (!isWhole || cells === undefined || session.sink.all.slice(before).some(isError)) return undefined
  const text = (value: Expression): string => textOf(session, value.span)
  const isLeftOut = (cell: Choice): boolean => isExcluded(cell, excludes, axes, env)
  const cellNamed = (cell: Choice): StudyCell => {
    const overrides = [...cell].map(([path, value]) => ({ path, value: text(value) }))
    return { label: overrides.map(({ path, value }) => `${path}=${value}`).join(', '), overrides }
  }
  return {
    name: study.name.name,
    ...(study.doc === undefined ? {} : { doc: study.doc }),
    pipeline: study.of.name,
    mode: isGrid ? 'grid' : 'one_at_a_time',
    axes: [...axes].map(([path, items]) => ({ path, values: items.map(text) })),
    cells: cells.filter((cell) => !isLeftOut(cell)).map(cellNamed),
    excluded: cells.filter(isLeftOut).map(cellNamed),
    compare,
  }
}

/** They hold for every cell, and need not for each. */
export function allowsOf({ items }: StudyDeclaration): readonly FlatAllow[] {
  return items.flatMap((item) => (item.kind === 'allow' ? [{ statement: item, inherited: true }] : []))
}

/** What each cell of a study without mistakes lays over its pipeline, in the order of `CheckedStudy.cells`. */
export function cellBindings(study: StudyDeclaration, env: Env): readonly (readonly Binding[])[] {
  const vary = study.items.filter((item) => item.kind === 'vary')
  const { seeds, isGrid } = checkSettings(study, vary, env)
  const { values, axes } = valuesOf(vary, seeds)
  const excludes = study.items.filter((item) => item.kind === 'exclude')
  const cells = cellsOf(values, seeds, isGrid) ?? []
  return cells
    .filter((cell) => !isExcluded(cell, excludes, axes, env))
    .map((cell) => {
      const seed = seeds && cell.get('seed')
      if (seed === undefined) return bindingsOf(cell, vary)
      const path = [{ kind: 'identifier', name: 'seed', span: seed.span } as const]
      return [...bindingsOf(cell, vary), { kind: 'binding', path, value: seed, span: seed.span }]
    })
}

/** By the path of their axis; `axes` has the seeds too. */
function valuesOf(
  vary: readonly VaryStatement[],
  seeds: readonly Expression[] | undefined,
): { readonly values: Axes; readonly axes: Axes } {
  const values = new Map<string, readonly Expression[]>(
    vary.flatMap((item) => (item.value.kind === 'list' ? [[pathText(item.path), item.value.items] as const] : [])),
  )
  return { values, axes: seeds === undefined ? values : new Map([...values, ['seed', seeds]]) }
}

export interface StudiedPipeline {
  readonly declaration: PipelineDeclaration
  readonly module: Module
}

/** The pipeline of a study; undefined when there is none, which is reported. */
export function studiedPipeline(
  study: StudyDeclaration,
  module: Module,
  session: Session,
): StudiedPipeline | undefined {
  const { name, span, recovered } = study.of
  const entity = lookUp(module, name)
  if (entity?.kind === 'pipeline') return entity
  if (recovered || module.damaged.has(name)) return undefined
  const known = namesOfKind(module, 'pipeline')
  const suggestion = suggest(name, known)
  const facts = { what: 'pipeline', name, known, ...(suggestion === undefined ? {} : { suggestion }) }
  session.sink.report(diagnose(namesDiagnostics.unknownName, span, facts))
  return undefined
}

/** Combinations that are tried for a value that alone is refused; of more nothing is said. */
const mostTried = 40

function bindingsOf(choice: Choice, axes: readonly VaryStatement[]): readonly Binding[] {
  return axes.flatMap((axis) => {
    const value = choice.get(pathText(axis.path))
    return value === undefined ? [] : [{ kind: 'binding', path: axis.path, value, span: axis.span } as const]
  })
}

/** Those that name something of the pipeline, each once. */
function axesOf(vary: readonly VaryStatement[], base: PipelineCheck, { sink }: Session): readonly VaryStatement[] {
  const seen = new Map<string, Span>()
  return vary.filter((item) => {
    if (item.recovered) return false
    const path = pathText(item.path)
    const span = pathSpan(item.path)
    const before = seen.get(path)
    seen.set(path, before ?? span)
    if (before === undefined) return isAxis(item, path, span, base, sink)
    const related = [{ span: before, label: 'first axis' }]
    sink.report(
      diagnose(namesDiagnostics.duplicateName, span, { what: 'axis', name: path, of: 'another axis' }, related),
    )
    return false
  })
}

function isAxis(
  { path: [head, ...rest] }: VaryStatement,
  path: string,
  span: Span,
  { flat, unknown }: PipelineCheck,
  sink: Session['sink'],
): boolean {
  const { params, settings, sections } = flat
  if (head === undefined) return false
  const isPart = [...settingNames, ...sectionNames].some((part) => part === head.name)
  const isKnown =
    (params.has(head.name) && rest.length === 0) ||
    settings.has(head.name) ||
    (head.name === 'seed' && rest.length === 0) ||
    // Their settings have defaults: what is not written can be varied too.
    ((head.name === 'train' || head.name === 'evaluate') && rest.length > 0) ||
    sections.get(head.name)?.settings.has(rest[0]?.name ?? '') === true
  // A part that the pipeline lacks is reported there.
  if (isKnown || (isPart && !sections.has(head.name))) return isKnown
  const suggestion = suggestPath(path, settablePaths(params, settings, sections))
  const facts = { path, what: 'this varies', ...(suggestion === undefined ? {} : { suggestion }) }
  const cause = unknown.get(path)
  sink.report(diagnose(namesDiagnostics.unknownPath, span, facts, [], cause === undefined ? [] : [cause]))
  return false
}

const wrongAllow = typesDiagnostics.wrongAllow.code
const isError = ({ severity }: Diagnostic): boolean => severity === 'error'
