import type { Split } from '../../components/metrics.js'
import type { Component } from '../../components/registry.js'
import type { JsonValue } from '../../components/schema.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { BlockDeclaration } from '../../syntax/ast.js'
import type { NamingName } from '../../weights/names.js'
import type { Per, TensorType } from '../checked.js'
import type { Module } from '../loading/module.js'
import type { StaticPlace, StaticValue } from './static-value.js'
import type { Type } from './type.js'

/** A size; undefined while a block is checked on its own, and after a size whose mistake is reported. */
export type Dim = number | undefined

/** How a map lies over the map that its sizes come from: the image, or what `pad` or `crop` made. */
export interface Grid {
  readonly height: number
  readonly width: number
  /** Where that size was written. */
  readonly span: Span
  readonly isImage: boolean
  /** Pixels of that map for each pixel of this one. */
  readonly downHeight: number
  readonly downWidth: number
}

/** A tensor of the graph under construction. */
export interface Tensor {
  readonly kind: 'tensor'
  readonly span: Span
  readonly node: number
  readonly per: Per
  readonly shape: readonly Dim[]
  readonly meaning: TensorType['meaning']
  readonly range?: readonly [number, number]
  /** A gradient reaches a weight through it. */
  readonly learned: boolean
  /** Made of what only the label knows: clean image, fault mask, fault severity. */
  readonly label: boolean
  readonly grid?: Grid
  /** Options and settings of a derived pipeline that it is made with. */
  readonly changes?: readonly Span[]
  /** The binding that made it, for messages about shapes. */
  readonly made?: { readonly name: string; readonly span: Span }
}

export interface RecordValue {
  readonly kind: 'record'
  readonly span: Span
  readonly fields: ReadonlyMap<string, Value>
}

export interface ListValue extends StaticPlace {
  readonly kind: 'list'
  readonly items: readonly Value[]
}

/** A block with some of its parameters bound: `sevnet(scale = single)`. */
export interface BlockValue extends StaticPlace {
  readonly kind: 'block'
  readonly block: BlockEntity
  readonly bound: ReadonlyMap<string, Value>
  /** How it is called, the innermost first. */
  readonly wrappers?: readonly BlockWrapper[]
}

/**
 * `frozen`: its weights are not trained, its batch norms and dropouts are those of evaluation.
 * `repeated`: so many times, each on what the last gave, with weights of its own.
 * `initialised`: its weights begin as normal numbers where it does not say how.
 * `pretrained`: its weights and statistics begin as a file has them.
 */
export type BlockWrapper =
  | { readonly kind: 'initialised'; readonly deviation: Dim }
  | { readonly kind: 'frozen' }
  | { readonly kind: 'repeated'; readonly times: Dim; readonly operand: string; readonly place?: string }
  | ({ readonly kind: 'pretrained'; readonly span: Span } & WeightSource)

/** Where weights come from. */
export interface WeightSource {
  /** Absolute. */
  readonly file: string
  /** Of the names in the file. */
  readonly prefix: string
  readonly naming: NamingName
}

/** A component with the values of its arguments. */
export interface ComponentValue extends StaticPlace {
  readonly kind: 'component'
  readonly component: Component
  /** What is given, by parameter. */
  readonly parameters: ReadonlyMap<string, Value>
  readonly nameSpan: Span
  /** Of a default: the parameters that it is declared with. */
  readonly base?: Readonly<Record<string, JsonValue>>
  readonly isDefault?: boolean
  /** Of a monitor: a metric of this split. */
  readonly split?: Split
}

/** A name that stands for itself: `bilinear`, `domain_A`, `source.test`. */
export interface WordValue extends StaticPlace {
  readonly kind: 'word'
  readonly name: string
}

/** A static value of a block that is checked on its own: only its type is known. */
export interface AbstractValue {
  readonly kind: 'unknown'
  readonly span: Span
  readonly type: Type
}

/** Why nothing is known of a value: a reported mistake, or that the calls of a block decide what it is. */
export type Cause = Diagnostic | 'undecided'

/** A value of which nothing is known: whatever follows from its cause is not reported. */
export interface PoisonedValue {
  readonly kind: 'unknown'
  readonly span: Span
  readonly type?: undefined
  readonly cause: Cause
}

export type UnknownValue = AbstractValue | PoisonedValue

export type ScalarStatic = Exclude<StaticValue, { kind: 'list' }>

export type Value =
  | ScalarStatic
  | Tensor
  | RecordValue
  | ListValue
  | BlockValue
  | ComponentValue
  | WordValue
  | UnknownValue

export interface BlockEntity {
  readonly kind: 'block'
  readonly name: string
  readonly declaration: BlockDeclaration
  readonly module: Module
}

/** `cause`: the mistake that was reported, or the poisoned value that this one is made of. */
export function poison(span: Span, cause: Cause | PoisonedValue): PoisonedValue {
  return { kind: 'unknown', span, cause: typeof cause === 'object' && 'cause' in cause ? cause.cause : cause }
}

export function isPoison(value: Value): value is PoisonedValue {
  return value.kind === 'unknown' && value.type === undefined
}

/** The value seen from another place: a name that is used, a field that is taken. Static values keep the place where they were written as well. */
export function seenAt(value: Value, span: Span): Value {
  return value.kind === 'tensor' || value.kind === 'unknown' || value.kind === 'record'
    ? { ...value, span }
    : { ...value, used: span }
}

/** What of options and derived settings the values come from. */
export function changesOf(values: Iterable<Value>): readonly Span[] {
  const found = new Set<Span>()
  for (const value of values) for (const change of ('changes' in value && value.changes) || []) found.add(change)
  return [...found]
}

/** The value as one that the changes made as well. */
export function changedBy<V extends Value>(value: V, changes: readonly Span[]): V {
  if (changes.length === 0 || value.kind === 'unknown' || value.kind === 'record') return value
  return { ...value, changes: [...new Set([...changesOf([value]), ...changes])] }
}

/** Where the value is used: by its name, or where it is written in place. */
export function placeOfUse(value: Value): Span {
  return ('used' in value ? value.used : undefined) ?? value.span
}

export function asStatic(value: Value): StaticValue | undefined {
  switch (value.kind) {
    case 'tensor':
    case 'record':
    case 'block':
    case 'component':
    case 'word':
    case 'unknown':
      return undefined
    case 'list': {
      const items = value.items.map(asStatic)
      const known = items.filter((item) => item !== undefined)
      return known.length === items.length ? { kind: 'list', items: known, span: value.span } : undefined
    }
    default:
      return value
  }
}

/** The type of a static value; undefined where it has none by itself. */
export function typeOf(value: Value): Type | undefined {
  switch (value.kind) {
    case 'unknown':
      return value.type
    case 'number':
      return value.unit === undefined ? { kind: value.isInteger ? 'int' : 'float' } : undefined
    case 'enum':
      return { kind: 'enum', declaration: value.declaration }
    case 'boolean':
      return { kind: 'bool' }
    case 'string':
    case 'size':
    case 'range':
      return { kind: value.kind }
    default:
      return undefined
  }
}
