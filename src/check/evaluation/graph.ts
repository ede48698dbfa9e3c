import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type {
  AttributeValue,
  CheckedNode,
  CheckedParameter,
  Initializer,
  Per,
  PhaseInput,
  TensorType,
} from '../checked.js'
import type { Dim, Grid, Tensor } from '../values/value.js'
import type { Env } from './env.js'
import type { PrimitiveName } from './primitives.js'

/** A node whose sizes may still be unknown. */
export interface DraftNode {
  readonly id: number
  readonly op: PrimitiveName
  readonly operands: readonly number[]
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly parameters: readonly string[]
  readonly tensor: Omit<Tensor, 'node'>
  readonly path: string
  readonly span: Span
}

export interface ParameterSpec {
  readonly name: string
  readonly kind: 'weight' | 'statistic'
  readonly shape: readonly Dim[]
  readonly initializer: Initializer
}

/** A pooling over a map whose sides it does or does not divide. */
export interface PoolingEvent {
  readonly grid: Grid
  readonly divides: boolean
  readonly span: Span
  readonly env: Env
}

export interface NodeRequest {
  readonly op: PrimitiveName
  readonly operands: readonly Tensor[]
  readonly attributes?: Readonly<Record<string, AttributeValue>>
  readonly parameters?: readonly ParameterSpec[]
  readonly per: Per
  readonly shape: readonly Dim[]
  readonly meaning?: TensorType['meaning']
  readonly range?: readonly [number, number] | undefined
  readonly grid?: Grid | undefined
  /** Whether gradients pass; false for `stop_gradient`. */
  readonly differentiable?: boolean
  readonly label?: boolean
  readonly path: string
  readonly span: Span
}

/** The graph under construction: nodes in an order in which operands come first. */
export class GraphBuilder {
  readonly nodes: DraftNode[] = []
  readonly parameters = new Map<
    string,
    Omit<CheckedParameter, 'trainable' | 'shape'> & { readonly shape: readonly Dim[] }
  >()
  /** Reports of shapes by binding and shape. */
  readonly shapeMistakes = new Map<string, Diagnostic>()
  /** Reports of records and lists that stand where a tensor is due, by what is in them. */
  readonly misused = new Map<unknown, Diagnostic>()
  /** Nodes whose shape is reported not to fit, those whose sides do not among them. */
  readonly misshapen = new Set<number>()
  readonly missized = new Set<number>()
  /** Binding paths that own weights. */
  readonly owners = new Set<string>()
  readonly inputs = new Map<PhaseInput, number>()
  readonly poolings: PoolingEvent[] = []
  /** Predictions that are reported not to reach their label. */
  readonly outOfReach = new Set<number>()

  add(request: NodeRequest): Tensor {
    const { op, operands, path, span } = request
    const differentiable = request.differentiable ?? true
    const weights = (request.parameters ?? []).some((parameter) => parameter.kind === 'weight')
    const labels = operands.filter((operand) => operand.per !== 'batch' || operand.label || operand.learned)
    const grid = request.grid ?? (request.per === 'pixel' ? operands.find((operand) => operand.grid)?.grid : undefined)
    const tensor: Omit<Tensor, 'node'> = {
      kind: 'tensor',
      span,
      per: request.per,
      shape: request.shape,
      meaning: request.meaning ?? 'plain',
      ...(request.range === undefined ? {} : { range: request.range }),
      learned: weights || (differentiable && operands.some((operand) => operand.learned)),
      label: request.label ?? (labels.length > 0 && labels.every((operand) => operand.label)),
      ...(grid === undefined ? {} : { grid }),
    }
    if (weights) this.owners.add(path)
    for (const { name, kind, shape, initializer } of request.parameters ?? []) {
      this.parameters.set(name, { name, kind, shape, initializer, span })
    }
    const id = this.nodes.length
    this.nodes.push({
      id,
      op,
      operands: operands.map((operand) => operand.node),
      attributes: request.attributes ?? {},
      parameters: (request.parameters ?? []).map((parameter) => parameter.name),
      tensor,
      path,
      span,
    })
    return { ...tensor, node: id }
  }

  /** The same node with what its maker knows better than its primitive: a mean of probabilities is one. */
  relabel(tensor: Tensor, meaning: TensorType['meaning'], range: readonly [number, number]): Tensor {
    const node = this.nodes[tensor.node]
    invariant(node !== undefined, `there is no node ${tensor.node}`)
    const relabelled = { ...tensor, meaning, range }
    this.nodes[tensor.node] = { ...node, tensor: relabelled }
    return relabelled
  }

  constant(value: number, path: string, span: Span): Tensor {
    return this.add({
      op: 'constant',
      operands: [],
      attributes: { value },
      per: 'batch',
      shape: [],
      range: [value, value],
      path,
      span,
    })
  }
}

export function finishNode(node: DraftNode): CheckedNode {
  const { tensor } = node
  return {
    id: node.id,
    op: node.op,
    operands: node.operands,
    attributes: node.attributes,
    parameters: node.parameters,
    type: finishType(tensor),
    path: node.path,
    span: node.span,
  }
}

export function finishType(tensor: Omit<Tensor, 'node'>): TensorType {
  return {
    per: tensor.per,
    shape: finishShape(tensor.shape),
    meaning: tensor.meaning,
    ...(tensor.range === undefined ? {} : { range: tensor.range }),
  }
}

export function finishShape(shape: readonly Dim[]): readonly number[] {
  return shape.map((size) => {
    invariant(size !== undefined, 'a size is unknown in a pipeline without mistakes')
    return size
  })
}
