import { createHash } from 'node:crypto'
import { keyFor } from '../random/key.js'
import { RandomStream } from '../random/stream.js'

/**
 * What random numbers are drawn for; each has a key of its own, so that one never moves another. The counters:
 *
 * order       (epoch, 0)                the permutation of an epoch
 * split       (0, 0)                    what validation holds out of train/good
 * synthesis   (epoch, index)            the fault of a training image; index is its place in train/good
 * validation  (0, index)                the fault of a held-out image
 * padding     hash of the file's path   the noise around an image
 */
export type Purpose = 'order' | 'split' | 'synthesis' | 'validation' | 'padding'

export function purposeKey(seed: number, purpose: Purpose): string {
  return keyFor(seed, purpose)
}

/** A file's own noise, from its name: files may come and go without changing the others'. */
export function paddingStream(seed: number, file: string): RandomStream {
  const hash = createHash('sha256').update(file).digest()
  return new RandomStream(purposeKey(seed, 'padding'), hash.readUInt32BE(0), hash.readUInt32BE(4))
}
