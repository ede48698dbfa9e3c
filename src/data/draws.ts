import { createHash } from 'node:crypto'
import { keyFor } from '../random/key.js'
import { RandomStream } from '../random/stream.js'

/**
 * What random numbers are drawn for; each has a key of its own, so that one never moves another. The counters:
 *
 * order       (epoch, 0)                the permutation of an epoch
 * split       (0, 0)                    what validation holds out of train/good
 * synthesis   (epoch, index)            whether a training image gets a fault; index is its place in train/good
 * synthesis/NAME   (epoch, index, attempt)   a draw of the fault, by the name of its binding in the synthesis
 * validation/NAME  (0, index, attempt)       the same for the fault of a held-out image
 * ladder/NAME      (0, index, attempt)       the same for a fault of a ladder; index is the number of the image
 * augmentation/NAME (epoch, index)         a draw of what a training image goes through before its fault
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

/** The streams of the draws of a synthesis or augmentation: each has a key of its own, so that a new draw moves no other. */
export class NamedDraws {
  readonly #keys = new Map<string, string>()

  constructor(
    private readonly seed: number,
    private readonly purpose: 'synthesis' | 'validation' | 'ladder' | 'augmentation',
  ) {}

  stream(name: string, epoch: number, index: number, attempt = 0): RandomStream {
    const key = this.#keys.get(name) ?? keyFor(this.seed, `${this.purpose}/${name}`)
    this.#keys.set(name, key)
    return new RandomStream(key, epoch, index, attempt)
  }
}
