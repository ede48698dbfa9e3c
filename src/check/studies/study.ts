import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { Binding, Expression, PipelineDeclaration, StudyDeclaration, VaryStatement } from '../../syntax/ast.js'
import type { Session } from '../evaluation/session.js'
import { textOf } from '../evaluation/session.js'
import { sectionNames, settingNames } from '../flattening/flatten.js'
import { pathSpan, pathText, suggestPath } from '../flattening/paths.js'
import type { Module } from '../loading/module.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import { dottedName } from '../settings/place.js'
import type { Studied } from './cells.js'
import { checkValues } from './cells.js'
import type { Choice } from './exclude.js'
import { cellsOf, checkExcludes, isExcluded } from './exclude.js'
import { checkSettings } from './settings.js'

const lastSyntaxCode = 'D019'

/** The pipeline of a study; undefined when there is none, which is reported. */
export function studiedPipeline(
  study: StudyDeclaration,
  module: Module,
  session: Session,
): { declaration: PipelineDeclaration; module: Module } | undefined {
  const entity = lookUp(module, study.of.name)
  if (entity?.kind === 'pipeline') return { declaration: entity.declaration, module: entity.module }
  // Of a pipeline whose own head is torn nothing is known: the parser told it.
  if (study.of.recovered || session.sink.all.some(({ code }) => code <= lastSyntaxCode)) return undefined
  const known = namesOfKind(module, 'pipeline')
  const suggestion = suggest(study.of.name, known)
  const facts = { what: 'pipeline', name: study.of.name, known }
  session.sink.report(
    diagnose(namesDiagnostics.unknownName, study.of.span, suggestion === undefined ? facts : { ...facts, suggestion }),
  )
  return undefined
}

/** Axes name what the pipeline has, and have different values that it can run with; seeds, mode and exclusions fit them. */
export function checkStudy(study: StudyDeclaration, studied: Studied): void {
  const { session } = studied.env
  const vary = study.items.filter((item) => item.kind === 'vary')
  const seeds = checkSettings(study, vary, studied.env)
  const known: VaryStatement[] = []
  const seen = new Map<string, Span>()
  for (const item of vary) {
    if (item.recovered) continue
    const path = pathText(item.path)
    const span = pathSpan(item.path)
    const before = seen.get(path)
    seen.set(path, before ?? span)
    if (before !== undefined) {
      const related = [{ span: before, label: 'first axis' }]
      session.sink.report(
        diagnose(namesDiagnostics.duplicateName, span, { what: 'axis', name: path, of: 'another axis' }, related),
      )
    } else if (isAxis(item, path, span, studied)) known.push(item)
  }
  const axes = new Map<string, readonly Expression[]>(
    known.flatMap((item) => (item.value.kind === 'list' ? [[pathText(item.path), item.value.items] as const] : [])),
  )
  const isGrid = !study.items.some((item) => item.kind === 'binding' && dottedName(item.value) === 'one_at_a_time')
  const excludes = study.items.filter((item) => item.kind === 'exclude')
  const isWhole = axes.size === vary.length && !study.items.some((item) => item.recovered)
  if (isWhole)
    checkExcludes(excludes, seeds === undefined ? axes : new Map([...axes, ['seed', seeds]]), isGrid, studied.env)
  const runs = (choice: Choice): boolean => studied.cellOf(bindingsOf(choice, known)).diagnostics.length === 0
  // Alone a value may not go with the pipeline, and go with every value that it meets.
  const isRescued = (path: string, value: Expression): boolean => {
    if (!isGrid && excludes.length === 0) return false
    const cells = cellsOf(new Map([...axes, [path, [value]]]), isGrid) ?? []
    const met = cells.filter((cell) => cell.get(path) === value && !isExcluded(cell, excludes, axes, studied.env))
    return met.length === 0 || met.length > mostTried || (axes.size > 1 && isGrid && met.some(runs))
  }
  for (const item of known) checkValues(item, studied, isRescued)
}

/** Combinations that are tried for a value that alone is refused; of more nothing is said. */
const mostTried = 40

function bindingsOf(choice: Choice, axes: readonly VaryStatement[]): readonly Binding[] {
  return axes.flatMap((axis) => {
    const value = choice.get(pathText(axis.path))
    return value === undefined ? [] : [{ kind: 'binding', path: axis.path, value, span: axis.span } as const]
  })
}

function isAxis({ path: parts }: VaryStatement, path: string, span: Span, { flat, paths, env }: Studied): boolean {
  const [head, ...rest] = parts
  const known =
    head !== undefined &&
    (flat.params.has(head.name) ||
      flat.settings.has(head.name) ||
      (head.name === 'seed' && rest.length === 0) ||
      (isOpenSection(head.name) && rest.length > 0) ||
      flat.sections.get(head.name)?.settings.has(rest[0]?.name ?? '') === true)
  // A part that the pipeline lacks is told there.
  if (
    head !== undefined &&
    !known &&
    isPart(head.name) &&
    !flat.settings.has(head.name) &&
    !flat.sections.has(head.name)
  )
    return false
  if (known && (rest.length === 0 || !flat.params.has(head.name))) return true
  if (isToldUnknown(path, env.session)) return false
  const suggestion = suggestPath(path, paths)
  const facts = { path, what: 'this varies' }
  env.session.sink.report(
    diagnose(namesDiagnostics.unknownPath, span, suggestion === undefined ? facts : { ...facts, suggestion }),
  )
  return false
}

/** A name that the pipeline reads and does not have is told there: the axis means the same. */
function isToldUnknown(path: string, session: Session): boolean {
  return session.sink.all.some(
    ({ code, span }) => code === namesDiagnostics.unknownName.code && textOf(session, span) === path,
  )
}

const isPart = (name: string): boolean => [...settingNames, ...sectionNames].some((part) => part === name)

/** Its settings have defaults: what is not written can be varied too. */
const isOpenSection = (name: string): boolean => name === 'train' || name === 'evaluate'
