import { permutation } from '../random/stream.js'
import { purposeKey } from './draws.js'

/** How many of the training images validation holds out: at least one where any is held out. */
export function heldOutCount(images: number, share: number | undefined): number {
  return share === undefined ? 0 : Math.min(images, Math.max(1, Math.round(images * share)))
}

/** Numbers of the training images that validation holds out, drawn by (seed, 'split'), in ascending order. */
export function heldOutNumbers(images: number, share: number | undefined, seed: number): readonly number[] {
  const order = permutation(purposeKey(seed, 'split'), 0, images)
  return [...order.subarray(0, heldOutCount(images, share))].sort((left, right) => left - right)
}
