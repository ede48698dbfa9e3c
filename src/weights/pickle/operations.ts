import { own } from '../../source/own.js'
import { refuse } from '../error.js'
import type { PickleMachine } from './machine.js'
import type { PickleValue } from './values.js'

export type Instruction = (machine: PickleMachine) => void

const none: PickleValue = { kind: 'none' }
const boolean = (value: boolean): PickleValue => ({ kind: 'boolean', value })
const integer = (value: bigint | number): PickleValue => ({ kind: 'integer', value: BigInt(value) })
const float = (value: number): PickleValue => ({ kind: 'float', value })
const bytes = (value: Uint8Array): PickleValue => ({ kind: 'bytes', value })
const tuple = (items: readonly PickleValue[]): PickleValue => ({ kind: 'tuple', items })

function string(content: Buffer): PickleValue {
  try {
    return { kind: 'string', value: new TextDecoder('utf-8', { fatal: true }).decode(content) }
  } catch {
    return refuse('its pickle has a string that is no UTF-8')
  }
}

/** Little-endian, two's complement. */
function long(content: Buffer): PickleValue {
  if (content.length > 64) refuse(`its pickle has an integer of ${content.length} bytes`)
  if (content.length === 0) return integer(0)
  const hex = Buffer.from(content).reverse().toString('hex')
  return integer(BigInt.asIntN(8 * content.length, BigInt(`0x${hex}`)))
}

function textInteger(text: string): PickleValue {
  if (text === '00' || text === '01') return boolean(text === '01')
  return /^[+-]?\d{1,150}L?$/.test(text)
    ? integer(BigInt(text.replace(/L$/, '')))
    : refuse('its pickle has a broken integer')
}

function textFloat(text: string): PickleValue {
  const value = Number(text)
  return text.trim() === '' || (Number.isNaN(value) && text !== 'nan')
    ? refuse('its pickle has a broken number')
    : float(value)
}

/** Of Python 2: in quotes, with the escapes of Python. Names of tensors have none. */
function quoted(text: string): PickleValue {
  const [, , inner] = /^(['"])([ -&(-[\]-~]*)\1$/.exec(text) ?? []
  return inner === undefined ? refuse('its pickle has a broken string') : { kind: 'string', value: inner }
}

function place(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : refuse('its pickle has a broken number of a value')
}

function pairs(items: readonly PickleValue[]): (readonly [PickleValue, PickleValue])[] {
  if (items.length % 2 !== 0) refuse('its pickle has a key without a value')
  return Array.from({ length: items.length / 2 }, (_pair, index) => [
    items[2 * index] ?? none,
    items[2 * index + 1] ?? none,
  ])
}

function extend(kind: 'list' | 'set', items: (machine: PickleMachine) => readonly PickleValue[]): Instruction {
  return (machine) => {
    const added = items(machine)
    const target = machine.top()
    if (target.kind !== kind) refuse(`its pickle adds to a ${target.kind} as to a ${kind}`)
    for (const item of added) target.items.push(item)
  }
}

function setItems(items: (machine: PickleMachine) => readonly PickleValue[]): Instruction {
  return (machine) => {
    const added = pairs(items(machine))
    const target = machine.top()
    if (target.kind !== 'dictionary') refuse(`its pickle sets entries of a ${target.kind}`)
    for (const entry of added) target.entries.push(entry)
  }
}

const marked = (machine: PickleMachine): readonly PickleValue[] => machine.popMark()
const one = (machine: PickleMachine): readonly PickleValue[] => [machine.pop()]
const last = (count: number) => (machine: PickleMachine) => Array.from({ length: count }, () => machine.pop()).reverse()
/** What makes or calls an object of a class: nothing that weights are made of needs it. */
const refused =
  (name: string): Instruction =>
  () =>
    refuse(`its pickle has the instruction ${name}, which weights do not need`)

/**
 * Every instruction of the pickle protocols 0 to 5 (Python's `pickletools`), by its byte. What would call, import or make an object in
 * another way than REDUCE is refused by its name.
 */
const named: Readonly<Record<string, Instruction | 'stop'>> = {
  '(': (machine) => machine.mark(),
  '.': 'stop',
  '0': (machine) => machine.popOrUnmark(),
  '1': (machine) => void machine.popMark(),
  '2': (machine) => machine.push(machine.top()),
  F: (machine) => machine.push(textFloat(machine.line())),
  I: (machine) => machine.push(textInteger(machine.line())),
  J: (machine) => machine.push(integer(machine.take(4).readInt32LE())),
  K: (machine) => machine.push(integer(machine.take(1).readUInt8())),
  L: (machine) => machine.push(textInteger(machine.line())),
  M: (machine) => machine.push(integer(machine.take(2).readUInt16LE())),
  N: (machine) => machine.push(none),
  P: (machine) => machine.push({ kind: 'persistent', id: { kind: 'string', value: machine.line() } }),
  Q: (machine) => machine.push({ kind: 'persistent', id: machine.pop() }),
  R: (machine) => machine.reduce(),
  S: (machine) => machine.push(quoted(machine.line())),
  T: (machine) => machine.push(string(machine.counted(machine.take(4).readInt32LE()))),
  U: (machine) => machine.push(string(machine.counted(machine.take(1).readUInt8()))),
  V: (machine) => machine.push(string(Buffer.from(machine.line(), 'latin1'))),
  X: (machine) => machine.push(string(machine.counted(machine.take(4).readUInt32LE()))),
  a: extend('list', one),
  b: (machine) => machine.build(),
  c: (machine) => machine.global(machine.line(), machine.line()),
  d: (machine) => machine.push({ kind: 'dictionary', entries: pairs(machine.popMark()) }),
  '}': (machine) => machine.push({ kind: 'dictionary', entries: [] }),
  e: extend('list', marked),
  g: (machine) => machine.recall(place(machine.line())),
  h: (machine) => machine.recall(machine.take(1).readUInt8()),
  i: refused('INST'),
  j: (machine) => machine.recall(machine.take(4).readUInt32LE()),
  l: (machine) => machine.push({ kind: 'list', items: [...machine.popMark()] }),
  ']': (machine) => machine.push({ kind: 'list', items: [] }),
  o: refused('OBJ'),
  p: (machine) => machine.remember(place(machine.line())),
  q: (machine) => machine.remember(machine.take(1).readUInt8()),
  r: (machine) => machine.remember(machine.take(4).readUInt32LE()),
  s: setItems(last(2)),
  t: (machine) => machine.push(tuple(machine.popMark())),
  ')': (machine) => machine.push(tuple([])),
  u: setItems(marked),
  G: (machine) => machine.push(float(machine.take(8).readDoubleBE())),
  B: (machine) => machine.push(bytes(machine.counted(machine.take(4).readUInt32LE()))),
  C: (machine) => machine.push(bytes(machine.counted(machine.take(1).readUInt8()))),
  '\x80': (machine) => {
    const protocol = machine.take(1).readUInt8()
    if (protocol > 5) refuse(`its pickle has protocol ${protocol}; the newest that is known here is 5`)
  },
  '\x81': refused('NEWOBJ'),
  '\x82': refused('EXT1'),
  '\x83': refused('EXT2'),
  '\x84': refused('EXT4'),
  '\x85': (machine) => machine.push(tuple(last(1)(machine))),
  '\x86': (machine) => machine.push(tuple(last(2)(machine))),
  '\x87': (machine) => machine.push(tuple(last(3)(machine))),
  '\x88': (machine) => machine.push(boolean(true)),
  '\x89': (machine) => machine.push(boolean(false)),
  '\x8a': (machine) => machine.push(long(machine.counted(machine.take(1).readUInt8()))),
  '\x8b': (machine) => machine.push(long(machine.counted(machine.take(4).readInt32LE()))),
  '\x8c': (machine) => machine.push(string(machine.counted(machine.take(1).readUInt8()))),
  '\x8d': (machine) => machine.push(string(machine.counted(machine.take(8).readBigUInt64LE()))),
  '\x8e': (machine) => machine.push(bytes(machine.counted(machine.take(8).readBigUInt64LE()))),
  '\x8f': (machine) => machine.push({ kind: 'set', items: [] }),
  '\x90': extend('set', marked),
  '\x91': (machine) => machine.push({ kind: 'set', items: [...machine.popMark()] }),
  '\x92': refused('NEWOBJ_EX'),
  '\x93': (machine) => {
    const [module, name] = last(2)(machine)
    if (module?.kind !== 'string' || name?.kind !== 'string') return refuse('its pickle names a global by no strings')
    machine.global(module.value, name.value)
  },
  '\x94': (machine) => machine.rememberNext(),
  '\x95': (machine) => {
    // A frame is a hint for readers of streams.
    machine.take(8)
  },
  '\x96': (machine) => machine.push(bytes(machine.counted(machine.take(8).readBigUInt64LE()))),
  '\x97': refused('NEXT_BUFFER'),
  '\x98': refused('READONLY_BUFFER'),
}

export const operations: readonly (Instruction | 'stop' | undefined)[] = Array.from(
  { length: 256 },
  (_operation, code) => own(named, String.fromCharCode(code)),
)
