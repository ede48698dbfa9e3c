import { invariant } from '../../diagnostics/invariant.js'
import type { OpName } from '../../ir/ops/table.js'
import type { IrFunction, IrModule, NamedValue, StateVariable, TensorType, ValueId } from '../../ir/types.js'
import type { Device } from '../../passes/pass.js'
import { doneNode, graphName, inputNode, outputNode, stateGroups } from '../../plan/graph-names.js'
import type { PlanFunction, PlanState, PlanTensor } from '../../plan/run-plan.js'
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
    state: module.state.map(({ name, kind, type }) => ({ name, kind, shape: type.shape })),
  }
}

export function emitGraph(module: IrModule, device: Device = 'cpu'): Graph {
  const graph = new GraphBuilder()
  for (const variable of module.state) emitVariable(graph, variable)
  const signatures: Record<string, Signature> = {}
  for (const fn of module.functions) signatures[fn.name] = emitFunction(graph, fn, device)
  const types = new Map(module.state.map((variable) => [variable.name, variable]))
  const plan = module.state.map(({ name, kind, type }) => ({ name, kind, shape: type.shape }))
  for (const [index, group] of stateGroups(plan).entries()) {
    const variables = group.map(({ name }) => types.get(name)).filter((variable) => variable !== undefined)
    signatures[`get_${index}`] = emitGet(graph, `get_${index}`, variables)
    signatures[`set_${index}`] = emitSet(graph, `set_${index}`, variables)
  }
  return { nodes: graph.nodes, signatures }
}

function emitVariable(graph: GraphBuilder, { name, type }: StateVariable): void {
  invariant(type.dtype === 'f32', `state ${name} is ${type.dtype}: the engine keeps its state in float32`)
  const node = stateNode(name)
  graph.add(node, 'VarHandleOp', [], {
    dtype: attr.type(type.dtype),
    shape: attr.shape(type.shape),
    shared_name: attr.string(node),
    container: attr.string(''),
  })
}

/** Their kernels make float32 whatever the function is computed in; `read` says so itself. */
const narrowResults: ReadonlySet<OpName> = new Set([
  'random_uniform',
  'random_normal',
  'adam_update',
  'momentum_update',
])

function emitFunction(graph: GraphBuilder, fn: IrFunction, device: Device): Signature {
  const scope = graphName(fn.name)
  const context = new RuleContext(graph, fn, scope, device)
  const inputs: Record<string, TensorInfo> = {}
  for (const { name, value } of fn.inputs) {
    const { dtype, shape } = typeOf(fn, value)
    const node = graph.add(inputNode(fn.name, name), 'Placeholder', [], {
      dtype: attr.type(dtype),
      shape: attr.shape(shape),
    })
    context.setNarrow(value, () => node)
    inputs[name] = { name: `${node}:0`, dtype: tensorflowType(dtype), tensorShape: shapeProto(shape) }
  }
  for (const operation of fn.operations) {
    const tensors = rules[operation.op](operation, context)
    for (const [index, tensor] of tensors.entries()) {
      const value = operation.results[index]
      if (value === undefined) continue
      if (narrowResults.has(operation.op)) context.setNarrow(value, () => tensor)
      else context.set(value, tensor)
    }
  }
  const tensors = fn.outputs.map((output) => outputTensor(context, output))
  context.orderUpdates()
  const updated = barrier(graph, scope, context.updates)
  const outputs: Record<string, TensorInfo> = {}
  for (const { name, shape, tensor } of tensors) {
    const node = graph.add(outputNode(fn.name, name), 'Identity', [tensor, ...updated], { T: attr.type('f32') })
    outputs[name] = { name: `${node}:0`, dtype: tensorflowType('f32'), tensorShape: shapeProto(shape) }
  }
  emitDone(graph, fn.name, updated)
  return { inputs, outputs, methodName: 'tensorflow/serving/predict' }
}

interface OutputTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly tensor: TensorName
}

/** What is fetched is float32, whatever it was computed in. */
function outputTensor(context: RuleContext, { name, value }: NamedValue): OutputTensor {
  const { dtype, shape } = typeOf(context.fn, value)
  if (dtype === 'f32') return { name, shape, tensor: context.narrow(value) }
  const tensor = context.graph.add(`${outputNode(context.fn.name, name)}/cast`, 'Cast', [context.tensor(value)], {
    SrcT: attr.type(dtype),
    DstT: attr.type('f32'),
  })
  return { name, shape, tensor }
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
    const { dtype, shape } = variable.type
    const node = graph.add(outputNode(name, variable.name), 'ReadVariableOp', [stateNode(variable.name)], {
      dtype: attr.type(dtype),
    })
    outputs[variable.name] = { name: `${node}:0`, dtype: tensorflowType(dtype), tensorShape: shapeProto(shape) }
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
    const { dtype, shape } = variable.type
    const type = attr.type(dtype)
    const fed = graph.add(inputNode(name, variable.name), 'Placeholder', [], { dtype: type, shape: attr.shape(shape) })
    const copy = graph.add(`${fed}/copy`, 'DeepCopy', [fed], { T: type })
    const assign = graph.add(`${fed}/assign`, 'AssignVariableOp', [stateNode(variable.name), copy], { dtype: type })
    const done = graph.add(outputNode(name, variable.name), 'Identity', [zero, `^${assign}`], { T: attr.type('i32') })
    inputs[variable.name] = { name: `${fed}:0`, dtype: tensorflowType(dtype), tensorShape: shapeProto(shape) }
    outputs[variable.name] = { name: `${done}:0`, dtype: tensorflowType('i32'), tensorShape: shapeProto([]) }
  }
  return { inputs, outputs, methodName: 'tensorflow/serving/predict' }
}

function typeOf(fn: IrFunction, value: ValueId): TensorType {
  const type = fn.types.get(value)
  invariant(type !== undefined, `value ${value} of ${fn.name} has no type`)
  return type
}

function planFunction(fn: IrFunction): PlanFunction {
  return {
    inputs: fn.inputs.map(({ name, value }): PlanTensor => {
      const { dtype, shape } = typeOf(fn, value)
      invariant(dtype === 'f32' || dtype === 'i32', `input ${name} of ${fn.name} is ${dtype}`)
      return { name, dtype, shape }
    }),
    outputs: fn.outputs.map(({ name, value }): PlanTensor => ({ name, dtype: 'f32', shape: typeOf(fn, value).shape })),
  }
}
