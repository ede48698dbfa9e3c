import type { CheckedPipeline } from '../check/checked.js'
import { type OpenOptions, openData } from '../data/open.js'

/** What a training step sees of one image, as float32, copied. */
export interface PreviewSample {
  /** [H, W, C] */
  readonly clean: Float32Array
  /** [H, W, C], with its fault. */
  readonly image: Float32Array
  /** [H, W], 0 or 1. */
  readonly mask: Float32Array
  readonly severity: number
}

export interface Preview {
  readonly epoch: number
  /** Images that were looked at, in the order of the epoch. */
  readonly images: number
  /** Of the faulty ones, in their order: the label, and the share of the image that is marked. */
  readonly severities: readonly number[]
  readonly areas: readonly number[]
  /** Faults that were drawn again. */
  readonly redrawn: number
  /** The first of the faulty images. */
  readonly samples: readonly PreviewSample[]
}

/** Images that are counted, at most. */
const mostImages = 1024

/**
 * The very images that an epoch trains on.
 *
 * @param request.epoch from 1 on
 * @throws DataErrors
 */
export async function previewFaults(
  pipeline: CheckedPipeline,
  request: { readonly epoch: number; readonly samples: number },
  onProgress: OpenOptions['onProgress'],
): Promise<Preview> {
  const { height, width, channels } = pipeline.image
  const data = await openData(pipeline, { workers: 0, ...(onProgress === undefined ? {} : { onProgress }) })
  const batches = data.train((request.epoch - 1) * data.stepsPerEpoch)
  const [severities, areas, samples]: [number[], number[], PreviewSample[]] = [[], [], []]
  let [images, redrawn] = [0, 0]
  try {
    for (let step = 0; step < data.stepsPerEpoch && images < mostImages; step += 1) {
      const batch = await batches.next()
      redrawn += batch.redrawn
      for (const [index, severity] of batch.faultSeverity.entries()) {
        images += 1
        if (severity === 0) continue
        const part = (values: Float32Array, depth: number): Float32Array => {
          const size = height * width * depth
          return values.slice(index * size, (index + 1) * size)
        }
        const mask = part(batch.faultMask, 1)
        severities.push(severity)
        areas.push(mask.reduce((sum, marked) => sum + marked, 0) / mask.length)
        if (samples.length < request.samples)
          samples.push({ clean: part(batch.clean, channels), image: part(batch.image, channels), mask, severity })
      }
      batch.release()
    }
  } finally {
    await batches.close()
    await data.close()
  }
  return { epoch: request.epoch, images, severities, areas, redrawn, samples }
}
