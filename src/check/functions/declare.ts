import { invariant } from '../../diagnostics/invariant.js'
import type { BuiltinEnum } from '../values/builtin-enums.js'
import type { StaticValue } from '../values/static-value.js'
import type { Type } from '../values/type.js'
import type { Dim, Tensor, Value } from '../values/value.js'
import type { Bounds } from './bounds.js'
import { boundsText, isWithin, nearestWithin } from './bounds.js'
import type { FunctionCall, FunctionParameter, FunctionRule } from './rule.js'

/**
 * A parameter as it is declared. `Given`: what `apply` gets. Static values are undefined while they are not known, or out of bounds,
 * which is reported; one that may be left out is null then.
 */
export interface Declared<Given> extends Omit<FunctionParameter, 'name'> {
  readonly read: (value: Value | undefined, name: string, call: FunctionCall) => Given
}

type DeclaredParameters = Readonly<Record<string, Declared<unknown>>>

export type ArgumentsOf<Parameters extends DeclaredParameters> = {
  readonly [Name in keyof Parameters]: Parameters[Name] extends Declared<infer Given> ? Given : never
}

interface Declaration<Parameters extends DeclaredParameters>
  extends Pick<FunctionRule, 'doc' | 'result' | 'example'>,
    Partial<Pick<FunctionRule, 'variadic' | 'parametric' | 'givesBlock' | 'where'>> {
  readonly parameters: Parameters
  readonly apply: (args: ArgumentsOf<Parameters>, call: FunctionCall<keyof Parameters & string>) => Value
}

/** A function of the language. Names and types of the arguments that `apply` gets are those of `parameters`. */
export function declareFunction<const Parameters extends DeclaredParameters>(
  name: string,
  {
    parameters,
    apply,
    variadic = false,
    parametric = false,
    givesBlock = false,
    where = 'model',
    ...rest
  }: Declaration<Parameters>,
): FunctionRule {
  const rows = Object.entries<Declared<unknown>>(parameters)
  return {
    name,
    ...rest,
    variadic,
    parametric,
    givesBlock,
    where,
    parameters: rows.map(([parameter, { read: _, ...row }]) => ({ name: parameter, ...row })),
    apply: (call) => {
      const given = rows.map(([parameter, { read }]) => [parameter, read(call.values.get(parameter), parameter, call)])
      return apply(Object.fromEntries(given) as ArgumentsOf<Parameters>, call)
    },
  }
}

function operand(type: FunctionParameter['type'], doc: string): Declared<Tensor> {
  return {
    type,
    doc,
    read: (value, name, { rule }) => {
      invariant(value?.kind === 'tensor', `the operand ${name} of ${rule.name} is no tensor`)
      return value
    },
  }
}

export const tensor = (doc: string): Declared<Tensor> => operand({ kind: 'tensor' }, doc)
export const map = (doc: string): Declared<Tensor> => operand({ kind: 'map', meaning: 'plain' }, doc)
export const vector = (doc: string): Declared<Tensor> => operand({ kind: 'vector' }, doc)

/** Without a default it must be given. `usual`: what help suggests where the nearest value would be of little use. */
interface NumberOptions extends Bounds {
  readonly default?: number
  readonly usual?: number
}

function number(
  kind: 'int' | 'float',
  doc: string,
  { default: preset, usual, ...bounds }: NumberOptions,
): Declared<Dim> {
  const isInteger = kind === 'int'
  return {
    type: { kind },
    doc,
    ...(preset === undefined ? {} : { default: preset }),
    ...(Object.keys(bounds).length === 0 ? {} : { bounds }),
    read: (value, name, call) => {
      if (value?.kind !== 'number') return undefined
      if (isWithin(value.value, bounds)) return value.value
      const fit = usual ?? nearestWithin(value.value, bounds) ?? preset
      const write = fit === undefined ? undefined : `${name} = ${fit}`
      call.refuse(name, boundsText(bounds, isInteger), String(value.value), write)
      return undefined
    },
  }
}

export const int = (doc: string, options: NumberOptions): Declared<Dim> => number('int', doc, options)
export const float = (doc: string, options: NumberOptions = {}): Declared<Dim> => number('float', doc, options)

/** Of a window: height and width. */
export type Sides = readonly [Dim, Dim]

export function inBoth<Result>(one: (axis: 0 | 1) => Result): readonly [Result, Result] {
  return [one(0), one(1)]
}

/** One whole number for both sides, or HEIGHTxWIDTH. */
export function sides(doc: string, { default: preset, ...bounds }: NumberOptions): Declared<Sides> {
  return {
    type: { kind: 'sides' },
    doc,
    ...(preset === undefined ? {} : { default: preset }),
    bounds,
    read: (value, name, call) => {
      const given =
        value?.kind === 'number' ? [value.value] : value?.kind === 'size' ? [value.height, value.width] : undefined
      if (given === undefined) return [undefined, undefined]
      const [height, width = height] = given
      if (given.every((side) => isWithin(side, bounds))) return [height, width]
      const fit = given.map((side) => nearestWithin(side, bounds) ?? preset ?? side).join('x')
      call.refuse(name, boundsText(bounds, true), given.join('x'), `${name} = ${fit}`)
      return [undefined, undefined]
    },
  }
}

/** Null where it is left out. */
export function optional<Given>(declared: Declared<Given>): Declared<Given | null> {
  return {
    ...declared,
    default: 'none',
    read: (value, name, call) => (value === undefined ? null : declared.read(value, name, call)),
  }
}

export function bool(doc: string, preset: boolean): Declared<boolean | undefined> {
  return {
    type: { kind: 'bool' },
    doc,
    default: preset,
    read: (value) => (value?.kind === 'boolean' ? value.value : undefined),
  }
}

/** A word of an enum of the language. */
export function word<const Word extends string>(
  declaration: BuiltinEnum<Word>,
  doc: string,
  preset: NoInfer<Word>,
): Declared<Word | undefined> {
  return {
    type: { kind: 'enum', declaration },
    doc,
    default: preset,
    read: (value) => (value?.kind === 'enum' ? declaration.words.find((each) => each === value.value) : undefined),
  }
}

function whole<Kind extends 'size' | 'range'>(
  kind: Kind,
  doc: string,
): Declared<Extract<StaticValue, { kind: Kind }> | undefined> {
  type Whole = Extract<StaticValue, { kind: Kind }>
  return {
    type: { kind } as Extract<Type, { kind: Kind }>,
    doc,
    read: (value) => (value?.kind === kind ? (value as Whole) : undefined),
  }
}

/** A text, empty where it may be left out. */
export function text(kind: 'path' | 'string', doc: string): Declared<string | undefined> {
  return { type: { kind }, doc, read: (value) => (value?.kind === 'string' ? value.value : undefined) }
}

export const size = (doc: string) => whole('size', doc)
export const range = (doc: string) => whole('range', doc)
