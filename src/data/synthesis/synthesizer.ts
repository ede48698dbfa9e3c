import type { SynthesisValue } from '../../plan/run-plan.js'
import { RandomStream } from '../../random/stream.js'
import { NamedDraws, purposeKey } from '../draws.js'
import { asMap, type Frame } from './frame.js'
import { PixelMachine } from './machine.js'

/** How often a fault whose mask is empty, or whose severity is 0, is drawn again. */
const tries = 20

/** Which fault: a function of the seed and of this. */
export interface FaultPlace {
  /** An image that is not trained on has a fault for certain. */
  readonly purpose: 'synthesis' | 'validation' | 'ladder'
  readonly epoch: number
  readonly index: number
  /** Of a ladder: what the draw of the severity comes to. */
  readonly severity?: number
}

/** Where a sample is written: whole batches, of which this sample's part begins at `offset` (in values). */
export interface FaultTarget {
  /** [..., H, W, C]; gets the image with its fault. */
  readonly image: Float32Array
  readonly imageOffset: number
  /** [..., H, W, 1], holding zeros; gets ones. */
  readonly mask: Float32Array
  readonly maskOffset: number
}

export interface MadeFault {
  /** 0 where there is none. */
  readonly severity: number
  /** Draws that gave no fault. */
  readonly redrawn: number
}

/** An image that a fault uses: its place among those of the folder. */
export interface DrawnImage {
  readonly folder: string
  readonly place: number
}

/** Gives images the faults of a synthesis. */
export class Synthesizer {
  readonly #machine: PixelMachine
  readonly #chance: string
  readonly #draws: Readonly<Record<FaultPlace['purpose'], NamedDraws>>
  /** Names of the draws of other images, each with its folder. */
  readonly #others: readonly { readonly name: string; readonly folder: string }[]

  constructor(
    private readonly synthesis: SynthesisValue,
    private readonly frame: Frame,
    seed: number,
  ) {
    const { image, mask, severity } = synthesis.program
    this.#machine = new PixelMachine(synthesis.program, [severity, mask, image], frame)
    this.#chance = purposeKey(seed, 'synthesis')
    this.#draws = {
      synthesis: new NamedDraws(seed, 'synthesis'),
      validation: new NamedDraws(seed, 'validation'),
      ladder: new NamedDraws(seed, 'ladder'),
    }
    this.#others = synthesis.program.nodes.flatMap((node) => (node.op === 'draw_image' ? [node.attributes] : []))
  }

  /** Whether an image gets a fault. */
  isFaulty({ purpose, epoch, index }: FaultPlace): boolean {
    return (
      purpose !== 'synthesis' || new RandomStream(this.#chance, epoch, index).uniform() < this.synthesis.probability
    )
  }

  /** The images that the fault may use, by the names of their draws: places in the list of their folder. They stay where a fault is drawn again. */
  imagesFor(place: FaultPlace, countIn: (folder: string) => number): ReadonlyMap<string, DrawnImage> {
    if (this.#others.length === 0 || !this.isFaulty(place)) return new Map()
    const { purpose, epoch, index } = place
    return new Map(
      this.#others.map(({ name, folder }) => {
        const draws = this.#draws[purpose].stream(name, epoch, index, 0)
        return [name, { folder, place: draws.integer(0, countIn(folder) - 1) }]
      }),
    )
  }

  /** Writes an image with a fault, or leaves the target as it is. @param clean [H, W, C], another memory than the target's */
  make(
    place: FaultPlace,
    clean: Float32Array,
    others: ReadonlyMap<string, Float32Array>,
    target: FaultTarget,
  ): MadeFault {
    if (!this.isFaulty(place)) return { severity: 0, redrawn: 0 }
    const { purpose, epoch, index, severity: fixed } = place
    const label = this.synthesis.program.nodes[this.synthesis.program.severity]
    const set = fixed !== undefined && label?.op === 'draw' ? { name: label.attributes.name, value: fixed } : undefined
    const other = (name: string): Float32Array => others.get(name) ?? clean
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const draws = (name: string): RandomStream => this.#draws[purpose].stream(name, epoch, index, attempt)
      const [severity, marks, faulty] = this.#machine.evaluate({
        image: clean,
        draws,
        other,
        ...(set === undefined ? {} : { set }),
      })
      const [mask, image] = [asMap(marks), asMap(faulty)]
      if (typeof severity !== 'number' || !(severity > 0) || !mask.some((value) => value > 0.5)) continue
      this.#write(image, mask, target)
      return { severity, redrawn: attempt }
    }
    return { severity: 0, redrawn: tries }
  }

  #write(from: Float32Array, marks: Float32Array, { image, imageOffset, mask, maskOffset }: FaultTarget): void {
    writeClamped(from, this.frame, image, imageOffset)
    for (let at = 0; at < marks.length; at += 1) if ((marks[at] ?? 0) > 0.5) mask[maskOffset + at] = 1
  }
}

export function writeClamped(
  from: Float32Array,
  { range: [low, high] }: Frame,
  to: Float32Array,
  offset: number,
): void {
  for (let at = 0; at < from.length; at += 1) {
    const value = from[at] ?? 0
    to[offset + at] = value < low ? low : value > high ? high : value
  }
}
