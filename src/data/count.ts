import type { DataValue } from '../plan/run-plan.js'
import { hdmapOf } from './parameters.js'
import { listHdmap } from './sources/hdmap.js'
import { heldOutCount } from './split.js'

/** Images that training draws from (without the held-out part), or undefined where the data is not there or not whole. Reads no image. */
export async function countTrainImages(data: DataValue): Promise<number | undefined> {
  const parameters = hdmapOf(data)
  const { listing, errors } = await listHdmap(parameters)
  if (errors.length > 0) return undefined
  return listing.train.length - heldOutCount(listing.train.length, parameters.heldOut)
}
