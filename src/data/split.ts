import { heldOutPart } from '../layouts/split.js'
import type { DataValue } from '../plan/run-plan.js'
import { permutation } from '../random/stream.js'
import { purposeKey } from './draws.js'

/** Numbers of the training images that validation holds out, drawn by (seed, 'split'), in ascending order. */
export function heldOutNumbers(images: number, { parameters }: DataValue, seed: number): readonly number[] {
  const order = permutation(purposeKey(seed, 'split'), 0, images)
  return [...order.subarray(...heldOutPart(images, parameters.validation))].sort((left, right) => left - right)
}
