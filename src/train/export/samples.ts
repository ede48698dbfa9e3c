import { type SampleDepth, sampleScales } from '../../components/image-kinds.js'
import { type DecodedImage, decodeImage, readImageFile } from '../../data/decode.js'
import { FileProblem } from '../../data/errors.js'
import type { ImageHeader } from '../../data/headers/image-header.js'
import { type Preparation, preparationOf } from '../../data/parameters.js'
import { copyInto, greyOf, partOf, prepareImage } from '../../data/prepare.js'
import type { Raster } from '../../data/resize.js'
import type { RunPlan } from '../../plan/run-plan.js'
import { keyFor } from '../../random/key.js'
import { RandomStream } from '../../random/stream.js'
import { RunFailure } from '../failure.js'

/** An image as its file has it and as the run's program takes it. */
export interface Sample {
  readonly height: number
  readonly width: number
  /** [height,width,C], as the depth has its values. */
  readonly raw: Uint8Array | Uint16Array | Float32Array
  /** [H,W,C] of the plan. */
  readonly prepared: Float32Array
}

/** @throws RunFailure for a file that the run could not read, or of another depth. */
export async function samplesOf(files: readonly string[], depth: SampleDepth, plan: RunPlan): Promise<Sample[]> {
  const preparation = preparationOf(plan)
  const samples: Sample[] = []
  for (const file of files) {
    try {
      const decoded = await decodeImage(readImageFile(file), partOf('image', preparation))
      if (decoded.header.depth !== depth)
        throw new FileProblem(
          'unsupported-image',
          `has ${decoded.header.depth} values, and the model takes ${depth}`,
          `export with \`--pixels ${decoded.header.depth}\`, or compare on other files`,
        )
      samples.push(sampleOf(decoded, depth, preparation, file))
    } catch (error) {
      if (error instanceof FileProblem) throw new RunFailure(4, error.code, `${file} ${error.message}`, error.help)
      throw error
    }
  }
  return samples
}

/** Smooth shapes under noise, over all values that files may have: one of the model's size, one larger, one smaller. */
export function madeSamples(depth: SampleDepth, plan: RunPlan): Sample[] {
  const preparation = preparationOf(plan)
  const { height, width } = preparation
  const sizes = [
    [height, width],
    [height + Math.ceil(height / 2), width + 1],
    [Math.max(1, Math.ceil(height / 2)), Math.max(1, width - 3)],
  ] as const
  return sizes.map(([high, wide], index) =>
    sampleOf(madeImage(high, wide, index, depth, preparation), depth, preparation, `made ${index}`),
  )
}

const depthBits = { uint8: 8, uint16: 16, float32: 32 } as const satisfies Record<SampleDepth, number>

function madeImage(
  height: number,
  width: number,
  index: number,
  depth: SampleDepth,
  { channels, range, minmax, seed }: Preparation,
): DecodedImage {
  const stream = new RandomStream(keyFor(seed, 'export'), 0, index)
  const [low, high] = minmax === undefined ? range : [minmax.low, minmax.high]
  const values = Float32Array.from({ length: height * width * channels }, (_, place) => {
    const pixel = Math.floor(place / channels)
    const wave = Math.sin(Math.floor(pixel / width) / 5 + index) * Math.cos((pixel % width) / 7)
    const share = 0.5 + 0.3 * wave + stream.uniform(-0.2, 0.2)
    const value = low + (high - low) * share
    return depth === 'float32'
      ? value
      : Math.round(Math.min(1, Math.max(0, value)) * sampleScales[depth]) / sampleScales[depth]
  })
  const header: ImageHeader = {
    kind: 'tiff',
    lossy: false,
    height,
    width,
    bits: depthBits[depth],
    depth,
    colour: channels === 1 ? 'grey' : 'rgb',
    extra: 'none',
    orientation: 1,
  }
  return { header, height, width, channels, values }
}

function sampleOf(decoded: DecodedImage, depth: SampleDepth, preparation: Preparation, file: string): Sample {
  const { height, width } = decoded
  // Preparing writes over what it is given.
  const prepared = prepareImage({ ...decoded, values: decoded.values.slice() }, preparation, file)
  const own = prepared.channels === 1 ? greyOf(decoded, 'the model', 'set `channels = 3`') : decoded
  return {
    height,
    width,
    raw: inDepth(widened(own, preparation.channels), depth),
    prepared: widened(prepared, preparation.channels),
  }
}

function widened(image: Raster, channels: number): Float32Array {
  const values = new Float32Array((image.values.length / image.channels) * channels)
  copyInto(values, 0, image, channels)
  return values
}

function inDepth(values: Float32Array, depth: SampleDepth): Sample['raw'] {
  const scaled = (value: number): number => Math.round(value * sampleScales[depth])
  switch (depth) {
    case 'uint8':
      return Uint8Array.from(values, scaled)
    case 'uint16':
      return Uint16Array.from(values, scaled)
    case 'float32':
      return values
  }
}
