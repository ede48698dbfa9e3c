import { invariant } from '../diagnostics/invariant.js'
import { showType } from './ops/shape.js'
import type { Attribute, IrFunction, IrModule, NamedValue, Operation, TensorType, ValueId } from './types.js'

/**
 * Text of a module: `parseModule` gives an equal module back. Values keep their numbers, numbers their shortest exact form, so equal
 * modules have equal text on any machine.
 *
 *     module quickstart
 *     state recon.conv.kernel: weight f32[3,3,3,4]
 *     function predict(%0 image: f32[2,8,8,3]) -> (%2 recon) {
 *       %1: f32[3,3,3,4] = read {state = "recon.conv.kernel"}  // recon.conv
 *       %2: f32[2,8,8,4] = conv2d(%0, %1) {strides = [1,1], padding = [1,1,1,1], dilations = [1,1]}  // recon.conv
 *     }
 */
export function printModule(module: IrModule): string {
  const head = [`module ${showName(module.name)}`]
  for (const { name, kind, type } of module.state) head.push(`state ${showName(name)}: ${kind} ${showType(type)}`)
  return `${[head.join('\n'), ...module.functions.map(printFunction)].join('\n\n')}\n`
}

export function printFunction(source: IrFunction): string {
  const inputs = source.inputs.map((input) => `${showNamed(input)}: ${showType(typeOf(source, input.value))}`)
  const outputs = source.outputs.map(showNamed)
  const lines = source.operations.map((operation) => `  ${printOperation(operation, source)}`)
  return [`function ${showName(source.name)}(${inputs.join(', ')}) -> (${outputs.join(', ')}) {`, ...lines, '}'].join(
    '\n',
  )
}

function printOperation({ op, operands, attributes, results, path }: Operation, source: IrFunction): string {
  const made = results.map((result) => `%${result}: ${showType(typeOf(source, result))}`).join(', ')
  const taken = operands.length === 0 ? '' : `(${operands.map((operand) => `%${operand}`).join(', ')})`
  const entries = Object.entries(attributes).map(([name, value]) => `${showName(name)} = ${showAttribute(value)}`)
  const settings = entries.length === 0 ? '' : ` {${entries.join(', ')}}`
  const origin = path === undefined ? '' : `  // ${showName(path)}`
  return `${made === '' ? '' : `${made} = `}${op}${taken}${settings}${origin}`
}

function typeOf(source: IrFunction, value: ValueId): TensorType {
  const type = source.types.get(value)
  invariant(type, `%${value} of ${source.name} has no type`)
  return type
}

function showNamed({ name, value }: NamedValue): string {
  return `%${value} ${showName(name)}`
}

/** Names of the language stand as they are, others as JSON strings. */
export function showName(name: string): string {
  return /^[A-Za-z_][A-Za-z0-9_.]*$/.test(name) ? name : JSON.stringify(name)
}

function showAttribute(value: Attribute): string {
  if (typeof value === 'number') return showNumber(value)
  if (typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return JSON.stringify(value)
  return `[${value.map((item) => (typeof item === 'number' ? showNumber(item) : showAttribute(item))).join(',')}]`
}

/** The shortest text that reads back as the same float64, as ECMAScript defines it. */
export function showNumber(value: number): string {
  if (Number.isNaN(value)) return 'nan'
  if (value === Number.POSITIVE_INFINITY) return 'inf'
  if (value === Number.NEGATIVE_INFINITY) return '-inf'
  return Object.is(value, -0) ? '-0' : String(value)
}
