import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { Value } from '../values/value.js'

/** A name and what it stands for; evaluated when it is first used, so that bindings may stand in any order. */
export interface Slot {
  readonly name: string
  readonly span: Span
  /** What it is, for messages: `param`, `binding`, `input`. */
  readonly what: string
  readonly evaluate: () => Value
  state: 'waiting' | 'running' | 'done'
  value?: Value
  used: boolean
}

/** Names that are compared with unknown ones, all together. TypeScript stops after ten unknown ones. */
const mostCompared = 100_000

export type ScopeState = readonly { readonly name: string; readonly isDone: boolean; readonly used: boolean }[]

/** The names that a section or a block's body sees, with those around it. */
export class Scope {
  readonly slots = new Map<string, Slot>()
  /** Names that are reported as unknown, each with its report. */
  readonly unknown = new Map<string, Diagnostic>()
  /** What a `remove` took away, with its place. */
  readonly removed = new Map<string, Span>()
  readonly parent: Scope | undefined

  constructor(parent?: Scope) {
    this.parent = parent
  }

  find(name: string): Slot | undefined {
    return this.slots.get(name) ?? this.parent?.find(name)
  }

  define(name: string, span: Span, what: string, evaluate: () => Value): Slot {
    const slot: Slot = { name, span, what, evaluate, state: 'waiting', used: false }
    this.slots.set(name, slot)
    return slot
  }

  defineValue(name: string, span: Span, what: string, value: Value): Slot {
    const slot = this.define(name, span, what, () => value)
    slot.state = 'done'
    slot.value = value
    return slot
  }

  /** The report of an unknown name, here or around. */
  reportOfUnknown(name: string): Diagnostic | undefined {
    return this.unknown.get(name) ?? this.parent?.reportOfUnknown(name)
  }

  /** Whether so many names are unknown, here or around, that no likeness is looked for any more: each costs a look at all names. */
  get isLost(): boolean {
    return this.unknown.size * Math.max(1000, this.slots.size) > mostCompared || this.parent?.isLost === true
  }

  /** Where the name was removed, here or around. */
  placeOfRemoval(name: string): Span | undefined {
    return this.removed.get(name) ?? this.parent?.placeOfRemoval(name)
  }

  /** Which names are evaluated, and which are used. */
  get state(): ScopeState {
    return [...this.slots.values()].map(({ name, state, used }) => ({ name, isDone: state === 'done', used }))
  }

  /** The values that names had in a scope of the same names, when it was in that state. */
  take(from: Scope, state: ScopeState): void {
    for (const { name, isDone, used } of state) {
      const [slot, other] = [this.slots.get(name), from.slots.get(name)]
      if (slot === undefined || other?.value === undefined) continue
      slot.used ||= used
      if (!isDone || slot.state === 'done') continue
      slot.value = other.value
      slot.state = 'done'
    }
  }

  /** What can be used here; labels in the model are known only to be refused. */
  names(): readonly string[] {
    const own = [...this.slots.values()].filter((slot) => slot.what !== 'label').map((slot) => slot.name)
    return [...new Set([...own, ...(this.parent?.names() ?? [])])]
  }
}
