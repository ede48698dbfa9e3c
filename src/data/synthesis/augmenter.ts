import type { AugmentationValue } from '../../plan/run-plan.js'
import { NamedDraws } from '../draws.js'
import { asMap, type Frame } from './frame.js'
import { PixelMachine } from './machine.js'
import { writeClamped } from './synthesizer.js'

/** Changes training images before they get their faults. */
export class Augmenter {
  readonly #machine: PixelMachine
  readonly #draws: NamedDraws

  constructor(
    { program }: AugmentationValue,
    private readonly frame: Frame,
    seed: number,
  ) {
    this.#machine = new PixelMachine(program, [program.image], frame)
    this.#draws = new NamedDraws(seed, 'augmentation')
  }

  /** Replaces the image that begins at the offset: a function of the seed, the epoch and the number of the image. */
  apply(image: Float32Array, offset: number, epoch: number, index: number): void {
    const { height, width, channels } = this.frame
    const before = image.slice(offset, offset + height * width * channels)
    const [after] = this.#machine.evaluate({
      image: before,
      draws: (name) => this.#draws.stream(name, epoch, index),
      other: () => before,
    })
    writeClamped(asMap(after), this.frame, image, offset)
  }
}
