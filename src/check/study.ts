import { namesDiagnostics } from '../diagnostics/codes/names.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { suggest } from '../diagnostics/suggest.js'
import type { Span } from '../source/span.js'
import type { Binding, PipelineDeclaration, StudyDeclaration, VaryStatement } from '../syntax/ast.js'
import type { Env } from './env.js'
import type { FlatPipeline } from './flat.js'
import { pathSpan, pathText, sectionNames, settingNames } from './flatten.js'
import type { Module } from './module.js'
import { lookUp, namesOfKind } from './module.js'
import type { Session } from './session.js'
import { spanKey } from './session.js'
import { within } from './training.js'

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

/** What the checker makes of the pipeline with one value in the place of another: a cell of the study. */
export interface Cell {
  readonly diagnostics: readonly Diagnostic[]
  /** Equal texts are equal pipelines; undefined for one with mistakes. */
  readonly resolved: string | undefined
}

/** Axes name what the pipeline has, and have at least two different values, of the param's type. */
export function checkStudy(
  study: StudyDeclaration,
  flat: FlatPipeline,
  paths: readonly string[],
  env: Env,
  cellOf: (binding: Binding) => Cell,
): void {
  const { session } = env
  const seen = new Map<string, PipelineDeclaration['span']>()
  for (const item of study.items) {
    if (item.recovered) continue
    if (item.kind === 'binding') {
      const name = item.path[0]
      const known = ['seeds', 'compare', 'mode']
      if (name === undefined || known.includes(name.name)) continue
      const suggestion = suggest(name.name, known)
      const facts = { what: 'setting of a study', name: name.name, known }
      session.sink.report(
        diagnose(namesDiagnostics.unknownName, name.span, suggestion === undefined ? facts : { ...facts, suggestion }),
      )
    }
    if (item.kind !== 'vary') continue
    const path = pathText(item.path)
    const span = pathSpan(item.path)
    const before = seen.get(path)
    seen.set(path, before ?? span)
    if (before !== undefined) {
      const related = [{ span: before, label: 'first axis' }]
      session.sink.report(
        diagnose(namesDiagnostics.duplicateName, span, { what: 'axis', name: path, of: 'another axis' }, related),
      )
      continue
    }
    const [head, ...rest] = item.path
    const known =
      head !== undefined &&
      (flat.params.has(head.name) ||
        flat.settings.has(head.name) ||
        (isOpenSection(head.name) && rest.length > 0) ||
        flat.sections.get(head.name)?.settings.has(rest[0]?.name ?? '') === true)
    // A part that the pipeline lacks is told there.
    if (head !== undefined && isPart(head.name) && !flat.settings.has(head.name) && !flat.sections.has(head.name))
      continue
    if (!known || (rest.length > 0 && flat.params.has(head?.name ?? ''))) {
      const suggestion = suggest(path, paths)
      const facts = { path, what: 'this varies' }
      session.sink.report(
        diagnose(namesDiagnostics.unknownPath, span, suggestion === undefined ? facts : { ...facts, suggestion }),
      )
      continue
    }
    checkValues(item, path, span, env, cellOf)
  }
}

const isPart = (name: string): boolean => [...settingNames, ...sectionNames].some((part) => part === name)

/** Its settings have defaults: what is not written can be varied too. */
const isOpenSection = (name: string): boolean => name === 'train' || name === 'evaluate'

function checkValues(
  item: VaryStatement,
  path: string,
  span: Span,
  env: Env,
  cellOf: (binding: Binding) => Cell,
): void {
  const { session } = env
  const { value } = item
  if (value.recovered || value.kind === 'missing') return
  if (value.kind !== 'list') {
    const facts = {
      what: `the values of \`${path}\``,
      expected: 'a list',
      found: 'one value',
      help: 'Write them in brackets: [a, b].',
    }
    session.sink.report(diagnose(typesDiagnostics.typeMismatch, value.span, facts))
    return
  }
  if (value.items.some((each) => each.recovered)) return
  if (value.items.length < 2) {
    const problem = value.items.length === 0 ? 'it has no values' : 'it has one value'
    session.sink.report(diagnose(typesDiagnostics.studyAxis, span, { path, problem }))
    return
  }
  const cells = value.items.map((each) => cellOf({ kind: 'binding', path: item.path, value: each, span: item.span }))
  // What a cell has against the value or the path is the study's mistake; anything else is of the pipeline.
  const told = new Set<string>()
  for (const diagnostic of cells.flatMap(({ diagnostics }) => diagnostics)) {
    const key = `${diagnostic.code} ${spanKey(diagnostic.span)}`
    if (!within(diagnostic.span, item.span) || told.has(key)) continue
    told.add(key)
    session.sink.report(diagnostic)
  }
  if (told.size > 0 || isUnusedParam(item, session)) return
  const written = new Set(value.items.map((each) => JSON.stringify(withoutPlaces(each))))
  const resolved = new Set(cells.map((cell) => cell.resolved))
  if (written.size > 1 && (resolved.size > 1 || resolved.has(undefined))) return
  const problem = written.size === 1 ? 'its values are all the same' : 'its values all give the same pipeline'
  session.sink.report(diagnose(typesDiagnostics.studyAxis, span, { path, problem }))
}

/** Told already, where it is declared. */
function isUnusedParam(item: VaryStatement, session: Session): boolean {
  return session.sink.all.some(
    ({ code, message }) =>
      code === namesDiagnostics.unusedBinding.code && message.includes(`\`${pathText(item.path)}\``),
  )
}

function withoutPlaces(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutPlaces)
  if (node === null || typeof node !== 'object') return node
  return Object.fromEntries(
    Object.entries(node)
      .filter(([key]) => key !== 'span' && key !== 'operatorSpan')
      .map(([key, value]) => [key, withoutPlaces(value)]),
  )
}
