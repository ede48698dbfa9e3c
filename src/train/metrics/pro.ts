import type { FloatArray } from '../step-runner.js'
import { labelRegions } from './regions.js'

/** Score maps and masks of the images of one domain, each [height, width] after the other. */
export interface ScoredMaps {
  readonly scores: FloatArray
  readonly masks: Uint8Array
  readonly height: number
  readonly width: number
}

/** Above this many faulty regions the packed sort key would not fit 53 bits. */
const maxRegions = 2 ** 20

/**
 * Per-region overlap: the mean over faulty regions (8-neighbour components) of the share of the region that is above the
 * threshold, against the false positive rate over all normal pixels; its area from rate 0 to `limit`, divided by `limit`
 * (Bergmann et al., "The MVTec Anomaly Detection Dataset", IJCV 2021, section 5.2). Each region counts the same, whatever its size.
 * NaN without faulty regions or without normal pixels. Thresholds are float32: of float64 scores, the nearest.
 */
export function pro({ scores, masks, height, width }: ScoredMaps, limit = 0.3): number {
  const size = height * width
  const regionSizes: number[] = []
  let faulty = 0
  for (let i = 0; i < masks.length; i++) faulty += masks[i] as number
  const negatives = new Float32Array(scores.length - faulty)
  // A sort of pairs without a comparator: the score's order-preserving bits above the region's number, exact in a double.
  const keys = new Float64Array(faulty)
  let n = 0
  let k = 0
  for (let offset = 0; offset < scores.length; offset += size) {
    const { labels, count } = labelRegions(masks.subarray(offset, offset + size), height, width)
    const first = regionSizes.length
    for (let region = 0; region < count; region++) regionSizes.push(0)
    if (regionSizes.length > maxRegions) throw new RangeError(`pro: more than ${maxRegions} faulty regions`)
    for (let pixel = 0; pixel < size; pixel++) {
      const score = scores[offset + pixel] as number
      const label = labels[pixel] as number
      if (label === 0) negatives[n++] = score
      else {
        const region = first + label - 1
        regionSizes[region] = (regionSizes[region] as number) + 1
        keys[k++] = orderedBits(score) * maxRegions + region
      }
    }
  }
  if (regionSizes.length === 0 || negatives.length === 0) return Number.NaN
  negatives.sort()
  keys.sort()
  return areaToLimit(negatives, keys, regionSizes, limit)
}

/** Walks both sorted lists from the highest score down, adding trapezoids until the false positive rate passes `limit`. */
function areaToLimit(
  negatives: Float32Array,
  keys: Float64Array,
  regionSizes: readonly number[],
  limit: number,
): number {
  let area = 0
  let rate = 0
  let overlap = 0
  let n = negatives.length - 1
  let k = keys.length - 1
  while (n >= 0 || k >= 0) {
    const negative = n >= 0 ? orderedBits(negatives[n] as number) : -1
    const positive = k >= 0 ? Math.floor((keys[k] as number) / maxRegions) : -1
    const threshold = Math.max(negative, positive)
    let nextOverlap = overlap
    while (k >= 0 && Math.floor((keys[k] as number) / maxRegions) === threshold) {
      nextOverlap += 1 / ((regionSizes[(keys[k] as number) % maxRegions] as number) * regionSizes.length)
      k--
    }
    while (n >= 0 && orderedBits(negatives[n] as number) === threshold) n--
    const nextRate = (negatives.length - 1 - n) / negatives.length
    if (nextRate >= limit) {
      const share = nextRate === rate ? 0 : (limit - rate) / (nextRate - rate)
      const overlapAtLimit = overlap + (nextOverlap - overlap) * share
      return (area + ((limit - rate) * (overlap + overlapAtLimit)) / 2) / limit
    }
    area += ((nextRate - rate) * (overlap + nextOverlap)) / 2
    rate = nextRate
    overlap = nextOverlap
  }
  return area / limit
}

const floatView = new Float32Array(1)
const bitView = new Uint32Array(floatView.buffer)

/** An unsigned 32-bit number that orders as the float32 does (-0 and 0 are one). */
function orderedBits(value: number): number {
  floatView[0] = value === 0 ? 0 : value
  const bits = bitView[0] as number
  return bits >= 0x80000000 ? 0xffffffff - bits : bits + 0x80000000
}
