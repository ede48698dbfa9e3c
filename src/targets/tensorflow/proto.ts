import protobuf from 'protobufjs/light.js'

/**
 * The few TensorFlow messages that a SavedModel of ours needs, with the field numbers of
 * tensorflow/core/protobuf/{saved_model,meta_graph}.proto and tensorflow/core/framework/{graph,node_def,attr_value,tensor,tensor_shape,versions}.proto.
 */
const descriptor = {
  nested: {
    Dim: { fields: { size: { type: 'int64', id: 1 } } },
    TensorShape: { fields: { dim: { rule: 'repeated', type: 'Dim', id: 2 } } },
    Tensor: {
      fields: {
        dtype: { type: 'int32', id: 1 },
        tensorShape: { type: 'TensorShape', id: 2 },
        tensorContent: { type: 'bytes', id: 4 },
        floatVal: { rule: 'repeated', type: 'float', id: 5, options: { packed: true } },
        doubleVal: { rule: 'repeated', type: 'double', id: 6, options: { packed: true } },
        intVal: { rule: 'repeated', type: 'int32', id: 7, options: { packed: true } },
        boolVal: { rule: 'repeated', type: 'bool', id: 11, options: { packed: true } },
        halfVal: { rule: 'repeated', type: 'int32', id: 13, options: { packed: true } },
      },
    },
    ListValue: {
      fields: {
        i: { rule: 'repeated', type: 'int64', id: 3, options: { packed: true } },
      },
    },
    AttrValue: {
      // A oneof, so that 0, false and '' are written too.
      oneofs: { value: { oneof: ['list', 's', 'i', 'f', 'b', 'type', 'shape', 'tensor'] } },
      fields: {
        list: { type: 'ListValue', id: 1 },
        s: { type: 'bytes', id: 2 },
        i: { type: 'int64', id: 3 },
        f: { type: 'float', id: 4 },
        b: { type: 'bool', id: 5 },
        type: { type: 'int32', id: 6 },
        shape: { type: 'TensorShape', id: 7 },
        tensor: { type: 'Tensor', id: 8 },
      },
    },
    NodeDef: {
      fields: {
        name: { type: 'string', id: 1 },
        op: { type: 'string', id: 2 },
        input: { rule: 'repeated', type: 'string', id: 3 },
        attr: { keyType: 'string', type: 'AttrValue', id: 5 },
      },
    },
    Versions: { fields: { producer: { type: 'int32', id: 1 }, minConsumer: { type: 'int32', id: 2 } } },
    GraphDef: {
      fields: {
        node: { rule: 'repeated', type: 'NodeDef', id: 1 },
        versions: { type: 'Versions', id: 4 },
      },
    },
    TensorInfo: {
      fields: {
        name: { type: 'string', id: 1 },
        dtype: { type: 'int32', id: 2 },
        tensorShape: { type: 'TensorShape', id: 3 },
      },
    },
    Signature: {
      fields: {
        inputs: { keyType: 'string', type: 'TensorInfo', id: 1 },
        outputs: { keyType: 'string', type: 'TensorInfo', id: 2 },
        methodName: { type: 'string', id: 3 },
      },
    },
    MetaInfo: { fields: { tags: { rule: 'repeated', type: 'string', id: 4 } } },
    MetaGraph: {
      fields: {
        metaInfo: { type: 'MetaInfo', id: 1 },
        graph: { type: 'GraphDef', id: 2 },
        signature: { keyType: 'string', type: 'Signature', id: 5 },
      },
    },
    SavedModel: {
      fields: {
        schemaVersion: { type: 'int64', id: 1 },
        metaGraphs: { rule: 'repeated', type: 'MetaGraph', id: 2 },
      },
    },
  },
}

const savedModelType = protobuf.Root.fromJSON(descriptor).lookupType('SavedModel')

export interface ShapeProto {
  readonly dim: readonly { readonly size: number }[]
}

export interface TensorProto {
  readonly dtype: number
  readonly tensorShape: ShapeProto
  readonly tensorContent?: Uint8Array
  readonly floatVal?: readonly number[]
  readonly doubleVal?: readonly number[]
  readonly intVal?: readonly number[]
  readonly boolVal?: readonly boolean[]
  readonly halfVal?: readonly number[]
}

export type AttrValue =
  | { readonly list: { readonly i: readonly number[] } }
  | { readonly s: Uint8Array }
  | { readonly i: number }
  | { readonly f: number }
  | { readonly b: boolean }
  | { readonly type: number }
  | { readonly shape: ShapeProto }
  | { readonly tensor: TensorProto }

export interface NodeDef {
  readonly name: string
  readonly op: string
  /** `node`, `node:1`, and control inputs `^node` last. */
  readonly input: readonly string[]
  readonly attr: Readonly<Record<string, AttrValue>>
}

export interface TensorInfo {
  readonly name: string
  readonly dtype: number
  readonly tensorShape: ShapeProto
}

export interface Signature {
  readonly inputs: Readonly<Record<string, TensorInfo>>
  readonly outputs: Readonly<Record<string, TensorInfo>>
  readonly methodName: string
}

export interface Graph {
  readonly nodes: readonly NodeDef[]
  readonly signatures: Readonly<Record<string, Signature>>
}

/**
 * Version of the graph language that the nodes are written in: old enough for every TensorFlow 2 that the engine may be,
 * new enough that no operator of ours was different.
 */
const graphVersion = 1395

/** The tag under which the session finds the graph. */
export const savedModelTag = 'serve'

/** The bytes of `saved_model.pb`; the same graph gives the same bytes. */
export function encodeSavedModel(graph: Graph): Uint8Array {
  const message = {
    schemaVersion: 1,
    metaGraphs: [
      {
        metaInfo: { tags: [savedModelTag] },
        graph: { node: graph.nodes, versions: { producer: graphVersion, minConsumer: 12 } },
        signature: graph.signatures,
      },
    ],
  }
  return savedModelType.encode(message).finish()
}
