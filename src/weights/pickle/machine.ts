import { refuse } from '../error.js'
import { buildOf, isAllowed } from './allowed.js'
import { type Instruction, operations } from './operations.js'
import type { PickleValue } from './values.js'

/** What a pickle has of everything, at most. */
const most = { bytes: 256 * 2 ** 20, values: 8_000_000 }

/** A pickle being read: its stack, its memo, and where it is. */
export class PickleMachine {
  readonly #memo = new Map<number, PickleValue>()
  #stack: PickleValue[] = []
  readonly #marks: PickleValue[][] = []
  #at: number
  #values = 0

  constructor(
    private readonly bytes: Buffer,
    from: number,
  ) {
    this.#at = from
  }

  /** The value, and where the pickle ends. */
  run(): { readonly value: PickleValue; readonly end: number } {
    if (this.bytes.length > most.bytes) refuse(`its pickle has ${this.bytes.length} bytes`)
    for (;;) {
      const code = this.take(1)[0] ?? 0
      const operation = operations[code]
      if (operation === undefined) refuse(`its pickle has the unknown instruction 0x${code.toString(16)}`)
      if (operation === 'stop') {
        const value = this.pop()
        if (this.#stack.length > 0 || this.#marks.length > 0) refuse('its pickle ends with values left')
        return { value, end: this.#at }
      }
      ;(operation as Instruction)(this)
    }
  }

  take(length: number): Buffer {
    if (this.#at + length > this.bytes.length) refuse('its pickle ends in the middle of an instruction')
    this.#at += length
    return this.bytes.subarray(this.#at - length, this.#at)
  }

  /** A counted run of bytes: never more than there are. */
  counted(count: bigint | number): Buffer {
    const length = Number(count)
    if (!(length >= 0) || length > this.bytes.length - this.#at) refuse('its pickle says more bytes than it has')
    return this.take(length)
  }

  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at)
    if (end < 0) refuse('its pickle ends in the middle of a line')
    const text = this.bytes.toString('latin1', this.#at, end)
    this.#at = end + 1
    return text
  }

  push(value: PickleValue): void {
    this.#values += 1
    if (this.#values > most.values) refuse(`its pickle makes more than ${most.values} values`)
    this.#stack.push(value)
  }

  pop(): PickleValue {
    return this.#stack.pop() ?? refuse('its pickle takes a value where there is none')
  }

  top(): PickleValue {
    return this.#stack.at(-1) ?? refuse('its pickle takes a value where there is none')
  }

  mark(): void {
    this.#marks.push(this.#stack)
    this.#stack = []
  }

  /** What was pushed since the last mark. */
  popMark(): readonly PickleValue[] {
    const items = this.#stack
    this.#stack = this.#marks.pop() ?? refuse('its pickle goes back to a mark where there is none')
    return items
  }

  /** POP after a mark takes the mark away. */
  popOrUnmark(): void {
    if (this.#stack.length === 0 && this.#marks.length > 0) this.popMark()
    else this.pop()
  }

  remember(place: number): void {
    this.#memo.set(place, this.top())
  }

  rememberNext(): void {
    this.#memo.set(this.#memo.size, this.top())
  }

  recall(place: number): void {
    this.push(this.#memo.get(place) ?? refuse(`its pickle recalls value ${place}, which it never kept`))
  }

  /** A name; any that weights do not need is refused by name, called or not. */
  global(module: string, name: string): void {
    const whole = `${module}.${name}`
    if (!isAllowed(whole)) refuse(`its pickle names \`${shown(whole)}\`, which weights do not need`)
    this.push({ kind: 'global', name: whole })
  }

  /** Nothing is called: what is allowed has a form of its own. */
  reduce(): void {
    const args = this.pop()
    const callee = this.pop()
    if (callee.kind !== 'global') refuse(`its pickle calls a ${callee.kind}`)
    if (args.kind !== 'tuple') refuse(`its pickle calls \`${callee.name}\` with a ${args.kind} of arguments`)
    const build = buildOf(callee.name)
    if (build === undefined) refuse(`its pickle calls \`${callee.name}\`, which is no function`)
    this.push(build(callee.name, args.items))
  }

  /** The attributes of an OrderedDict, which `state_dict()` keeps its versions in, are no weights. */
  build(): void {
    this.pop()
    const target = this.top()
    if (target.kind !== 'dictionary') refuse(`its pickle gives attributes to a ${target.kind}`)
  }
}

/** A name of a file, in a message. */
export function shown(name: string): string {
  const plain = name.replaceAll(/[^\x20-\x7e]/g, '?')
  return plain.length > 80 ? `${plain.slice(0, 77)}...` : plain
}
