import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { invariant } from '../../diagnostics/invariant.js'
import { replaceStream } from '../../files/replace.js'
import { describeSystemError, systemErrorCode } from '../../files/system-error.js'
import type { PlanState } from '../../plan/run-plan.js'
import {
  decodeHeader,
  headerLength,
  SafetensorsError,
  type SafetensorsHeader,
  type TensorPlace,
} from '../../plan/safetensors.js'
import { RunFailure } from '../failure.js'
import type { LossHistory } from '../loss-weights.js'
import type { FloatArray, NamedState, StepRunner } from '../step-runner.js'
import type { TrackingState } from '../tracking.js'

/** Everything beside the tensors that going on needs: one JSON text under `draemc` in the file's metadata. Its size is that of the model. */
export interface CheckpointMetadata {
  readonly format: 2
  readonly name: string
  /** Hash of the resolved pipeline: a checkpoint fits no other. */
  readonly planHash: string
  readonly seed: number
  /** Epoch of the last step, from 1; steps done. */
  readonly epoch: number
  readonly step: number
  /** True where the run ended after a step that a validation is due after. */
  readonly isValidationPending: boolean
  readonly tracking: TrackingState
  /** Where weights of the loss look back at the losses. */
  readonly losses?: LossHistory
  readonly device: string
  /** Pinned on resume: other thread counts give other bits. */
  readonly threads: number
}

/**
 * Writes all state as safetensors (float32, or float64 where the pipeline computes in it; in the plan's order and layout: kernels
 * HWIO, dense (in, out)), one tensor after the other, so that the model is never in memory twice.
 *
 * @param onWritten is called when the new file is whole and has not taken the old one's place.
 * @throws RunFailure for a value that is not finite: the old file stays.
 */
export function writeCheckpoint(
  path: string,
  state: readonly PlanState[],
  runner: Pick<StepRunner, 'state'>,
  metadata: CheckpointMetadata,
  onWritten: () => void = () => undefined,
): void {
  const header = encodeHeader(state, metadata)
  replaceStream(path, ({ append, overwrite }) => {
    const hash = createHash('sha256').update(header)
    append(header)
    let index = 0
    for (const { name, values } of runner.state()) {
      const entry = state[index]
      invariant(entry?.name === name, `state comes in the plan's order, not ${name} at ${index}`)
      requireFinite(entry, values, metadata)
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      hash.update(bytes)
      append(bytes)
      index++
    }
    invariant(index === state.length, 'a checkpoint has every state')
    overwrite(Buffer.from(hash.digest('hex')), digestPlace.from)
    onWritten()
  })
}

/** @throws RunFailure that names the tensor and its first value that is not finite. */
function requireFinite({ name, shape }: PlanState, values: FloatArray, { step, epoch }: CheckpointMetadata): void {
  // NaN as soon as one value is: faster than asking each.
  let poisoned = 0
  for (let index = 0; index < values.length; index++) poisoned += (values[index] as number) * 0
  if (poisoned === 0) return
  const first = values.findIndex((value) => !Number.isFinite(value))
  let count = 0
  for (const value of values) if (!Number.isFinite(value)) count++
  const place = shape.map((_, axis) => {
    const stride = shape.slice(axis + 1).reduce((product, size) => product * size, 1)
    return Math.floor(first / stride) % (shape[axis] ?? 1)
  })
  throw new RunFailure(
    1,
    'non-finite-weights',
    `${name} has ${count} of ${values.length} values that are not finite after step ${step} (epoch ${epoch}): ${values[first]} at [${place.join(', ')}]`,
    'Lower the learning rate. No checkpoint is written with such values: those that are there are from before.',
  )
}

/**
 * The sha256 of a whole file stands at its beginning, `{"__metadata__":{"sha256":"...`; while it is computed there are zeros in
 * its place.
 */
const beforeDigest = '{"__metadata__":{"sha256":"'
const noDigest = '0'.repeat(64)
const digestPlace = { from: 8 + beforeDigest.length, to: 8 + beforeDigest.length + noDigest.length } as const

/** How safetensors name what the state is kept in, and the array that holds it. */
const stored = {
  f32: { dtype: 'F32', array: Float32Array },
  f64: { dtype: 'F64', array: Float64Array },
} as const satisfies Record<PlanState['dtype'], unknown>

export interface CheckpointFile {
  readonly metadata: CheckpointMetadata
  /** Reads the tensors of these kinds, one at a time. */
  tensors(kinds?: readonly PlanState['kind'][]): Iterable<NamedState>
}

/** Opens a checkpoint of this plan. A file that has changed since it was written, or is of another plan, is a `RunFailure` that names it. */
export function readCheckpoint(path: string, state: readonly PlanState[]): CheckpointFile {
  const { header, dataStart } = reading(path, (descriptor, size) => {
    requireDigest(descriptor, path, size)
    return readHeader(descriptor, path, size)
  })
  const metadata = parseMetadata(path, header)
  const places = new Map(header.places.map((place) => [place.name, place]))
  const placeOf = ({ name, dtype, shape }: PlanState): TensorPlace => {
    const found = places.get(name)
    if (!found) throw broken(path, `lacks ${name}`)
    if (found.dtype === stored[dtype].dtype && found.shape.join() === shape.join()) return found
    throw broken(
      path,
      `has ${name} as ${found.dtype} [${found.shape.join(', ')}], not ${stored[dtype].dtype} [${shape.join(', ')}]`,
    )
  }
  const wanted = state.map((entry) => ({ ...placeOf(entry), kind: entry.kind, array: stored[entry.dtype].array }))
  return {
    metadata,
    *tensors(kinds = ['weight', 'statistic', 'slot']) {
      const descriptor = open(path)
      try {
        for (const { name, from, to, array } of wanted.filter((entry) => kinds.includes(entry.kind))) {
          const values = new array((to - from) / array.BYTES_PER_ELEMENT)
          readAll(descriptor, path, new Uint8Array(values.buffer), dataStart + from)
          yield { name, values }
        }
      } finally {
        closeSync(descriptor)
      }
    },
  }
}

function encodeHeader(state: readonly PlanState[], metadata: CheckpointMetadata): Uint8Array {
  const own = { sha256: noDigest, format: 'draemc', draemc: JSON.stringify(metadata) }
  // A map: tensors have names of the pipeline.
  const entries = new Map<string, unknown>([['__metadata__', own]])
  let offset = 0
  for (const { name, dtype: kept, shape } of state) {
    const { dtype, array } = stored[kept]
    const end = offset + array.BYTES_PER_ELEMENT * shape.reduce((product, size) => product * size, 1)
    entries.set(name, { dtype, shape, data_offsets: [offset, end] })
    offset = end
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)))
  invariant(json.toString('latin1', 0, beforeDigest.length) === beforeDigest, 'the digest stands at its place')
  // Data starts at a multiple of 8: readers map the file and take views.
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8), 0)
  json.copy(padded, 8)
  return padded
}

/** A named pipe is opened without waiting for its writer, and refused as no file. */
function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    const code = systemErrorCode(error)
    throw broken(path, code === undefined ? 'cannot be opened' : `cannot be opened: ${describeSystemError(code, code)}`)
  }
}

function reading<Result>(path: string, read: (descriptor: number, size: number) => Result): Result {
  const descriptor = open(path)
  try {
    const status = fstatSync(descriptor)
    if (!status.isFile()) throw broken(path, 'is not a regular file')
    return read(descriptor, status.size)
  } finally {
    closeSync(descriptor)
  }
}

/** Every byte of the file is looked at, those of the header too. @throws RunFailure */
function requireDigest(descriptor: number, path: string, size: number): void {
  const start = Buffer.alloc(digestPlace.to)
  if (size < start.length) throw broken(path, 'is cut short')
  readAll(descriptor, path, start, 0)
  if (start.toString('latin1', 8, digestPlace.from) !== beforeDigest)
    throw broken(path, 'is no checkpoint of this version of draemc: it does not begin with its sha256')
  const expected = start.toString('latin1', digestPlace.from)
  start.write(noDigest, digestPlace.from, 'latin1')
  const hash = createHash('sha256').update(start)
  const chunk = Buffer.alloc(2 ** 20)
  for (let at = start.length; at < size; ) {
    const bytes = chunk.subarray(0, Math.min(chunk.length, size - at))
    readAll(descriptor, path, bytes, at)
    hash.update(bytes)
    at += bytes.length
  }
  if (hash.digest('hex') !== expected)
    throw broken(path, 'has changed since it was written: its sha256 is not the one in its metadata')
}

function readHeader(
  descriptor: number,
  path: string,
  size: number,
): { readonly header: SafetensorsHeader; readonly dataStart: number } {
  try {
    const prefix = new Uint8Array(8)
    readAll(descriptor, path, prefix, 0)
    const length = headerLength(prefix, size)
    const json = new Uint8Array(length)
    readAll(descriptor, path, json, 8)
    return { header: decodeHeader(json, size - 8 - length), dataStart: 8 + length }
  } catch (error) {
    if (error instanceof SafetensorsError) throw broken(path, `is no whole safetensors file: ${error.message}`)
    throw error
  }
}

function parseMetadata(path: string, header: SafetensorsHeader): CheckpointMetadata {
  try {
    const metadata: unknown = JSON.parse(header.metadata.draemc ?? '')
    if (typeof metadata === 'object' && metadata !== null && 'format' in metadata && metadata.format === 2) {
      return metadata as CheckpointMetadata
    }
  } catch {
    // Said below.
  }
  throw broken(path, 'is a safetensors file, but not a checkpoint of draemc')
}

function broken(path: string, what: string): RunFailure {
  return new RunFailure(1, 'bad-checkpoint', `${path} ${what}`)
}

function readAll(descriptor: number, path: string, bytes: Uint8Array, position: number): void {
  for (let offset = 0; offset < bytes.length; ) {
    const count = readSync(descriptor, bytes, offset, Math.min(bytes.length - offset, 2 ** 30), position + offset)
    if (count === 0) throw broken(path, 'is cut short')
    offset += count
  }
}
