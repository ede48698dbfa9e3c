import type { OperationWriter } from '../../ir/builder.js'
import { single } from '../../ir/builder.js'
import type { OpName } from '../../ir/ops/table.js'
import type { Attributes, ValueId } from '../../ir/types.js'

/**
 * Minimal filtering with two outputs of three taps, F(2,3), and with three outputs of two taps, F(3,2), in one dimension: 4 products
 * in place of 6. Points 0, 1, -1 and infinity. Winograd, "Arithmetic Complexity of Computations", 1980, chapter V; Lavin and Gray,
 * "Fast Algorithms for Convolutional Neural Networks", 2016, section 4. Both are A [(G g) * (B d)] with d four neighbouring values of
 * the image and the same B; in two dimensions each matrix is applied to rows and columns.
 */
type Matrix = readonly (readonly number[])[]

const image: Matrix = [
  [1, 0, -1, 0],
  [0, 1, 1, 0],
  [0, -1, 1, 0],
  [0, -1, 0, 1],
]
const threeTaps: Matrix = [
  [1, 0, 0],
  [0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0, 0, 1],
]
const twoOutputs: Matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, 1],
]
const twoTaps: Matrix = [
  [1, 0],
  [0.5, 0.5],
  [0.5, -0.5],
  [0, 1],
]
const threeOutputs: Matrix = [
  [1, 1, 1, 0],
  [0, 1, -1, 0],
  [0, 1, 1, 1],
]
const reversedTaps: Matrix = threeTaps.map((row) => [...row].reverse())

/** Products of one tile of 2 x 2 outputs (or gradients) that overlaps its neighbours by two pixels. */
const products = 16

/** Sides of a map [N,H,W,C] whose H and W are even. */
export interface MapShape {
  readonly batch: number
  readonly height: number
  readonly width: number
}

/**
 * Writes the operations of convolutions; each matrix is a literal, applied to all tiles at once in one product. What only the
 * backward part needs is made there (`after`): an engine would make it at once and keep it.
 */
export class TransformWriter {
  private readonly matrices = new Map<Matrix, ValueId>()
  /** Tiles of what a convolution read, which the gradient by its kernel reads again. */
  private readonly known = new Map<ValueId, ValueId>()
  private path: string | undefined

  constructor(private readonly writer: OperationWriter) {}

  /** x [N,H,W,in] and kernel [3,3,in,out], padded by one: [N,H,W,out]. */
  convolution(x: ValueId, kernel: ValueId, map: MapShape, path: string | undefined): ValueId {
    this.path = path
    const tiles = this.known.get(x) ?? this.tiles(x, map)
    this.known.set(x, tiles)
    return this.assembled(this.times(tiles, this.kernel(kernel, threeTaps)), map)
  }

  /** The same of dy with the kernel turned around and its channels exchanged. */
  inputGradient(kernel: ValueId, dy: ValueId, map: MapShape, path: string | undefined): ValueId {
    this.path = path
    const turned = this.kernel(this.one('after', [kernel, dy], {}), reversedTaps)
    const product = this.times(this.tiles(dy, map), turned, { transpose_b: true })
    return this.assembled(product, map)
  }

  /** Each tile of 2 x 2 gradients is a filter that meets its 4 x 4 values of x in nine places. */
  filterGradient(x: ValueId, dy: ValueId, map: MapShape, path: string | undefined): ValueId {
    this.path = path
    const [inputs, outputs] = [this.channels(x), this.channels(dy)]
    const planes = this.one('transpose', [this.reshaped(dy, this.split(map, outputs))], { perm: [2, 4, 1, 3, 0, 5] })
    const filters = this.applied(twoTaps, this.reshaped(planes, [4, tileCount(map) * outputs]))
    const tiles = this.known.get(x) ?? this.tiles(this.one('after', [x, dy], {}), map)
    const product = this.times(tiles, this.reshaped(filters, [products, tileCount(map), outputs]), {
      transpose_a: true,
    })
    const gradient = this.applied(threeOutputs, this.reshaped(product, [products, inputs * outputs]))
    return this.reshaped(gradient, [3, 3, inputs, outputs])
  }

  /** The 4 x 4 values that each tile reads, transformed: [16, tiles, channels]. Tiles count as [H/2, W/2, N]. */
  private tiles(x: ValueId, { batch, height, width }: MapShape): ValueId {
    const channels = this.channels(x)
    const [rows, columns] = [height / 2, width / 2]
    const one = [1, 1]
    const padded = this.one('pad', [x], { paddings: [[0, 0], one, one, [0, 0]] })
    const split = this.reshaped(padded, [batch, rows + 1, 2, columns + 1, 2, channels])
    const planes = this.one('transpose', [split], { perm: [2, 4, 1, 3, 0, 5] })
    const size = [1, 1, rows, columns, batch, channels]
    const values = fourByFour.map(([row, column]) =>
      this.one('slice', [planes], { begin: [row % 2, column % 2, row >> 1, column >> 1, 0, 0], size }),
    )
    const gathered = this.one('concat', values, { axis: 0 })
    const count = rows * columns * batch
    return this.reshaped(this.applied(image, this.reshaped(gathered, [products, count * channels])), [
      products,
      count,
      channels,
    ])
  }

  /** [3,3,in,out] to [16,in,out]. */
  private kernel(kernel: ValueId, taps: Matrix): ValueId {
    const [, , inputs = 1, outputs = 1] = this.shape(kernel)
    const flat = this.reshaped(kernel, [9, inputs * outputs])
    return this.reshaped(this.applied(taps, flat), [products, inputs, outputs])
  }

  /** [16, tiles, channels] to the map that the tiles are of. */
  private assembled(product: ValueId, map: MapShape): ValueId {
    const { batch, height, width } = map
    const channels = this.channels(product)
    const flat = this.reshaped(product, [products, tileCount(map) * channels])
    const outputs = this.reshaped(this.applied(twoOutputs, flat), [2, 2, height / 2, width / 2, batch, channels])
    const ordered = this.one('transpose', [outputs], { perm: [4, 2, 0, 3, 1, 5] })
    return this.reshaped(ordered, [batch, height, width, channels])
  }

  private split({ batch, height, width }: MapShape, channels: number): readonly number[] {
    return [batch, height / 2, 2, width / 2, 2, channels]
  }

  /** The matrix for rows and columns, applied to the leading axis. */
  private applied(matrix: Matrix, values: ValueId): ValueId {
    let literal = this.matrices.get(matrix)
    if (literal === undefined) {
      const both = matrix.flatMap((row) => matrix.map((column) => row.flatMap((a) => column.map((b) => a * b + 0))))
      const shape = [both.length, both[0]?.length ?? 0]
      literal = single(this.writer, 'literal', [], { values: both.flat(), shape, dtype: 'f32' })
      this.matrices.set(matrix, literal)
    }
    return this.times(literal, values)
  }

  private times(a: ValueId, b: ValueId, transposes: Attributes = {}): ValueId {
    return this.one('matmul', [a, b], { transpose_a: false, transpose_b: false, ...transposes })
  }

  private reshaped(value: ValueId, shape: readonly number[]): ValueId {
    return this.one('reshape', [value], { shape })
  }

  private one(op: OpName, operands: readonly ValueId[], attributes: Attributes): ValueId {
    return single(this.writer, op, operands, attributes, this.path)
  }

  private shape(value: ValueId): readonly number[] {
    return this.writer.type(value).shape
  }

  private channels(value: ValueId): number {
    return this.shape(value).at(-1) ?? 1
  }
}

const fourByFour: readonly (readonly [number, number])[] = [0, 1, 2, 3].flatMap((row) =>
  [0, 1, 2, 3].map((column) => [row, column] as const),
)

export function tileCount({ batch, height, width }: MapShape): number {
  return (batch * height * width) / 4
}
