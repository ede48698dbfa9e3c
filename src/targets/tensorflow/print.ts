import { assertNever } from '../../diagnostics/invariant.js'
import type { AttrValue, Graph, NodeDef, ShapeProto, TensorProto } from './proto.js'

const typeNames: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'float64',
  3: 'int32',
  9: 'int64',
  10: 'bool',
  14: 'bfloat16',
  20: 'resource',
  23: 'uint64',
}

/** The graph as text, one node a line: `name = Op(inputs, ^control) {attributes}`. */
export function printGraph(graph: Graph): string {
  return `${graph.nodes.map(printNode).join('\n')}\n`
}

function printNode({ name, op, input, attr }: NodeDef): string {
  const attributes = Object.entries(attr).map(([key, value]) => `${key}: ${printAttribute(value)}`)
  const tail = attributes.length === 0 ? '' : ` {${attributes.join(', ')}}`
  return `${name} = ${op}(${input.join(', ')})${tail}`
}

function printAttribute(value: AttrValue): string {
  if ('list' in value) return `[${value.list.i.join(', ')}]`
  if ('s' in value) return JSON.stringify(new TextDecoder().decode(value.s))
  if ('i' in value) return `${value.i}`
  if ('f' in value) return `${value.f}`
  if ('b' in value) return `${value.b}`
  if ('type' in value) return typeNames[value.type] ?? `type ${value.type}`
  if ('shape' in value) return printShape(value.shape)
  if ('tensor' in value) return printTensor(value.tensor)
  return assertNever(value)
}

function printShape(shape: ShapeProto): string {
  return `[${shape.dim.map(({ size }) => size).join(', ')}]`
}

/** Numbers in full up to 16 bytes, else only how many bytes there are. */
function printTensor(tensor: TensorProto): string {
  const head = `${typeNames[tensor.dtype] ?? tensor.dtype}${printShape(tensor.tensorShape)}`
  const single = tensor.floatVal ?? tensor.doubleVal ?? tensor.intVal ?? tensor.boolVal ?? tensor.halfVal
  if (single !== undefined) return `${head} = ${single.join(', ')}`
  const bytes = tensor.tensorContent ?? new Uint8Array()
  if (tensor.dtype === 3) return `${head} = ${[...words(bytes)].join(', ')}`
  if (bytes.length <= 16) return `${head} = 0x${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  return `${head} = ${bytes.length} bytes`
}

function* words(bytes: Uint8Array): Iterable<number> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  for (let offset = 0; offset + 4 <= bytes.byteLength; offset += 4) yield view.getInt32(offset, true)
}
