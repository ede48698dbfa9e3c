import { sizeOf } from '../../../src/ir/ops/shape.js'
import type { TensorType } from '../../../src/ir/types.js'
import { keyFor } from '../../../src/random/key.js'
import { RandomStream } from '../../../src/random/stream.js'

/** Tensors for tests: positive numbers away from zero, so that variances, roots and rates are what they must be. */
export class DrawStream {
  private readonly stream: RandomStream

  constructor(seed: number) {
    this.stream = new RandomStream(keyFor(seed, 'draws'), 0, 0)
  }

  tensor({ dtype, shape }: TensorType): Float64Array {
    const draw = () => (dtype === 'i32' ? 3 : 0.1 + 0.8 * this.stream.uniform())
    return Float64Array.from({ length: sizeOf(shape) }, draw)
  }

  /** Masks are 0 or 1; all else as `tensor`. */
  forInput(name: string, shape: readonly number[]): Float64Array {
    const data = this.tensor({ dtype: 'f32', shape })
    return name === 'fault_mask' ? data.map((value) => (value > 0.5 ? 1 : 0)) : data
  }

  filled(length: number, value: number): Float64Array {
    return new Float64Array(length).fill(value)
  }
}
