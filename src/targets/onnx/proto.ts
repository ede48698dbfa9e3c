import protobuf from 'protobufjs/light.js'

/** The messages of a model, with the field numbers of onnx/onnx.proto (Apache-2.0). */
const descriptor = {
  nested: {
    Tensor: {
      fields: {
        dims: { rule: 'repeated', type: 'int64', id: 1 },
        dataType: { type: 'int32', id: 2 },
        name: { type: 'string', id: 8 },
        rawData: { type: 'bytes', id: 9 },
      },
    },
    Attribute: {
      fields: {
        name: { type: 'string', id: 1 },
        i: { type: 'int64', id: 3 },
        s: { type: 'bytes', id: 4 },
        ints: { rule: 'repeated', type: 'int64', id: 8 },
        type: { type: 'int32', id: 20 },
      },
    },
    Node: {
      fields: {
        input: { rule: 'repeated', type: 'string', id: 1 },
        output: { rule: 'repeated', type: 'string', id: 2 },
        name: { type: 'string', id: 3 },
        opType: { type: 'string', id: 4 },
        attribute: { rule: 'repeated', type: 'Attribute', id: 5 },
      },
    },
    Dimension: {
      oneofs: { value: { oneof: ['dimValue', 'dimParam'] } },
      fields: { dimValue: { type: 'int64', id: 1 }, dimParam: { type: 'string', id: 2 } },
    },
    Shape: { fields: { dim: { rule: 'repeated', type: 'Dimension', id: 1 } } },
    TensorType: { fields: { elemType: { type: 'int32', id: 1 }, shape: { type: 'Shape', id: 2 } } },
    Type: { fields: { tensorType: { type: 'TensorType', id: 1 } } },
    ValueInfo: {
      fields: {
        name: { type: 'string', id: 1 },
        type: { type: 'Type', id: 2 },
        docString: { type: 'string', id: 3 },
      },
    },
    Graph: {
      fields: {
        node: { rule: 'repeated', type: 'Node', id: 1 },
        name: { type: 'string', id: 2 },
        initializer: { rule: 'repeated', type: 'Tensor', id: 5 },
        input: { rule: 'repeated', type: 'ValueInfo', id: 11 },
        output: { rule: 'repeated', type: 'ValueInfo', id: 12 },
      },
    },
    OperatorSet: { fields: { domain: { type: 'string', id: 1 }, version: { type: 'int64', id: 2 } } },
    Property: { fields: { key: { type: 'string', id: 1 }, value: { type: 'string', id: 2 } } },
    Model: {
      fields: {
        irVersion: { type: 'int64', id: 1 },
        producerName: { type: 'string', id: 2 },
        producerVersion: { type: 'string', id: 3 },
        graph: { type: 'Graph', id: 7 },
        opsetImport: { rule: 'repeated', type: 'OperatorSet', id: 8 },
        metadataProps: { rule: 'repeated', type: 'Property', id: 14 },
      },
    },
  },
}

const modelType = protobuf.Root.fromJSON(descriptor).lookupType('Model')

/** Numbers of TensorProto.DataType. */
export const elementType = { float32: 1, uint8: 2, uint16: 4, int32: 6, int64: 7, bool: 9, double: 11 } as const
export type ElementType = keyof typeof elementType

export interface OnnxTensor {
  readonly name: string
  readonly dims: readonly number[]
  readonly dataType: number
  readonly rawData: Uint8Array
}

/** Numbers of AttributeProto.AttributeType, with the field that holds the value. */
export type OnnxAttribute =
  | { readonly name: string; readonly type: 2; readonly i: number }
  | { readonly name: string; readonly type: 3; readonly s: Uint8Array }
  | { readonly name: string; readonly type: 7; readonly ints: readonly number[] }

export interface OnnxNode {
  readonly opType: string
  readonly name: string
  readonly input: readonly string[]
  readonly output: readonly string[]
  readonly attribute: readonly OnnxAttribute[]
}

/** A text names a size that a caller chooses. */
export type OnnxSize = number | string

export interface OnnxValueInfo {
  readonly name: string
  readonly element: ElementType
  readonly shape: readonly OnnxSize[]
  readonly doc: string
}

export interface OnnxModel {
  readonly name: string
  readonly version: string
  readonly nodes: readonly OnnxNode[]
  readonly initializers: readonly OnnxTensor[]
  readonly inputs: readonly OnnxValueInfo[]
  readonly outputs: readonly OnnxValueInfo[]
  readonly metadata: Readonly<Record<string, string>>
}

/** Operators are those of version 18, the first in which resizing widens its filter; every runtime since the beginning of 2023 has it. */
const operatorSet = 18
/** Version of the format that came with them. */
const irVersion = 8

/** The bytes of the file; the same model gives the same bytes. */
export function encodeModel({ name, version, nodes, initializers, inputs, outputs, metadata }: OnnxModel): Uint8Array {
  const message = {
    irVersion,
    producerName: 'draemc',
    producerVersion: version,
    graph: {
      node: nodes,
      name,
      initializer: initializers,
      input: inputs.map(valueInfo),
      output: outputs.map(valueInfo),
    },
    opsetImport: [{ domain: '', version: operatorSet }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  }
  return modelType.encode(message).finish()
}

function valueInfo({ name, element, shape, doc }: OnnxValueInfo): object {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }))
  return { name, type: { tensorType: { elemType: elementType[element], shape: { dim } } }, docString: doc }
}
