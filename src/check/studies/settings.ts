import type { Monitor } from '../../components/metrics.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { studiesDiagnostics } from '../../diagnostics/codes/studies.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { Expression, StudyDeclaration, VaryStatement } from '../../syntax/ast.js'
import type { CheckedPipeline } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import { describeExpression, dottedName, isRecovered } from '../evaluation/written.js'
import { pathSpan, pathText } from '../flattening/paths.js'
import { checkReference } from '../settings/component-call.js'
import type { SettingsContext } from '../settings/context.js'
import { checkMonitor } from '../settings/monitor.js'
import { conform } from '../values/conform.js'

const settings = ['seeds', 'compare', 'mode']
const modes = ['grid', 'one_at_a_time']

/** `seeds` and `mode`. The seeds, when they stand there. */
export function checkSettings(
  study: StudyDeclaration,
  vary: readonly VaryStatement[],
  env: Env,
): { readonly seeds: readonly Expression[] | undefined; readonly isGrid: boolean } {
  const seen = new Map<string, Span>()
  let seeds: readonly Expression[] | undefined
  let isGrid = true
  let isWhole = study.recovered === undefined
  for (const item of study.items) {
    if (item.recovered) isWhole = false
    if (item.recovered || item.kind !== 'binding') continue
    const [name, ...more] = item.path
    if (name === undefined) continue
    if (!settings.includes(name.name)) {
      isWhole = false
      const suggestion = suggest(name.name, settings)
      const facts = { what: 'setting of a study', name: name.name, known: settings }
      const all = suggestion === undefined ? facts : { ...facts, suggestion }
      report(env, namesDiagnostics.unknownName, name.span, all)
      continue
    }
    if (more.length > 0) {
      const facts = { what: 'a dotted name', where: 'a study', help: `\`${name.name}\` has no parts.` }
      report(env, typesDiagnostics.misplaced, pathSpan(item.path), facts)
      continue
    }
    const before = seen.get(name.name)
    seen.set(name.name, before ?? name.span)
    if (before !== undefined) {
      const facts = { what: 'setting', name: name.name, of: 'another setting' }
      report(env, namesDiagnostics.duplicateName, name.span, facts, [{ span: before, label: 'first given here' }])
    } else if (name.name === 'mode') isGrid = checkMode(item.value, env)
    else if (name.name === 'seeds') seeds = checkSeeds(item.value, study, name.span, env)
  }
  const bySeed = vary.find((item) => pathText(item.path) === 'seed')
  const seedsSpan = seen.get('seeds')
  if (bySeed !== undefined && seedsSpan !== undefined) {
    const facts = { what: 'axis', name: 'seed', of: '`seeds`, which vary it too' }
    const related = [{ span: seedsSpan, label: 'the seeds' }]
    report(env, namesDiagnostics.duplicateName, pathSpan(bySeed.path), facts, related)
  }
  if (isWhole && vary.length === 0 && !seen.has('seeds'))
    report(env, studiesDiagnostics.emptyStudy, study.name.span, { study: study.name.name })
  return { seeds, isGrid }
}

/** Whether it is a grid. */
function checkMode(value: Expression, env: Env): boolean {
  const mode = dottedName(value) ?? ''
  if (isRecovered(value) || modes.includes(mode)) return mode !== 'one_at_a_time'
  const name = value.kind === 'string' ? value.value : textOf(env.session, value.span)
  const suggestion = modes.includes(name) ? name : suggest(name, modes)
  const facts = { what: 'mode of a study', name: textOf(env.session, value.span), known: modes }
  const all = suggestion === undefined ? facts : { ...facts, suggestion }
  report(env, namesDiagnostics.unknownName, value.span, all)
  return true
}

/** What a study compares must be measured by its pipeline. On test sets too: to compare is not to choose. */
export function checkCompare(
  study: StudyDeclaration,
  { outputs, evaluate }: CheckedPipeline,
  context: SettingsContext,
): readonly Monitor[] {
  const named = { ...context, outputs: new Map(outputs.map(({ name }) => [name, undefined])) }
  const reported = new Set<string>()
  const items = study.items.filter((item) => item.kind === 'binding' && item.path[0]?.name === 'compare')
  return items.flatMap((item) => {
    if (item.recovered || item.kind !== 'binding') return []
    const compared = item.value.kind === 'list' ? item.value.items : [item.value]
    return compared.flatMap((expression) => {
      const monitor = checkReference(expression, 'compare', named)
      if (monitor === undefined) return []
      const found = checkMonitor({ ...monitor, split: 'val' }, expression.span, context, evaluate, reported)
      return found === undefined ? [] : [monitor]
    })
  })
}

function checkSeeds(value: Expression, study: StudyDeclaration, at: Span, env: Env): readonly Expression[] | undefined {
  if (isRecovered(value)) return undefined
  if (value.kind !== 'list') {
    const facts = { what: '`seeds`', expected: 'a list of ints', found: describeExpression(value) }
    report(env, typesDiagnostics.typeMismatch, value.span, { ...facts, help: 'Write them in brackets: [1, 2, 3].' })
    return undefined
  }
  if (value.items.length === 0)
    report(env, typesDiagnostics.studyAxis, at, { path: 'seeds', problem: 'it has no values' })
  const seen = new Map<number, Span>()
  for (const item of value.items) {
    if (isRecovered(item)) return undefined
    const seed = conform(env.session.evaluate(item, env, { kind: 'int' }), { kind: 'int' }, env, 'a seed')
    if (seed.kind !== 'number') continue
    const first = seen.get(seed.value)
    if (seed.value < 0 || seed.value > 4294967295) {
      const facts = { callee: study.name.name, name: 'seeds', must: 'from 0 to 4294967295' }
      report(env, tensorsDiagnostics.attribute, item.span, { ...facts, found: String(seed.value) })
    } else if (first !== undefined) {
      const facts = { path: 'seeds', value: textOf(env.session, item.span), isWrittenSo: true }
      report(env, studiesDiagnostics.valueTwice, item.span, facts, [{ span: first, label: 'first here' }])
    }
    seen.set(seed.value, first ?? item.span)
  }
  return value.items
}
