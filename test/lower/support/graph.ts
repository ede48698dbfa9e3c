import type {
  CheckedNode,
  CheckedParameter,
  CheckedPipeline,
  Initializer,
  NamedOutput,
  PhaseInput,
  TensorType,
} from '../../../src/check/checked.js'
import type { AttributesOf, PrimitiveName } from '../../../src/check/primitives/table.js'
import { optimizers } from '../../../src/components/training.js'
import { invariant } from '../../../src/diagnostics/invariant.js'
import { evaluatePlan, hdmap, trainPlan, withDefaults } from '../../support/components.js'
import { compileSynthesis } from '../../support/synthesis.js'

const span = { file: 'test.draem', start: 0, end: 0 }

export type Node = number

/** Writes checked graphs by hand, as the checker would give them: shapes are worked out here for the primitives that tests use. */
export class CheckedGraph {
  readonly nodes: CheckedNode[] = []
  readonly parameters: CheckedParameter[] = []
  readonly inputs: Partial<Record<PhaseInput, number>> = {}

  shape(node: Node): readonly number[] {
    return this.type(node).shape
  }

  private type(node: Node): TensorType {
    const found = this.nodes[node]
    invariant(found, `no node ${node}`)
    return found.type
  }

  add<Op extends PrimitiveName>(
    op: Op,
    operands: readonly Node[],
    shape: readonly number[],
    attributes: AttributesOf<Op>,
    {
      path = '',
      parameters = [],
      per,
    }: { path?: string; parameters?: readonly string[]; per?: TensorType['per'] } = {},
  ): Node {
    const id = this.nodes.length
    const known = per ?? (shape.length === 3 ? 'pixel' : 'image')
    this.nodes.push({
      id,
      op,
      operands,
      attributes,
      parameters,
      path,
      span,
      type: { per: known, shape, meaning: 'plain' },
    } as CheckedNode)
    return id
  }

  input(name: PhaseInput, shape: readonly number[]): Node {
    const node = this.add('input', [], shape, { name }, { path: name })
    this.inputs[name] = node
    return node
  }

  constant(value: number): Node {
    return this.add('constant', [], [], { value }, { per: 'batch' })
  }

  weight(
    name: string,
    shape: readonly number[],
    initializer: Initializer,
    kind: CheckedParameter['kind'] = 'weight',
  ): string {
    this.parameters.push({ name, kind, shape, initializer, trainable: kind === 'weight', span })
    return name
  }

  /** Keeps the map's size. */
  conv2d(x: Node, path: string, channels: number, { kernel = 3, bias = true } = {}): Node {
    const padding = (kernel - 1) / 2
    const [height = 0, width = 0, input = 0] = this.shape(x)
    const bound = 1 / Math.sqrt(kernel * kernel * input)
    const uniform = { kind: 'uniform', low: -bound, high: bound } as const
    const parameters = [this.weight(`${path}.kernel`, [kernel, kernel, input, channels], uniform)]
    if (bias) parameters.push(this.weight(`${path}.bias`, [channels], uniform))
    return this.add(
      'conv2d',
      [x],
      [height, width, channels],
      {
        kernel: [kernel, kernel],
        strides: [1, 1],
        padding: [padding, padding, padding, padding],
        dilations: [1, 1],
        use_bias: bias,
      },
      { path, parameters },
    )
  }

  dense(x: Node, path: string, units: number): Node {
    const [input = 0] = this.shape(x)
    const bound = Math.sqrt(6 / (input + units))
    const parameters = [
      this.weight(`${path}.kernel`, [input, units], { kind: 'uniform', low: -bound, high: bound }),
      this.weight(`${path}.bias`, [units], { kind: 'constant', value: 0 }),
    ]
    return this.add('dense', [x], [units], { use_bias: true }, { path, parameters })
  }

  batchNorm(x: Node, path: string): Node {
    const channels = this.shape(x).at(-1) ?? 0
    const filled = (value: number) => ({ kind: 'constant', value }) as const
    const parameters = [
      this.weight(`${path}.scale`, [channels], filled(1)),
      this.weight(`${path}.offset`, [channels], filled(0)),
      this.weight(`${path}.running_mean`, [channels], filled(0), 'statistic'),
      this.weight(`${path}.running_variance`, [channels], filled(1), 'statistic'),
    ]
    return this.add(
      'batch_norm',
      [x],
      this.shape(x),
      { epsilon: 1e-5, momentum: 0.1, frozen: false },
      { path, parameters },
    )
  }

  same<Op extends PrimitiveName>(op: Op, x: Node, attributes = {} as AttributesOf<Op>, path = ''): Node {
    return this.add(op, [x], this.shape(x), attributes, { path, per: this.type(x).per })
  }

  /** Two operands; the result has the shape of the one with more axes, or channels. */
  binary(op: 'add' | 'sub' | 'mul' | 'div' | 'maximum' | 'minimum', a: Node, b: Node): Node {
    const size = (node: Node) => this.shape(node).reduce((product, side) => product * side, 1)
    const larger =
      this.shape(a).length > this.shape(b).length ||
      (this.shape(a).length === this.shape(b).length && size(a) >= size(b))
        ? a
        : b
    const type =
      this.type(a).per === 'batch' ? this.type(b) : this.type(b).per === 'batch' ? this.type(a) : this.type(larger)
    return this.add(op, [a, b], type.shape, {}, { per: type.per })
  }

  maxPool(x: Node): Node {
    const [height = 0, width = 0, channels = 0] = this.shape(x)
    const shape = [Math.floor(height / 2), Math.floor(width / 2), channels]
    return this.add('max_pool', [x], shape, { size: [2, 2], strides: [2, 2], padding: [0, 0, 0, 0] })
  }

  upsample(x: Node): Node {
    const [height = 0, width = 0, channels = 0] = this.shape(x)
    return this.add('upsample', [x], [height * 2, width * 2, channels], {
      factor: 2,
      mode: 'bilinear',
      align_corners: true,
    })
  }

  concat(...parts: readonly Node[]): Node {
    const [first = 0] = parts
    const channels = parts.reduce((sum, part) => sum + (this.shape(part).at(-1) ?? 0), 0)
    return this.add('concat', parts, [...this.shape(first).slice(0, -1), channels], {})
  }

  channels(x: Node, begin: number, count: number): Node {
    return this.add('slice_channels', [x], [...this.shape(x).slice(0, -1), count], { begin, count })
  }

  crop(x: Node, top: number, left: number, height: number, width: number): Node {
    return this.add('crop', [x], [height, width, this.shape(x)[2] ?? 0], { top, left, height, width })
  }

  pad(x: Node, by: number): Node {
    const [height = 0, width = 0, channels = 0] = this.shape(x)
    return this.add('pad', [x], [height + 2 * by, width + 2 * by, channels], { padding: [by, by, by, by] })
  }

  averaged(x: Node): Node {
    return this.add('global_average_pool', [x], [this.shape(x)[2] ?? 0], {})
  }

  value(op: 'image_max' | 'image_mean' | 'squeeze', x: Node): Node {
    return this.add(op, [x], [], {}, { per: 'image' })
  }

  loss<Op extends PrimitiveName>(
    op: Op,
    operands: readonly Node[],
    attributes = {} as AttributesOf<Op>,
    path = '',
  ): Node {
    return this.add(op, operands, [], attributes, { path, per: 'batch' })
  }

  pipeline(settings: PipelineSettings): CheckedPipeline {
    const { losses, outputs, batch, optimizer = withDefaults(optimizers, 'adamw', {}) } = settings
    const [height = 1, width = 1, channels = 1] = this.inputs.image === undefined ? [] : this.shape(this.inputs.image)
    const total = losses.find((term) => term.name === 'total')
    invariant(total, 'a loss has a total')
    return {
      name: settings.name ?? 'test',
      seed: settings.seed ?? 1,
      image: { height, width, channels },
      batch,
      evalBatch: settings.evalBatch ?? batch,
      data: hdmap(),
      synthesis: compileSynthesis('additive()'),
      nodes: this.nodes,
      parameters: this.parameters,
      inputs: this.inputs,
      outputs,
      lossTerms: losses,
      total: total.node,
      train: trainPlan({ optimizer, epochs: 1, precision: settings.precision ?? 'float32' }),
      evaluate: evaluatePlan(),
      origins: [],
      allows: [],
    }
  }
}

export interface PipelineSettings {
  readonly name?: string
  readonly seed?: number
  readonly batch: number
  readonly evalBatch?: number
  readonly losses: readonly NamedOutput[]
  readonly outputs: readonly NamedOutput[]
  readonly optimizer?: CheckedPipeline['train']['optimizer']
  readonly precision?: 'float32' | 'bf16'
}
