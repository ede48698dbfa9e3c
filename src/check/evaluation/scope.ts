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

/** The names that a section or a block's body sees, with those around it. */
export class Scope {
  readonly slots = new Map<string, Slot>()
  /** Names that are reported as unknown: each is told once. */
  readonly #unknown = new Set<string>()
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

  /** Whether this name is reported as unknown for the first time, here or around. */
  isNewlyUnknown(name: string): boolean {
    if (this.hasUnknown(name)) return false
    this.#unknown.add(name)
    return true
  }

  unknownNames(): Iterable<string> {
    return this.#unknown
  }

  hasUnknown(name: string): boolean {
    return this.#unknown.has(name) || this.parent?.hasUnknown(name) === true
  }

  /** What can be used here; labels in the model are known only to be refused. */
  names(): readonly string[] {
    const own = [...this.slots.values()].filter((slot) => slot.what !== 'label').map((slot) => slot.name)
    return [...new Set([...own, ...(this.parent?.names() ?? [])])]
  }
}
