import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { weightsDiagnostics } from '../../diagnostics/codes/weights.js'
import { diagnose } from '../../diagnostics/define.js'
import { type Span, within } from '../../source/span.js'
import type { GraphBuilder } from '../evaluation/graph.js'
import type { OutputValue } from '../evaluation/model.js'
import type { Scope } from '../evaluation/scope.js'
import type { Session } from '../evaluation/session.js'
import type { Tensor } from '../values/value.js'
import type { Reach } from './reach.js'
import { additiveTerms, ancestors, weightsOf } from './reach.js'

export interface TrainingFacts {
  readonly session: Session
  readonly graph: GraphBuilder
  readonly reach: Reach
  /** Summands of the total behind which there is no weight that could be trained. */
  readonly idleTerms: readonly number[]
  readonly outputs: readonly OutputValue[]
  /** Names of outputs that metrics and monitors read; undefined when these have mistakes. */
  readonly measured: ReadonlySet<string> | undefined
  readonly model: Scope
  readonly loss: Scope
}

/** What becomes of the weights: trained, frozen (no loss reaches them) or gone with the terms of weight 0. */
export interface Fate {
  readonly frozen: ReadonlySet<string>
  readonly gone: ReadonlySet<string>
}

/** Dead heads, heads of terms that weigh nothing, and what is left of the weights. */
export function judgeWeights(facts: TrainingFacts): Fate {
  const { graph, reach, session } = facts
  const trained = weightsOf(graph, reach.gradient)
  const zeroedNodes = ancestors(
    graph,
    reach.zeroed.map(({ term }) => term),
  )
  const zeroed = weightsOf(graph, zeroedNodes)
  const frozen = new Set<string>()
  const gone = new Set<string>()
  // Behind a term that reaches nothing, reported by itself, they follow from it.
  const behindIdle = weightsOf(graph, ancestors(graph, facts.idleTerms))
  const heads: DeadHead[] = []
  const zeroHeads: ZeroHead[] = []
  for (const [binding, names] of byBinding(graph)) {
    const dead = names.filter((name) => !trained.has(name))
    if (dead.length === 0) continue
    const span = facts.model.slots.get(binding)?.span ?? facts.loss.slots.get(binding)?.span
    if (span === undefined) continue
    if (dead.every((name) => zeroed.has(name))) {
      const users = usersOf(new Set(dead), facts)
      if (users.length === 0) {
        for (const name of dead) gone.add(name)
        continue
      }
      const { term, zero } = zeroTerm(facts, new Set(dead))
      zeroHeads.push({ bindings: [binding], span, dead, all: true, term, zero, users })
    } else if (!dead.every((name) => behindIdle.has(name)))
      heads.push({ bindings: [binding], span, dead, all: dead.length === names.length })
    for (const name of dead) frozen.add(name)
  }
  for (const { bindings, span, term, zero, users } of joinChains(zeroHeads, graph)) {
    const related = zero === undefined ? [] : [{ span: zero, label: 'the weight is 0' }]
    session.sink.report(diagnose(tensorsDiagnostics.zeroWeightHead, span, { bindings, term, users }, related))
  }
  for (const { bindings, span, dead, all } of joinChains(heads, graph)) {
    const count = countOf(graph, dead)
    session.sink.report(diagnose(tensorsDiagnostics.deadHead, span, { bindings, count, example: dead[0] ?? '', all }))
  }
  reportFrozenAtRandom(facts)
  return { frozen, gone }
}

/** What `frozen` keeps as it was drawn: most likely its weights were forgotten. */
function reportFrozenAtRandom({ graph, model, session }: TrainingFacts): void {
  const counts = new Map<string, string[]>()
  for (const { name, kind, frozen, source } of graph.parameters.values()) {
    if (kind !== 'weight' || !frozen || source !== undefined) continue
    const [binding = name] = name.split('.')
    counts.set(binding, [...(counts.get(binding) ?? []), name])
  }
  for (const [binding, names] of counts) {
    const span = model.slots.get(binding)?.span
    if (span === undefined) continue
    const facts = { binding, count: countOf(graph, names) }
    session.sink.report(diagnose(weightsDiagnostics.frozenAtRandom, span, facts))
  }
}

interface DeadHead {
  readonly bindings: readonly string[]
  readonly span: Span
  readonly dead: readonly string[]
  /** No weight of the bindings is trained. */
  readonly all: boolean
}

interface ZeroHead extends DeadHead {
  readonly term: string
  /** Where the 0 was written. */
  readonly zero: Span | undefined
  readonly users: readonly string[]
}

/** A head of several bindings is one mistake: what leads to another dead binding alone is reported with it. */
function joinChains<Head extends DeadHead>(heads: readonly Head[], graph: GraphBuilder): readonly Head[] {
  const owners = (head: DeadHead): readonly number[] =>
    graph.nodes.filter((node) => node.parameters.some((name) => head.dead.includes(name))).map((node) => node.id)
  const joined: Head[] = []
  for (const head of heads) {
    const before = head.all ? ancestors(graph, owners(head)) : new Set<number>()
    const upstream = joined.filter((other) => other.all && owners(other).some((id) => before.has(id)))
    for (const other of upstream) joined.splice(joined.indexOf(other), 1)
    const parts = [...upstream, head]
    joined.push({
      ...head,
      bindings: parts.flatMap(({ bindings }) => bindings),
      dead: parts.flatMap(({ dead }) => dead),
    })
  }
  return joined
}

function byBinding(graph: GraphBuilder): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const [name, parameter] of graph.parameters) {
    if (parameter.kind !== 'weight' || parameter.frozen) continue
    const binding = name.split('.')[0] ?? name
    const group = groups.get(binding)
    if (group === undefined) groups.set(binding, [name])
    else group.push(name)
  }
  return groups
}

export function countOf(graph: GraphBuilder, names: Iterable<string>): number {
  let count = 0
  for (const name of names) {
    const shape = graph.parameters.get(name)?.shape ?? []
    count += shape.reduce<number>((product, size) => product * (size ?? 0), 1)
  }
  return count
}

/** Measured outputs that are made with any of the weights. */
function usersOf(weights: ReadonlySet<string>, { graph, outputs, measured }: TrainingFacts): readonly string[] {
  return outputs
    .filter(({ name, tensor }) => {
      if (tensor === undefined || measured === undefined || !measured.has(name)) return false
      return [...weightsOf(graph, ancestors(graph, [tensor.node]))].some((weight) => weights.has(weight))
    })
    .map(({ name }) => name)
}

/** The term of weight 0 that the weights are behind: its name, where it has one, and its 0. */
function zeroTerm(
  { graph, reach, loss }: TrainingFacts,
  weights: ReadonlySet<string>,
): { readonly term: string; readonly zero: Span | undefined } {
  let found: { term: string; zero: Span | undefined } | undefined
  for (const { product, term } of reach.zeroed) {
    if (![...weightsOf(graph, ancestors(graph, [term]))].some((name) => weights.has(name))) continue
    const weight = graph.nodes[product]?.operands.find((id) => id !== term)
    const zero = weight === undefined ? undefined : graph.nodes[weight]?.span
    for (const slot of loss.slots.values())
      if (slot.value?.kind === 'tensor' && slot.value.node === term) return { term: slot.name, zero }
    found ??= { term: '', zero }
  }
  return found ?? { term: '', zero: undefined }
}

export function idleTermsOf(graph: GraphBuilder, total: number): readonly number[] {
  return additiveTerms(graph, total).filter((id) => {
    const node = graph.nodes[id]
    return node !== undefined && !node.tensor.learned && node.op !== 'constant'
  })
}

/** Summands of the total behind which there is no weight; losses report themselves where they are called. */
export function judgeTerms({ graph, loss, session, idleTerms }: TrainingFacts): void {
  for (const id of idleTerms) {
    const node = graph.nodes[id]
    if (node === undefined) continue
    const slot = [...loss.slots.values()].find(({ value }) => value?.kind === 'tensor' && value.node === id)
    const span = slot?.span ?? node.span
    if (
      session.sink.all.some(
        (reported) =>
          reported.code === tensorsDiagnostics.termWithoutParameter.code && within(reported.span, node.span),
      )
    )
      continue
    const term = slot === undefined ? `\`${node.op}\`` : `\`${slot.name}\``
    session.sink.report(diagnose(tensorsDiagnostics.termWithoutParameter, span, { term }))
  }
}

/** Bindings that nothing reads: warnings, once the pipeline has no mistakes. */
export function judgeUse(total: Tensor, { graph, loss, model, measured, outputs, session }: TrainingFacts): void {
  const inTotal = ancestors(graph, [total.node])
  for (const slot of loss.slots.values()) {
    if (slot.what !== 'binding' || slot.used || slot.value?.kind !== 'tensor' || inTotal.has(slot.value.node)) continue
    session.sink.report(diagnose(tensorsDiagnostics.termOutsideTotal, slot.span, { name: slot.name }))
  }
  for (const slot of model.slots.values()) {
    if (slot.what !== 'binding' || slot.used || measured === undefined) continue
    const own = outputs.filter(({ name }) => name === slot.name || name.startsWith(`${slot.name}.`))
    if (own.some(({ name }) => measured.has(name))) continue
    session.sink.report(diagnose(tensorsDiagnostics.unusedOutput, slot.span, { name: slot.name }))
  }
}
