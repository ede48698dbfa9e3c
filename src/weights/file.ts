import { decodeHeader, headerLength, SafetensorsError, toFloat64 } from '../plan/safetensors.js'
import { averageOf } from '../plan/state-names.js'
import { type ByteSource, memorySource, withFile } from './bytes.js'
import { refuse, WeightsError } from './error.js'
import type { WeightFile, WeightTensor } from './tensors.js'
import { readTorchArchive, readTorchLegacy } from './torch/file.js'

const archiveSignature = 0x04034b50
const pickleProtocol = 0x80

/**
 * Reads what a file of weights holds: safetensors, or what `torch.save` wrote, in either of its formats, told apart by their first
 * bytes. Nothing of the file is executed. `use` may read tensors; the file is closed behind it.
 *
 * @throws WeightsError for a file that cannot be read, or holds what weights do not need, by name.
 */
export function readWeights<Result>(path: string, use: (file: WeightFile) => Result): Result {
  return withFile(path, (source) => use(weightsIn(source)))
}

/** What is known of a file without its values, or why nothing is. */
export type WeightTable =
  | { readonly kind: 'read'; readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }> }
  | { readonly kind: 'refused'; readonly problem: string }

/** Reads which tensors there are: names and shapes. */
export function readWeightTable(path: string): WeightTable {
  try {
    return readWeights(path, ({ tensors }) => ({ kind: 'read', tensors }))
  } catch (error) {
    if (error instanceof WeightsError) return { kind: 'refused', problem: error.message }
    throw error
  }
}

/** The same of bytes in memory. */
export function weightsOfBytes(bytes: Uint8Array): WeightFile {
  return weightsIn(memorySource(bytes))
}

function weightsIn(source: ByteSource): WeightFile {
  if (source.size < 16) return refuse('it is too short to hold weights')
  const first = source.read(0, 16)
  if (first.readUInt32LE(0) === archiveSignature) return readTorchArchive(source)
  if (first[0] === pickleProtocol) return readTorchLegacy(source)
  if (first[8] === 0x7b) return readSafetensors(source)
  return refuse('it is neither safetensors nor a checkpoint of PyTorch')
}

/** What a checkpoint of draemc computes with in evaluation: the averages of weights where it keeps them, no state of the optimiser. */
function evaluated(all: ReadonlyMap<string, WeightTensor>): ReadonlyMap<string, WeightTensor> {
  const isOfWeight = (name: string): boolean => all.has(name.slice(0, Math.max(0, name.lastIndexOf('.'))))
  const own = [...all].filter(([name]) => !isOfWeight(name))
  return new Map(own.map(([name, tensor]) => [name, all.get(averageOf(name)) ?? tensor]))
}

function readSafetensors(source: ByteSource): WeightFile {
  try {
    const begin = 8 + headerLength(source.read(0, 8), source.size)
    const { places, metadata } = decodeHeader(source.read(8, begin - 8), source.size - begin)
    const tensors = places.map(({ name, dtype, shape, from, to }): readonly [string, WeightTensor] => [
      name,
      {
        name,
        dtype,
        shape,
        read: () => toFloat64({ dtype, shape, data: source.read(begin + from, to - from) }),
      },
    ])
    if (metadata.draemc === undefined) return { format: 'safetensors', tensors: new Map(tensors), others: [] }
    return { format: 'a checkpoint of draemc', tensors: evaluated(new Map(tensors)), others: [] }
  } catch (error) {
    if (error instanceof SafetensorsError) throw new WeightsError(`it is broken: ${error.message}`)
    throw error
  }
}
