import type { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { FactsOf } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import { own } from '../../source/own.js'
import type { Span } from '../../source/span.js'
import type { CheckedNode, CheckedParameter, Initializer, PhaseInput, TensorType } from '../checked.js'
import type { Known } from '../primitives/intervals.js'
import { rangeOf } from '../primitives/ranges.js'
import { type Shape, shapeRules } from '../primitives/shapes.js'
import type { AttributeValue, Draft, DraftAttributes, ParameterNameOf, PrimitiveName } from '../primitives/table.js'
import { primitiveRow } from '../primitives/table.js'
import type { Dim, Grid, Tensor } from '../values/value.js'
import { changesOf } from '../values/value.js'
import type { Env, NamedCall } from './env.js'
import { pathBelow } from './env.js'

/** A node whose sizes and attributes may still be unknown. */
export interface DraftNode {
  readonly id: number
  readonly op: PrimitiveName
  readonly operands: readonly number[]
  readonly attributes: Readonly<Record<string, Draft<AttributeValue>>>
  readonly parameters: readonly string[]
  readonly tensor: Omit<Tensor, 'node'>
  readonly path: string
  readonly span: Span
}

export interface ParameterSpec {
  readonly shape: readonly Dim[]
  readonly initializer: Initializer
}

/** Parts of a score of which one can be far larger than another. */
export interface ScaleEvent {
  readonly span: Span
  readonly parts: readonly number[]
  readonly facts: FactsOf<typeof tensorsDiagnostics.otherScales>
}

/** A pooling over a map whose sides it does or does not divide. */
export interface PoolingEvent {
  readonly grid: Grid
  readonly divides: boolean
  readonly span: Span
  readonly env: Env
}

/** How much of everything is in a graph. */
type GraphSize = Readonly<
  Record<'nodes' | 'parameters' | 'owners' | 'inputs' | 'poolings' | 'scales' | 'inlined', number>
>

/** Without attributes where the primitive has none. */
type AttributesPart<Op extends PrimitiveName> = keyof DraftAttributes<Op> extends never
  ? { readonly attributes?: undefined }
  : { readonly attributes: DraftAttributes<Op> }

/** What a node is asked for with; its shape and range come from the rules of its primitive. */
export type NodeRequest<Op extends PrimitiveName> = AttributesPart<Op> & {
  readonly op: Op
  readonly operands: readonly Tensor[]
  readonly parameters?: { readonly [Name in ParameterNameOf<Op>]?: ParameterSpec }
  readonly meaning?: TensorType['meaning']
  /** Where the maker knows better than the rule: the type of an input, a size whose mistake is reported. */
  readonly type?: Shape
  readonly range?: Known
  readonly grid?: Grid | undefined
  readonly label?: boolean
}

/** Where a node comes from. */
export type NodePlace = Pick<Env, 'path' | 'abstract' | 'frozen'> & {
  readonly span: Span
  readonly changes?: readonly Span[]
}

/** What a graph is of: a block that is checked on its own may be a part of either. */
export type GraphKind = 'model' | 'synthesis' | 'open'

/** What a synthesis works on: an image of this size, of values in this range. */
export interface Canvas {
  readonly height: Dim
  readonly width: Dim
  readonly channels: Dim
  readonly range: Known
  readonly imageSpan?: Span
}

/** The graph under construction: nodes in an order in which operands come first. */
export class GraphBuilder {
  constructor(
    readonly kind: GraphKind,
    readonly canvas?: Canvas,
  ) {}

  readonly nodes: DraftNode[] = []
  /** Where the range of a draw was written, by its node. */
  readonly drawn = new Map<number, Span>()
  /** Sides of boxes that are reported not to fit into the image. */
  readonly unfit = new Set<number>()
  readonly #draws = new Map<string, number>()
  readonly parameters = new Map<
    string,
    Omit<CheckedParameter, 'trainable' | 'shape'> & { readonly shape: readonly Dim[]; readonly frozen?: true }
  >()
  /** Reports of shapes by binding and shape. */
  readonly shapeMistakes = new Map<string, Diagnostic>()
  /** Reports of records and lists that stand where a tensor is due, by what is in them. */
  readonly misused = new Map<unknown, Diagnostic>()
  /** Reports of shapes that do not fit by the nodes that have them; of heights and widths alone. */
  readonly misshapen = new Map<number, Diagnostic>()
  readonly missized = new Map<number, Diagnostic>()
  /** Binding paths that own weights. */
  readonly owners = new Set<string>()
  readonly inputs = new Map<PhaseInput, number>()
  readonly poolings: PoolingEvent[] = []
  /** Images of a training step, where the data says it. */
  batch: number | undefined
  /** Characters of the blocks that are inlined. */
  inlined = 0
  /** A batch norm over one value a channel is reported. */
  hasSingleValueNorm = false
  /** Predictions whose range is reported not to fit their label. */
  readonly rangeMistakes = new Map<number, Diagnostic>()
  readonly scales: ScaleEvent[] = []

  add<Op extends PrimitiveName>(
    request: NodeRequest<Op>,
    { path, span, abstract, frozen, changes: own = [] }: NodePlace,
  ): Tensor {
    const { op, operands } = request
    const changes = [...new Set([...own, ...changesOf(operands)])]
    const attributes = (request.attributes ?? {}) as DraftAttributes<Op>
    const specs = Object.entries<ParameterSpec | undefined>(request.parameters ?? {})
    const names: string[] = []
    let [weights, trained] = [false, false]
    for (const [name, spec] of specs) {
      if (spec === undefined) continue
      const { kind, decays } = parameterRow(op, name)
      weights ||= kind === 'weight'
      trained ||= kind === 'weight' && !frozen
      names.push(`${path}.${name}`)
      const rest = { ...(decays === undefined ? {} : { decays }), ...(frozen ? { frozen } : {}) }
      this.parameters.set(`${path}.${name}`, { name: `${path}.${name}`, kind, ...rest, ...spec, span })
    }
    if (weights) this.owners.add(path)
    const { per, shape } = request.type ?? shapeRules[op](operands, attributes, specs[0]?.[1]?.shape.at(-1))
    const ranges = operands.map((operand) => operand.range)
    const range = 'range' in request ? request.range : rangeOf(op, ranges, attributes, abstract)
    const labels = operands.filter((operand) => operand.per !== 'batch' || operand.label || operand.learned)
    const grid = request.grid ?? (per === 'pixel' ? operands.find((operand) => operand.grid)?.grid : undefined)
    const tensor: Omit<Tensor, 'node'> = {
      kind: 'tensor',
      span,
      per,
      shape,
      meaning: request.meaning ?? 'plain',
      ...(range === undefined ? {} : { range }),
      learned: trained || (op !== 'stop_gradient' && operands.some((operand) => operand.learned)),
      label: request.label ?? (labels.length > 0 && labels.every((operand) => operand.label)),
      ...(grid === undefined ? {} : { grid }),
      ...(changes.length === 0 ? {} : { changes }),
    }
    const id = this.nodes.length
    this.nodes.push({
      id,
      op,
      operands: operands.map(({ node }) => node),
      attributes,
      parameters: names,
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

  /**
   * Puts what a call made below the binding path, under the call's name.
   *
   * @returns a path that owns weights already; then nothing is changed
   */
  nest(path: string, { name, from, to }: NamedCall): string | undefined {
    const below = pathBelow(path, name)
    const moved = (old: string): string =>
      old === path ? below : pathBelow(below, path === '' ? old : old.slice(path.length + 1))
    const made = this.nodes.slice(from, to)
    const taken = made.map((node) => moved(node.path)).find((each) => this.owners.has(each))
    if (taken !== undefined) return taken
    const renamed = new Map(made.flatMap((node) => node.parameters.map((old) => [old, moved(old)] as const)))
    const paths = new Map(made.map((node) => [node.path, moved(node.path)]))
    for (const node of made)
      this.nodes[node.id] = { ...node, path: moved(node.path), parameters: node.parameters.map(moved) }
    // In their order: what a graph takes from another is a beginning of it.
    const parameters = [...this.parameters.values()]
    this.parameters.clear()
    for (const each of parameters) {
      const own = renamed.get(each.name) ?? each.name
      this.parameters.set(own, { ...each, name: own })
    }
    const owners = [...this.owners]
    this.owners.clear()
    for (const owner of owners) this.owners.add(paths.get(owner) ?? owner)
    return undefined
  }

  get size(): GraphSize {
    const { nodes, parameters, owners, inputs, poolings, scales, inlined } = this
    return {
      nodes: nodes.length,
      parameters: parameters.size,
      owners: owners.size,
      inputs: inputs.size,
      poolings: poolings.length,
      scales: scales.length,
      inlined,
    }
  }

  /** Takes what was in a graph without mistakes when it had that size. */
  take(from: GraphBuilder, size: GraphSize): void {
    this.nodes.push(...from.nodes.slice(0, size.nodes))
    for (const [name, spec] of [...from.parameters].slice(0, size.parameters)) this.parameters.set(name, spec)
    for (const path of [...from.owners].slice(0, size.owners)) this.owners.add(path)
    for (const [name, node] of [...from.inputs].slice(0, size.inputs)) this.inputs.set(name, node)
    this.poolings.push(...from.poolings.slice(0, size.poolings))
    this.scales.push(...from.scales.slice(0, size.scales))
    this.inlined = size.inlined
  }

  /** The name of a draw's own random numbers: its binding path, numbered where that has several. */
  nameDraw(path: string): string {
    const name = path === '' ? 'result' : path
    const count = (this.#draws.get(name) ?? 0) + 1
    this.#draws.set(name, count)
    return count === 1 ? name : `${name}#${count}`
  }

  /** A number; undefined while it is not known. */
  constant(value: number | undefined, place: NodePlace): Tensor {
    return this.add({ op: 'constant', operands: [], attributes: { value } }, place)
  }
}

function parameterRow(op: PrimitiveName, name: string) {
  const row = own(primitiveRow(op).parameters, name)
  invariant(row !== undefined, `${op} has no parameter ${name}`)
  return row
}

/** Every attribute of the primitive's row, and no other, is known in a pipeline without mistakes. */
export function finishNode({
  id,
  op,
  operands,
  attributes,
  parameters,
  tensor,
  path,
  span,
}: DraftNode): CheckedNode<PrimitiveName> {
  for (const name of Object.keys(primitiveRow(op).attributes)) {
    const value = own(attributes, name)
    const isKnown = Array.isArray(value) ? !value.includes(undefined) : value !== undefined
    invariant(isKnown, `the attribute ${name} of ${op} is unknown in a pipeline without mistakes`)
  }
  // `GraphBuilder.add` takes the attributes of `op` alone.
  return {
    id,
    op,
    operands,
    attributes,
    parameters,
    type: finishType(tensor),
    path,
    span,
  } as CheckedNode<PrimitiveName>
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
