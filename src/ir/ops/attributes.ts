import { invariant } from '../../diagnostics/invariant.js'
import { own } from '../../source/own.js'
import type { Attribute, Attributes, DType } from '../types.js'
import type { AttributeKind } from './definition.js'

export const dtypes: readonly DType[] = ['f32', 'f64', 'bf16', 'i32', 'bool']

export function isDType(text: unknown): text is DType {
  return dtypes.some((dtype) => dtype === text)
}

const isNumbers = (value: Attribute): value is readonly number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number')
const isPairs = (value: Attribute): value is readonly (readonly number[])[] =>
  Array.isArray(value) &&
  value.every((item) => Array.isArray(item) && item.length === 2 && item.every(Number.isInteger))

const checks: Readonly<Record<AttributeKind, (value: Attribute) => boolean>> = {
  int: (value) => Number.isInteger(value),
  number: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  string: (value) => typeof value === 'string',
  dtype: isDType,
  ints: (value) => isNumbers(value) && value.every(Number.isInteger),
  numbers: isNumbers,
  pairs: isPairs,
}

export function isOfKind(value: Attribute, kind: AttributeKind): boolean {
  return checks[kind](value)
}

function attribute(attributes: Attributes, name: string): Attribute {
  const value = own(attributes, name)
  invariant(value !== undefined, `attribute ${name} is missing`)
  return value
}

export function numberOf(attributes: Attributes, name: string): number {
  const value = attribute(attributes, name)
  invariant(typeof value === 'number', `attribute ${name} is a number`)
  return value
}

export function flagOf(attributes: Attributes, name: string): boolean {
  const value = attribute(attributes, name)
  invariant(typeof value === 'boolean', `attribute ${name} is a boolean`)
  return value
}

export function textOf(attributes: Attributes, name: string): string {
  const value = attribute(attributes, name)
  invariant(typeof value === 'string', `attribute ${name} is a string`)
  return value
}

export function dtypeOf(attributes: Attributes, name: string): DType {
  const value = attribute(attributes, name)
  invariant(isDType(value), `attribute ${name} is a dtype`)
  return value
}

export function numbersOf(attributes: Attributes, name: string): readonly number[] {
  const value = attribute(attributes, name)
  invariant(isNumbers(value), `attribute ${name} is a list of numbers`)
  return value
}

export function pairsOf(attributes: Attributes, name: string): readonly (readonly number[])[] {
  const value = attribute(attributes, name)
  invariant(isPairs(value), `attribute ${name} is a list of pairs`)
  return value
}

/** `strides`, `dilations`, `size`: [down, across], each at least 1. */
export function stepsOf(attributes: Attributes, name: string): readonly [number, number] {
  const [down, across, ...rest] = numbersOf(attributes, name)
  invariant(
    down !== undefined && across !== undefined && rest.length === 0 && down >= 1 && across >= 1,
    `attribute ${name} is two positive integers`,
  )
  return [down, across]
}

/** `padding`: [top, bottom, left, right], none negative. */
export function paddingOf(attributes: Attributes): readonly [number, number, number, number] {
  const padding = numbersOf(attributes, 'padding')
  const [top, bottom, left, right] = padding
  invariant(
    padding.length === 4 &&
      top !== undefined &&
      bottom !== undefined &&
      left !== undefined &&
      right !== undefined &&
      padding.every((side) => side >= 0),
    'padding is [top, bottom, left, right], none negative',
  )
  return [top, bottom, left, right]
}
