import { openDisk } from '../layouts/disk.js'
import { listData } from '../layouts/layouts.js'
import { isError } from '../layouts/problem.js'
import { heldOutCount } from '../layouts/split.js'
import type { DataValue } from '../plan/run-plan.js'

/** Images that training draws from (without the held-out part), or undefined where the data is not there or not whole. Reads no image. */
export function countTrainImages(data: DataValue): number | undefined {
  const listing = listData(openDisk(), data)
  if (listing === undefined || listing.problems.some(isError)) return undefined
  return listing.train.length - heldOutCount(listing.train.length, data.parameters.validation)
}
