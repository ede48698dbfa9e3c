import type { FlatPipeline } from '../flattening/flat.js'
import { namesIn } from '../loading/names-in.js'
import type { FlatSetting } from '../settings/context.js'
import { slotValue } from './expression.js'
import type { GraphBuilder } from './graph.js'
import { defineSection, type ModelScopes } from './model.js'
import type { ScopeState } from './scope.js'

const sectionNames = ['model', 'loss'] as const

/** Bindings of a pipeline up to which it is kept how far everything was: each step knows of all of them. */
const mostKept = 200

/** A binding of a section, with how far everything was before it was evaluated. */
interface Step {
  readonly section: (typeof sectionNames)[number]
  readonly name: string
  readonly setting: FlatSetting
  readonly reported: number
  readonly size: GraphBuilder['size']
  readonly states: Readonly<Record<'params' | 'model' | 'loss', ScopeState>>
}

/** The evaluation of a model and a loss: another pipeline that begins as this one does goes on from where they part. */
export interface Evaluation {
  readonly flat: FlatPipeline
  readonly scopes: ModelScopes
  readonly steps: readonly Step[]
  /** How much was reported when all were evaluated. */
  readonly reported: number
}

/** Evaluates the bindings of model and loss in the order of the text: those that `before` shares with `flat`, and the names that they use, are not evaluated again. */
export function evaluateSections(flat: FlatPipeline, scopes: ModelScopes, before: Evaluation | undefined): Evaluation {
  const shared = before === undefined ? 0 : sharedSteps(before, flat, scopes)
  const steps = before?.steps.slice(0, shared) ?? []
  const done = new Set(steps.map(({ section, name }) => `${section}.${name}`))
  const isKept = sectionNames.reduce((sum, name) => sum + (flat.sections.get(name)?.settings.size ?? 0), 0) <= mostKept
  const last = before?.steps[shared - 1]
  // As it was before the first step that is not shared; at the end where all are.
  const next = before?.steps[shared]
  const { model, loss } = scopes
  const takeUp = (scope: 'params' | 'model' | 'loss'): void => {
    if (before === undefined || last === undefined) return
    const of = ({ model: { scope: own }, loss: { scope: other } }: ModelScopes) =>
      scope === 'model' ? own : scope === 'loss' ? other : own.parent
    const from = of(before.scopes)
    if (from !== undefined) of(scopes)?.take(from, next?.states[scope] ?? from.state)
  }
  if (before !== undefined && last !== undefined)
    model.graph.take(before.scopes.model.graph, next?.size ?? before.scopes.model.graph.size)
  takeUp('params')
  for (const section of sectionNames) {
    const found = flat.sections.get(section)
    if (found === undefined) continue
    const env = scopes[section]
    defineSection(found, env)
    takeUp('model')
    takeUp('loss')
    for (const [name, setting] of found.settings) {
      const slot = env.scope.slots.get(name)
      if (slot?.what !== 'binding') continue
      if (done.has(`${section}.${name}`)) continue
      if (isKept) {
        const states = { params: model.scope.parent?.state ?? [], model: model.scope.state, loss: loss.scope.state }
        const reported = env.session.sink.all.length
        steps.push({ section, name, setting, reported, size: env.graph.size, states })
      }
      slotValue(slot, env)
    }
  }
  return { flat, scopes, steps, reported: model.session.sink.all.length }
}

/** How many steps give the same in both: they are written alike, report nothing, and depend on nothing that differs. */
function sharedSteps(
  { flat: before, scopes, steps, reported }: Evaluation,
  flat: FlatPipeline,
  { model, input }: ModelScopes,
): number {
  const [first] = steps
  const isBegun = scopes.input === input && before.module === flat.module && model.graph.nodes.length === 0
  if (first === undefined || !isBegun || first.size.nodes > 0) return 0
  const sections = sectionNames.map((name) => [before.sections.get(name), flat.sections.get(name)])
  if (sections.flat().some((section) => (section?.damaged.size ?? 0) + (section?.removed.size ?? 0) > 0)) return 0
  const now = sectionNames.flatMap((section) =>
    [...(flat.sections.get(section)?.settings ?? [])].map(([name, setting]) => ({ section, name, setting })),
  )
  const differs = steps.findIndex(({ section, name, setting }, place) => {
    const other = now[place]
    return other?.section !== section || other.name !== name || !isSame(setting, other.setting)
  })
  const alike = differs < 0 ? steps.length : differs
  const params = [...new Set([...before.params.keys(), ...flat.params.keys()])]
  const changed = new Set(
    params.filter((name) => !isSame(before.params.get(name)?.value, flat.params.get(name)?.value)),
  )
  for (const { name } of [...steps.slice(alike), ...now.slice(alike)]) changed.add(name)
  const named = [
    ...params.map((name) => [name, flat.params.get(name)?.value] as const),
    ...now.map(({ name, setting }) => [name, setting] as const),
  ]
  const readers = named.map(([name, setting]) => ({ name, reads: namesIn(setting?.binding.value) }))
  for (let size = -1; size < changed.size; ) {
    size = changed.size
    for (const { name, reads } of readers) if ([...reads].some((read) => changed.has(read))) changed.add(name)
  }
  const isSilent = (place: number): boolean => (steps[place + 1]?.reported ?? reported) === first.reported
  const end = steps.findIndex(({ name }, place) => place >= alike || changed.has(name) || !isSilent(place))
  return end < 0 ? steps.length : end
}

const isSame = (a: FlatSetting | undefined, b: FlatSetting | undefined): boolean =>
  a?.binding.value === b?.binding.value && a?.change === b?.change
