import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IrModule } from '../../../src/ir/types.js'
import { emitSavedModel } from '../../../src/targets/tensorflow/emit.js'
import type { EngineBinding } from '../../../src/train/engine-binding.js'
import { type EngineSession, openSession } from '../../../src/train/session.js'

/** Emits a module, loads it and hands the session to `work`. */
export function onEngine<Result>(
  engine: EngineBinding,
  module: IrModule,
  work: (session: EngineSession) => Result,
): Result {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  const { bytes, functions, state } = emitSavedModel(module)
  writeFileSync(join(directory, 'saved_model.pb'), bytes)
  const session = openSession(directory, { functions, state }, engine)
  rmSync(directory, { recursive: true })
  try {
    return work(session)
  } finally {
    session.close()
  }
}

/** Largest difference, in parts of the largest entry expected (at least 1e-3, so that zeros may be compared). */
export function relativeError(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY
  let largest = 1e-3
  let error = 0
  for (let index = 0; index < expected.length; index++) {
    const [a, b] = [actual[index] ?? Number.NaN, expected[index] ?? Number.NaN]
    if (Number.isNaN(a) !== Number.isNaN(b)) return Number.POSITIVE_INFINITY
    largest = Math.max(largest, Math.abs(b))
    error = Math.max(error, Math.abs(a - b))
  }
  return error / largest
}

/** Repeatable numbers in [0, 1). */
export function generator(seed: number): () => number {
  let state = Math.imul(seed + 1, 2654435761) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
