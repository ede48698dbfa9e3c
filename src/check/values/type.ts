import { type ComponentKind, componentKinds, type ValueSchema } from '../../components/schema.js'
import { describeForm } from '../../components/words.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { EnumDeclaration } from '../../syntax/ast.js'

/** Type of a param, of a block's parameter or of its result. `unknown` is what a reported mistake leaves of one. */
export type Type =
  | { readonly kind: 'map'; readonly meaning: 'plain' | 'logits' | 'probabilities' }
  | { readonly kind: 'vector' }
  | { readonly kind: 'value' }
  | { readonly kind: 'scalar' }
  | { readonly kind: StaticKind }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration }
  | { readonly kind: 'list'; readonly item: Type }
  | { readonly kind: 'record'; readonly fields: ReadonlyMap<string, Type> }
  | { readonly kind: 'block'; readonly operands: readonly OperandType[]; readonly result: Type }
  | SettingType
  | { readonly kind: 'unknown'; readonly cause: Diagnostic }

/** What a parameter of a component takes, by its declaration: form, units, options. */
export interface SettingType {
  readonly kind: 'setting'
  readonly schema: ValueSchema
  readonly parameter: string
  /** As messages name it. */
  readonly what: string
}

export function settingType(schema: ValueSchema, parameter: string, callee?: string): SettingType {
  const what = callee === undefined ? `\`${parameter}\`` : `\`${parameter}\` of \`${callee}\``
  return { kind: 'setting', schema, parameter, what }
}

/** Of an item of a list, or an end of a range. */
export function itemType(type: SettingType): SettingType | undefined {
  const { items } = type.schema
  return items && { ...type, schema: items }
}

export type StaticKind =
  | 'int'
  | 'float'
  | 'bool'
  | 'string'
  | 'path'
  | 'size'
  | 'sides'
  | 'length'
  | 'epochs'
  | 'share'
  | 'range'
  | 'lengths'
  | 'shares'

/** What a synthesis of faults gives: the image with a fault, where the fault is, and the label of its severity. */
export const faultType: Extract<Type, { kind: 'record' }> = {
  kind: 'record',
  fields: new Map<string, Type>([
    ['image', { kind: 'map', meaning: 'plain' }],
    ['mask', { kind: 'map', meaning: 'plain' }],
    ['severity', { kind: 'value' }],
  ]),
}

export interface OperandType {
  readonly name: string
  readonly type: Type
}

/** The types that a program can name without declaring them, with what the reference says of each. */
export const builtinTypes: ReadonlyMap<string, Type> = new Map<string, Type>([
  ['map', { kind: 'map', meaning: 'plain' }],
  ['logits', { kind: 'map', meaning: 'logits' }],
  ['probabilities', { kind: 'map', meaning: 'probabilities' }],
  ['vector', { kind: 'vector' }],
  ['value', { kind: 'value' }],
  ['scalar', { kind: 'scalar' }],
  ['int', { kind: 'int' }],
  ['float', { kind: 'float' }],
  ['bool', { kind: 'bool' }],
  ['string', { kind: 'string' }],
  ['size', { kind: 'size' }],
  ['sides', { kind: 'sides' }],
  ['range', { kind: 'range' }],
  ['length', { kind: 'length' }],
  ['epochs', { kind: 'epochs' }],
  ['share', { kind: 'share' }],
  ['lengths', { kind: 'lengths' }],
  ['shares', { kind: 'shares' }],
  ['path', { kind: 'path' }],
  ['fault', faultType],
  ['augmented', { kind: 'map', meaning: 'plain' }],
  ...componentTypes(),
])

/** A kind of component is a type by its name: `param opt: optimizer = adamw()`. A section is no value. */
function componentTypes(): readonly (readonly [string, Type])[] {
  const kinds = Object.keys(componentKinds) as readonly ComponentKind[]
  return kinds.flatMap((of) =>
    of === 'section' ? [] : [[of, settingType({ form: 'component', kind: of, type: 'object' }, of)] as const],
  )
}

export function isTensorType(type: Type): boolean {
  switch (type.kind) {
    case 'map':
    case 'vector':
    case 'value':
    case 'scalar':
      return true
    case 'list':
      return isTensorType(type.item)
    case 'record':
      return [...type.fields.values()].some(isTensorType)
    default:
      return false
  }
}

/** Whether its values are known while checking, and are no blocks. */
export function isStaticType(type: Type): boolean {
  return !isTensorType(type) && type.kind !== 'block' && type.kind !== 'setting' && type.kind !== 'unknown'
}

/** Whether its numbers are whole. */
export function isWhole({ kind }: { readonly kind: string }): boolean {
  return kind === 'int' || kind === 'sides'
}

/** As a person reads it: `an int`, `a map of logits`. */
export function describeType(type: Type): string {
  switch (type.kind) {
    case 'map':
      return type.meaning === 'plain' ? 'a map' : `a map of ${type.meaning}`
    case 'value':
      return 'a value (one number an image)'
    case 'scalar':
      return 'a scalar (one number a batch)'
    case 'vector':
      return 'a vector'
    case 'int':
      return 'an int'
    case 'size':
      return 'a size (256x256)'
    case 'sides':
      return 'one number or two (3 or 3x5)'
    case 'length':
      return 'a length (16px or 10%)'
    case 'epochs':
      return 'a number of epochs (5 epochs)'
    case 'share':
      return 'a share (10%)'
    case 'range':
      return 'a range (0.5 .. 2.0)'
    case 'lengths':
      return 'a range of lengths (16px .. 64px or 10% .. 25%)'
    case 'shares':
      return 'a range of shares (10% .. 50%)'
    case 'path':
      return 'a path in quotes'
    case 'enum':
      return `a value of ${type.declaration.name.name} (${type.declaration.values.map((value) => value.name).join(', ')})`
    case 'list':
      return `a list of ${plural(type.item)}`
    case 'record':
      return `a record { ${[...type.fields].map(([name, field]) => `${name}: ${shortType(field)}`).join(', ')} }`
    case 'block':
      return `a ${shortType(type)}`
    case 'setting':
      return describeForm(type.schema)
    case 'unknown':
      return 'a value'
    default:
      return `a ${type.kind}`
  }
}

function plural(type: Type): string {
  return describeType(type).replace(/^an? /, '')
}

/** As it is written in a program. */
export function shortType(type: Type): string {
  switch (type.kind) {
    case 'map':
      return type.meaning === 'plain' ? 'map' : type.meaning
    case 'enum':
      return type.declaration.name.name
    case 'list':
      return `[${shortType(type.item)}]`
    case 'record':
      return `{ ${[...type.fields].map(([name, field]) => `${name}: ${shortType(field)}`).join(', ')} }`
    case 'setting':
      return type.schema.kind ?? type.schema.form
    case 'block':
      return `block(${type.operands.map(({ name, type: operand }) => `${name}: ${shortType(operand)}`).join(', ')}) -> ${shortType(type.result)}`
    default:
      return type.kind
  }
}

export function sameType(left: Type, right: Type): boolean {
  if (left.kind === 'unknown' || right.kind === 'unknown') return true
  if (left.kind === 'enum' && right.kind === 'enum') return left.declaration === right.declaration
  return shortType(left) === shortType(right)
}
