import { sampleScales } from '../../components/image-kinds.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { FrozenFunction } from '../../ir/frozen.js'
import { own } from '../../source/own.js'
import { OnnxBuilder } from './builder.js'
import { elementOf, RuleContext } from './context.js'
import { type OnnxInput, prepare } from './input.js'
import { encodeModel, type OnnxSize, type OnnxValueInfo } from './proto.js'
import { rules } from './rules.js'

export interface OnnxRequest {
  readonly version: string
  readonly input: OnnxInput
  /** Of outputs by name, as sentences. */
  readonly docs: Readonly<Record<string, string>>
  readonly metadata: Readonly<Record<string, string>>
}

/** Most bytes that a file of this format can have: protobuf's limit. */
export const largestModel = 2 ** 31 - 1

/** A model is too large for one file of ONNX. */
export class ModelTooLarge extends Error {
  override readonly name = 'ModelTooLarge'
}

/**
 * A frozen function of one image input as an ONNX model: from images as their files have them, of any size and number, to the
 * function's outputs, [N,H,W,C] and [N].
 *
 * @throws ModelTooLarge
 */
export function emitOnnx(frozen: FrozenFunction, { version, input, docs, metadata }: OnnxRequest): Uint8Array {
  const [image] = frozen.inputs
  invariant(image !== undefined && frozen.inputs.length === 1, `${frozen.name} takes one image`)
  let bytes = 0
  for (const { data } of frozen.constants.values()) bytes += data.byteLength
  if (bytes > largestModel)
    throw new ModelTooLarge(`its weights are ${bytes} bytes, and a file of ONNX holds ${largestModel}`)
  const builder = new OnnxBuilder()
  for (const { name } of [...frozen.inputs, ...frozen.outputs]) builder.reserve(name)
  const context = new RuleContext(builder, frozen)
  context.hold(image.value, { name: prepare(builder, image.name, input), layout: 'nchw' })
  emitOperations(context)
  const outputs = frozen.outputs.map(({ name, value }): OnnxValueInfo => {
    const shape = context.type(value).shape.map((side, axis): OnnxSize => (axis === 0 ? 'images' : side))
    return { name, element: elementOf[context.type(value).dtype], shape, doc: own(docs, name) ?? '' }
  })
  const values =
    input.depth === 'float32'
      ? 'values as files of floats have them'
      : `0 to ${sampleScales[input.depth]} as files have them`
  const inputInfo: OnnxValueInfo = {
    name: image.name,
    element: input.depth,
    shape: ['images', 'height', 'width', input.channels],
    doc: `Images [images, height, width, ${input.channels}], ${values}.`,
  }
  return encodeModel({
    name: frozen.name,
    version,
    nodes: builder.nodes,
    initializers: builder.initializers,
    inputs: [inputInfo],
    outputs,
    metadata,
  })
}

/** The nodes of a function whose inputs are held, down to its named outputs. */
export function emitOperations(context: RuleContext): void {
  const { builder, fn } = context
  for (const operation of fn.operations) {
    const rule = rules[operation.op]
    const [result] = operation.results
    invariant(rule !== 'never' && result !== undefined, `${operation.op} is in no frozen function`)
    context.hold(result, rule(operation, context))
  }
  for (const { name, value } of fn.outputs) builder.name(context.asIr(value), name)
}
