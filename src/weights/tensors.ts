import type { SafetensorsDType } from '../plan/safetensors.js'

/** A tensor of a file, of which the values are read when they are asked for. */
export interface WeightTensor {
  readonly name: string
  readonly dtype: SafetensorsDType
  readonly shape: readonly number[]
  /** Row-major. */
  read(): Float64Array
}

/** What a file of weights holds. */
export interface WeightFile {
  /** In words: `a checkpoint of PyTorch`. */
  readonly format: string
  readonly tensors: ReadonlyMap<string, WeightTensor>
  /** Entries beside the tensors that lie among them, which are not read. */
  readonly others: readonly string[]
}
