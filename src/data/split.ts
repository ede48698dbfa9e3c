import { heldOutCount } from '../layouts/split.js'
import { permutation } from '../random/stream.js'
import { purposeKey } from './draws.js'

/** Numbers of the training images that validation holds out, drawn by (seed, 'split'), in ascending order. */
export function heldOutNumbers(images: number, share: number | undefined, seed: number): readonly number[] {
  const order = permutation(purposeKey(seed, 'split'), 0, images)
  return [...order.subarray(0, heldOutCount(images, share))].sort((left, right) => left - right)
}
