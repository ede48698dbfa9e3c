import { componentKinds } from '../../components/schema.js'
import type { Per } from '../checked.js'
import type { StaticValue } from './static-value.js'
import { describeType } from './type.js'
import type { Dim, Tensor, Value } from './value.js'

const unitWords = {
  px: 'px',
  percent: '%',
  epoch: ' epoch',
  step: ' step',
  degree: ' degree',
  second: ' second',
} as const

/** `16px`, `1 epoch`, `10 epochs` */
function unitText(value: number, unit: keyof typeof unitWords): string {
  return `${unitWords[unit]}${unit === 'px' || unit === 'percent' || value === 1 ? '' : 's'}`
}

/** `128x128x64`; sizes that are not known are `?`. */
export function shapeText(shape: readonly Dim[]): string {
  return shape.length === 0 ? 'one number' : shape.map((size) => (size === undefined ? '?' : String(size))).join('x')
}

export function describePer(per: Per, shape: readonly Dim[]): string {
  if (per === 'pixel') return `a map (${shapeText(shape)})`
  if (per === 'batch') return 'a scalar (one number a batch)'
  return shape.length === 0 ? 'a value (one number an image)' : `a vector (${shapeText(shape)})`
}

/** `a map of logits (64x64x2)` */
export function describeTensor({ per, shape, meaning }: Pick<Tensor, 'per' | 'shape' | 'meaning'>): string {
  const of = meaning === 'plain' ? '' : ` of ${meaning.replace('_', ' ')}`
  return describePer(per, shape).replace(/^(a \w+)/, `$1${of}`)
}

/** What a value is, for `... and this is ...`. */
export function describeValue(value: Value): string {
  switch (value.kind) {
    case 'tensor':
      return describeTensor(value)
    case 'record':
      return `a record { ${[...value.fields.keys()].join(', ')} }`
    case 'list':
      return value.items.length === 0 ? 'an empty list' : `a list of ${value.items.length}`
    case 'block': {
      const missing = value.block.declaration.parameters.find(
        (parameter) => parameter.value === undefined && !value.bound.has(parameter.name.name),
      )
      return `the block \`${value.block.name}\`${missing === undefined ? '' : ` without its \`${missing.name.name}\``}`
    }
    case 'component': {
      const { kind, name } = value.component
      return `\`${name}\`, ${componentKinds[kind].inWords}`
    }
    case 'word':
      return `\`${value.name}\``
    case 'unknown':
      return value.type === undefined ? 'unknown' : describeType(value.type)
    case 'number':
      return value.unit === undefined
        ? `the ${value.isInteger ? 'integer' : 'number'} ${staticText(value)}`
        : `${staticText(value)}`
    case 'boolean':
      return String(value.value)
    case 'string':
      return `the string ${JSON.stringify(value.value)}`
    case 'size':
      return `the size ${staticText(value)}`
    case 'enum':
      return `\`${value.value}\` of ${value.declaration.name.name}`
    case 'range':
      return `the range ${staticText(value)}`
  }
}

/** As it would be written in a program. */
export function staticText(value: StaticValue): string {
  switch (value.kind) {
    case 'number':
      return `${numberText(value.value, value.isInteger)}${value.unit === undefined ? '' : unitText(value.value, value.unit)}`
    case 'boolean':
      return String(value.value)
    case 'string':
      return JSON.stringify(value.value)
    case 'size':
      return `${value.height}x${value.width}`
    case 'enum':
      return value.value
    case 'list':
      return `[${value.items.map(staticText).join(', ')}]`
    case 'range':
      return `${staticText(value.low)} .. ${staticText(value.high)}`
  }
}

export function numberText(value: number, isInteger: boolean): string {
  const text = String(value)
  return isInteger || !/^-?\d+$/.test(text) ? text : `${text}.0`
}

/** `up4` (made here) or the place of the operand. */
export function tensorName(tensor: Tensor, fallback: string): string {
  return tensor.made === undefined ? fallback : `\`${tensor.made.name}\``
}
