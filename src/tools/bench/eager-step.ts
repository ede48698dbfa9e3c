import { createRequire } from 'node:module'
import { join } from 'node:path'
import util from 'node:util'
import { type EagerSize, eagerDraem } from '../../../bench/eager-draem.js'

/** A step of eager tfjs; gives its milliseconds. */
export function eagerStep(directory: string, sides: EagerSize): () => number {
  const model = eagerDraem(loadPackage(directory), sides)
  const pixels = sides.batch * sides.side * sides.side
  const filled = (length: number) => new Float32Array(length).fill(0.5)
  const batch = {
    image: filled(pixels * 3),
    clean: filled(pixels * 3),
    mask: filled(pixels),
    severity: filled(sides.batch),
  }
  return () => {
    const start = performance.now()
    model.step(batch)
    return performance.now() - start
  }
}

/** The package with its JavaScript, which Node 23 and later took two functions from. */
function loadPackage(directory: string): Parameters<typeof eagerDraem>[0] {
  const missing = util as unknown as Record<string, unknown>
  missing.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  missing.isArray ??= Array.isArray
  return createRequire(join(directory, 'package.json'))('@tensorflow/tfjs-node-gpu')
}
