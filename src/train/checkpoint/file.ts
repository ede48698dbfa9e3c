import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { invariant } from '../../diagnostics/invariant.js'
import { replaceStream } from '../../files/replace.js'
import type { PlanState } from '../../plan/run-plan.js'
import {
  decodeHeader,
  headerLength,
  SafetensorsError,
  type SafetensorsHeader,
  type TensorPlace,
} from '../../plan/safetensors.js'
import { RunFailure } from '../failure.js'
import type { NamedState, StepRunner } from '../step-runner.js'
import type { TrackingState } from '../tracking.js'

/** Everything beside the tensors that going on needs: one JSON text under `draemc` in the file's metadata. */
export interface CheckpointMetadata {
  readonly format: 1
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
  readonly device: string
  /** Pinned on resume: other thread counts give other bits. */
  readonly threads: number
}

/**
 * Writes all state as safetensors (float32, or float64 where the pipeline computes in it; in the plan's order and layout: kernels
 * HWIO, dense (in, out)), one tensor after the other, so that the model is never in memory twice.
 */
export function writeCheckpoint(
  path: string,
  state: readonly PlanState[],
  runner: Pick<StepRunner, 'state'>,
  metadata: CheckpointMetadata,
): void {
  const header = encodeHeader(state, metadata)
  replaceStream(path, (append) => {
    append(header)
    let index = 0
    for (const { name, values } of runner.state()) {
      invariant(state[index]?.name === name, `state comes in the plan's order, not ${name} at ${index}`)
      append(new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
      index++
    }
    invariant(index === state.length, 'a checkpoint has every state')
  })
}

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

/** Opens a checkpoint of this plan. A file that is broken or of another plan is a `RunFailure` that names it. */
export function readCheckpoint(path: string, state: readonly PlanState[]): CheckpointFile {
  const { header, dataStart } = readHeader(path)
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
      const descriptor = openSync(path, 'r')
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
  const entries: Record<string, unknown> = { __metadata__: { format: 'draemc', draemc: JSON.stringify(metadata) } }
  let offset = 0
  for (const { name, dtype: kept, shape } of state) {
    const { dtype, array } = stored[kept]
    const end = offset + array.BYTES_PER_ELEMENT * shape.reduce((product, size) => product * size, 1)
    entries[name] = { dtype, shape, data_offsets: [offset, end] }
    offset = end
  }
  const json = Buffer.from(JSON.stringify(entries))
  // Data starts at a multiple of 8: readers map the file and take views.
  const padded = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, ' ')
  padded.writeBigUInt64LE(BigInt(padded.length - 8), 0)
  json.copy(padded, 8)
  return padded
}

function readHeader(path: string): { readonly header: SafetensorsHeader; readonly dataStart: number } {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    throw broken(path, 'cannot be opened')
  }
  try {
    const size = fstatSync(descriptor).size
    const prefix = new Uint8Array(8)
    readAll(descriptor, path, prefix, 0)
    const length = headerLength(prefix, size)
    const json = new Uint8Array(length)
    readAll(descriptor, path, json, 8)
    return { header: decodeHeader(json, size - 8 - length), dataStart: 8 + length }
  } catch (error) {
    if (error instanceof SafetensorsError) throw broken(path, `is no whole safetensors file: ${error.message}`)
    throw error
  } finally {
    closeSync(descriptor)
  }
}

function parseMetadata(path: string, header: SafetensorsHeader): CheckpointMetadata {
  try {
    const metadata: unknown = JSON.parse(header.metadata.draemc ?? '')
    if (typeof metadata === 'object' && metadata !== null && 'format' in metadata && metadata.format === 1) {
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
