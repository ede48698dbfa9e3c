import { namesDiagnostics } from '../diagnostics/codes/names.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import { diagnose } from '../diagnostics/define.js'
import { suggest } from '../diagnostics/suggest.js'
import type { Expression, PipelineDeclaration, StudyDeclaration } from '../syntax/ast.js'
import { conform } from './conform.js'
import type { Env } from './env.js'
import type { FlatPipeline } from './flat.js'
import { pathSpan, pathText } from './flatten.js'
import type { Module } from './module.js'
import { lookUp, namesOfKind } from './module.js'
import type { Session } from './session.js'
import { resolveType } from './types.js'

/** The pipeline of a study; undefined when there is none, which is reported. */
export function studiedPipeline(
  study: StudyDeclaration,
  module: Module,
  session: Session,
): { declaration: PipelineDeclaration; module: Module } | undefined {
  const entity = lookUp(module, study.of.name)
  if (entity?.kind === 'pipeline') return { declaration: entity.declaration, module: entity.module }
  if (study.of.recovered) return undefined
  const known = namesOfKind(module, 'pipeline')
  const suggestion = suggest(study.of.name, known)
  const facts = { what: 'pipeline', name: study.of.name, known }
  session.sink.report(
    diagnose(namesDiagnostics.unknownName, study.of.span, suggestion === undefined ? facts : { ...facts, suggestion }),
  )
  return undefined
}

/** Axes name what the pipeline has, and have at least two different values, of the param's type. */
export function checkStudy(study: StudyDeclaration, flat: FlatPipeline, paths: readonly string[], env: Env): void {
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
        flat.sections.get(head.name)?.settings.has(rest[0]?.name ?? '') === true)
    if (!known || (rest.length > 0 && flat.params.has(head?.name ?? ''))) {
      const suggestion = suggest(path, paths)
      const facts = { path, what: 'this varies' }
      session.sink.report(
        diagnose(namesDiagnostics.unknownPath, span, suggestion === undefined ? facts : { ...facts, suggestion }),
      )
      continue
    }
    checkValues(item.value, path, span, flat, env)
  }
}

function checkValues(
  value: Expression,
  path: string,
  span: PipelineDeclaration['span'],
  flat: FlatPipeline,
  env: Env,
): void {
  const { session } = env
  if (value.kind !== 'list') {
    if (value.recovered || value.kind === 'missing') return
    const facts = {
      what: `the values of \`${path}\``,
      expected: 'a list',
      found: 'one value',
      help: 'Write them in brackets: [a, b].',
    }
    session.sink.report(diagnose(typesDiagnostics.typeMismatch, value.span, facts))
    return
  }
  const param = flat.params.get(path)
  if (param !== undefined) {
    const type = resolveType(param.declaration.type, { ...env, module: param.module })
    for (const item of value.items) conform(session.evaluate(item, env, type), type, env, `a value of \`${path}\``)
  }
  if (value.items.some((item) => item.recovered)) return
  const different = new Set(value.items.map((item) => JSON.stringify(withoutPlaces(item))))
  if (different.size >= 2) return
  const problem =
    value.items.length === 0
      ? 'it has no values'
      : value.items.length === 1
        ? 'it has one value'
        : 'its values are all the same'
  session.sink.report(diagnose(typesDiagnostics.studyAxis, span, { path, problem }))
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
