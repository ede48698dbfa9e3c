import type { DataPipeline, EvaluationBatch, EvaluationSet, TrainBatch } from '../../../src/data/contract.js'

import type { Labels } from '../../../src/layouts/listing.js'

/** Images whose fault is a bright pixel. A sample is a function of its number alone, as the real data's are. */
function sample(seed: number): {
  readonly image: Float32Array
  readonly mask: Float32Array
  readonly severity: number
} {
  let state = (seed * 2654435761 + 12345) >>> 0
  const next = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const image = Float32Array.from({ length: 16 }, () => 0.1 * next())
  const mask = new Float32Array(16)
  const severity = seed % 2 === 1 ? 0.5 + next() : 0
  if (severity > 0) {
    const pixel = Math.floor(16 * next())
    mask[pixel] = 1
    image[pixel] = 0.6 + 0.4 * severity
  }
  return { image, mask, severity }
}

export class GeneratedSet implements EvaluationSet {
  constructor(
    readonly name: string,
    readonly role: EvaluationSet['role'],
    readonly images: number,
    private readonly knows: { readonly masks: boolean; readonly severities: boolean; readonly faults: boolean },
  ) {}

  get labels(): Labels {
    const faulty = this.knows.faults ? Math.floor(this.images / 2) : 0
    return {
      normal: this.images - faulty,
      faulty,
      masked: this.knows.masks ? faulty : 0,
      blank: 0,
      measured: this.knows.severities ? faulty : 0,
    }
  }

  async *batches(): AsyncIterable<EvaluationBatch> {
    for (let first = 0; first < this.images; first += 5) {
      const count = Math.min(5, this.images - first)
      const image = new Float32Array(5 * 16)
      const mask = new Float32Array(5 * 16)
      const samples = Array.from({ length: count }, (_, i) => {
        const seed = this.knows.faults ? 1000 + first + i : 1000 + 2 * (first + i)
        const generated = sample(seed)
        image.set(generated.image, i * 16)
        if (this.knows.masks) mask.set(generated.mask, i * 16)
        const label = generated.severity > 0 ? (1 as const) : (0 as const)
        return {
          file: `${this.name}/${label ? 'fault' : 'good'}/${first + i}, "a".png`,
          label,
          hasMask: this.knows.masks && label === 1,
          ...(this.knows.severities ? { severity: generated.severity } : {}),
        }
      })
      yield { image, mask, samples, release: () => undefined }
    }
  }
}

export function generatedData(options: { readonly poisonStep?: number } = {}): DataPipeline & { open: number } {
  const everything = { masks: true, severities: true, faults: true }
  const data = {
    open: 0,
    stepsPerEpoch: 6,
    trainImages: 24,
    notes: [],
    contentHash: 'generated',
    files: [],
    record: { warnings: [], depths: [], tests: [] },
    validation: new GeneratedSet('val', 'val', 12, everything),
    ladder: [],
    tests: [
      new GeneratedSet('domain_A', 'source', 13, everything),
      new GeneratedSet('domain_B', 'target', 10, { masks: false, severities: false, faults: true }),
      new GeneratedSet('domain_C', 'target', 7, { masks: true, severities: true, faults: false }),
    ],
    train(firstStep: number) {
      let step = firstStep
      return {
        async next(): Promise<TrainBatch> {
          const samples = Array.from({ length: 4 }, (_, i) => sample(4 * step + i))
          step++
          const image = Float32Array.from(samples.flatMap((one) => [...one.image]))
          if (step === options.poisonStep) image[0] = Number.NaN
          data.open++
          return {
            image,
            clean: image,
            faultMask: Float32Array.from(samples.flatMap((one) => [...one.mask])),
            faultSeverity: Float32Array.from(samples, (one) => one.severity),
            redrawn: 0,
            release: () => {
              data.open--
            },
          }
        },
        close: async () => undefined,
      }
    },
    close: async () => undefined,
  }
  return data
}
