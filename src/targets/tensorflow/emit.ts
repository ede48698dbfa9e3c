import { invariant } from '../../diagnostics/invariant.js'
import type { Constant, FrozenFunction } from '../../ir/frozen.js'
import type { DType, IrFunction, IrModule, NamedValue, StateVariable, TensorType, ValueId } from '../../ir/types.js'
import type { Device } from '../../passes/pass.js'
import { doneNode, graphName, inputNode, outputNode, stateGroups } from '../../plan/graph-names.js'
import type { PlanFunction, PlanState, PlanTensor } from '../../plan/run-plan.js'
import { setOwn } from '../../source/own.js'
import { attr, shapeProto, tensorflowType } from './data-types.js'
import { GraphBuilder, type TensorName } from './graph-builder.js'
import { encodeSavedModel, type Graph, type Signature, type TensorInfo } from './proto.js'
import { RuleContext, stateNode } from './rule.js'
import { rules } from './rules/table.js'

export interface EmittedModel {
  /** What `saved_model.pb` holds. */
  readonly bytes: Uint8Array
  readonly graph: Graph
  readonly functions: Readonly<Record<string, PlanFunction>>
  readonly state: readonly PlanState[]
}

/** The whole module as one SavedModel: a signature a function, and `get_k`/`set_k` for the state in groups. */
export function emitSavedModel(module: IrModule, device: Device = 'cpu'): EmittedModel {
  const graph = emitGraph(module, device)
  return {
    bytes: encodeSavedModel(graph),
    graph,
    functions: Object.fromEntries(module.functions.map((fn) => [fn.name, planFunction(fn)])),
    state: planState(module),
  }
}

/** A frozen function as a SavedModel of its own: no state, any number of images, one signature as serving systems look for it. */
export function emitInference(
  frozen: FrozenFunction,
  device: Device = 'cpu',
): Pick<EmittedModel, 'bytes' | 'functions'> {
  const graph = new GraphBuilder()
  const signature = emitFunction(graph, frozen, device, frozen.constants)
  const signatures = { serving_default: signature }
  return {
    bytes: encodeSavedModel({ nodes: graph.nodes, signatures }),
    functions: { [frozen.name]: planFunction(frozen) },
  }
}

export function emitGraph(module: IrModule, device: Device = 'cpu'): Graph {
  const graph = new GraphBuilder()
  for (const variable of module.state) emitVariable(graph, variable)
  const signatures: Record<string, Signature> = {}
  for (const fn of module.functions) setOwn(signatures, fn.name, emitFunction(graph, fn, device))
  const types = new Map(module.state.map((variable) => [variable.name, variable]))
  for (const [index, group] of stateGroups(planState(module)).entries()) {
    const variables = group.map(({ name }) => types.get(name)).filter((variable) => variable !== undefined)
    signatures[`get_${index}`] = emitGet(graph, `get_${index}`, variables)
    signatures[`set_${index}`] = emitSet(graph, `set_${index}`, variables)
  }
  return { nodes: graph.nodes, signatures }
}

function emitVariable(graph: GraphBuilder, { name, type }: StateVariable): void {
  stateType(name, type)
  const node = stateNode(name)
  graph.add(node, 'VarHandleOp', [], {
    dtype: attr.type(type.dtype),
    shape: attr.shape(type.shape),
    shared_name: attr.string(node),
    container: attr.string(''),
  })
}

function emitFunction(
  graph: GraphBuilder,
  fn: IrFunction,
  device: Device,
  constants: ReadonlyMap<ValueId, Constant> = new Map(),
): Signature {
  const scope = graphName(fn.name)
  const context = new RuleContext(graph, fn, scope, device)
  for (const [value, constant] of constants)
    context.set(value, emitConstant(graph, `${scope}/weight_${value}`, constant))
  const inputs: Record<string, TensorInfo> = {}
  for (const { name, value } of fn.inputs) {
    const fed = feed(graph, inputNode(fn.name, name), typeOf(fn, value))
    context.set(value, fed.tensor)
    setOwn(inputs, name, fed.info)
  }
  for (const operation of fn.operations) {
    const tensors = rules[operation.op](operation, context)
    for (const [index, tensor] of tensors.entries()) {
      const value = operation.results[index]
      if (value === undefined) continue
      context.set(value, tensor)
    }
  }
  const tensors = fn.outputs.map((output) => outputTensor(context, output))
  context.orderUpdates()
  const updated = barrier(graph, scope, context.updates)
  const outputs: Record<string, TensorInfo> = {}
  for (const { name, type, tensor } of tensors)
    setOwn(outputs, name, fetched(graph, outputNode(fn.name, name), type, tensor, updated))
  emitDone(graph, fn.name, updated)
  return { inputs, outputs, methodName: 'tensorflow/serving/predict' }
}

function emitConstant(graph: GraphBuilder, name: string, { type, data }: Constant): TensorName {
  const tensorContent = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const tensor = { dtype: tensorflowType(type.dtype), tensorShape: shapeProto(type.shape), tensorContent }
  return graph.add(name, 'Const', [], { dtype: attr.type(type.dtype), value: attr.tensor(tensor) })
}

interface OutputTensor {
  readonly name: string
  readonly type: TensorType
  readonly tensor: TensorName
}

/** JavaScript has arrays of float32 and float64: what is neither is fetched in float32, which holds it. */
function outputTensor(context: RuleContext, { name, value }: NamedValue): OutputTensor {
  const type = typeOf(context.fn, value)
  if (type.dtype === 'f32' || type.dtype === 'f64') return { name, type, tensor: context.tensor(value) }
  const tensor = context.graph.add(`${outputNode(context.fn.name, name)}/cast`, 'Cast', [context.tensor(value)], {
    SrcT: attr.type(type.dtype),
    DstT: attr.type('f32'),
  })
  return { name, type: { ...type, dtype: 'f32' }, tensor }
}

/**
 * What crosses the binding: it has no float64, so such a tensor goes as its int32 halves, one axis more. A bit cast moves nothing.
 */
function carried({ dtype, shape }: TensorType): TensorType {
  return dtype === 'f64' ? { dtype: 'i32', shape: [...shape, 2] } : { dtype, shape }
}

function infoOf(node: string, { dtype, shape }: TensorType): TensorInfo {
  return { name: `${node}:0`, dtype: tensorflowType(dtype), tensorShape: shapeProto(shape) }
}

/** A placeholder and the tensor that it stands for. */
function feed(
  graph: GraphBuilder,
  name: string,
  type: TensorType,
): { readonly tensor: TensorName; readonly info: TensorInfo } {
  const { dtype, shape } = carried(type)
  const node = graph.add(name, 'Placeholder', [], { dtype: attr.type(dtype), shape: attr.shape(shape) })
  return { tensor: bitcast(graph, node, dtype, type.dtype), info: infoOf(node, { dtype, shape }) }
}

/** The node of this name that is fetched; it waits for `after`. */
function fetched(
  graph: GraphBuilder,
  name: string,
  type: TensorType,
  tensor: TensorName,
  after: readonly string[] = [],
): TensorInfo {
  const { dtype, shape } = carried(type)
  const value = bitcast(graph, tensor, type.dtype, dtype, name)
  return infoOf(graph.add(name, 'Identity', [value, ...after], { T: attr.type(dtype) }), { dtype, shape })
}

function bitcast(graph: GraphBuilder, tensor: TensorName, from: DType, to: DType, name: string = tensor): TensorName {
  if (from === to) return tensor
  return graph.add(`${name}/bits`, 'Bitcast', [tensor], { T: attr.type(from), type: attr.type(to) })
}

/** One node that waits for all updates, as a control input; none where nothing is updated. */
function barrier(graph: GraphBuilder, scope: string, updates: readonly string[]): readonly string[] {
  if (updates.length === 0) return []
  return [
    `^${graph.add(
      `${scope}/updated`,
      'NoOp',
      updates.map((update) => `^${update}`),
      {},
    )}`,
  ]
}

function emitDone(graph: GraphBuilder, name: string, updated: readonly string[]): void {
  const zero = graph.ints(graphName(name), [0], [])
  graph.add(doneNode(name), 'Identity', [zero, ...updated], { T: attr.type('i32') })
}

function emitGet(graph: GraphBuilder, name: string, variables: readonly StateVariable[]): Signature {
  const outputs: Record<string, TensorInfo> = {}
  for (const variable of variables) {
    const node = outputNode(name, variable.name)
    const read = graph.add(`${node}/read`, 'ReadVariableOp', [stateNode(variable.name)], {
      dtype: attr.type(variable.type.dtype),
    })
    setOwn(outputs, variable.name, fetched(graph, node, variable.type, read))
  }
  return { inputs: {}, outputs, methodName: 'tensorflow/serving/predict' }
}

/**
 * One input and one output a state: the output, a zero, is there once the state is set, so that some of a group may be set alone.
 * The value fed lies in JavaScript's memory, so the variable takes a copy.
 */
function emitSet(graph: GraphBuilder, name: string, variables: readonly StateVariable[]): Signature {
  const inputs: Record<string, TensorInfo> = {}
  const outputs: Record<string, TensorInfo> = {}
  const zero = graph.ints(name, [0], [])
  for (const variable of variables) {
    const node = inputNode(name, variable.name)
    const type = attr.type(variable.type.dtype)
    const { tensor, info } = feed(graph, node, variable.type)
    const copy = graph.add(`${node}/copy`, 'DeepCopy', [tensor], { T: type })
    const assign = graph.add(`${node}/assign`, 'AssignVariableOp', [stateNode(variable.name), copy], { dtype: type })
    setOwn(inputs, variable.name, info)
    const done = [`^${assign}`]
    setOwn(
      outputs,
      variable.name,
      fetched(graph, outputNode(name, variable.name), { dtype: 'i32', shape: [] }, zero, done),
    )
  }
  return { inputs, outputs, methodName: 'tensorflow/serving/predict' }
}

function typeOf(fn: Pick<IrFunction, 'name' | 'types'>, value: ValueId): TensorType {
  const type = fn.types.get(value)
  invariant(type !== undefined, `value ${value} of ${fn.name} has no type`)
  return type
}

function planFunction(fn: Pick<IrFunction, 'name' | 'inputs' | 'outputs' | 'types'>): PlanFunction {
  return {
    inputs: fn.inputs.map(({ name, value }): PlanTensor => {
      const { dtype, shape } = typeOf(fn, value)
      invariant(dtype === 'f32' || dtype === 'f64' || dtype === 'i32', `input ${name} of ${fn.name} is ${dtype}`)
      return { name, dtype, shape }
    }),
    outputs: fn.outputs.map(({ name, value }): PlanTensor => {
      const { dtype, shape } = typeOf(fn, value)
      return { name, dtype: dtype === 'f64' ? 'f64' : 'f32', shape }
    }),
  }
}

function planState({ state }: IrModule): readonly PlanState[] {
  return state.map(({ name, kind, type }) => ({ name, kind, dtype: stateType(name, type), shape: type.shape }))
}

function stateType(name: string, { dtype }: TensorType): PlanState['dtype'] {
  invariant(dtype === 'f32' || dtype === 'f64', `state ${name} is ${dtype}: state is kept in float32 or float64`)
  return dtype
}
