import type { SampleDepth } from '../components/image-kinds.js'
import type { Listing } from '../layouts/listing.js'
import { isError } from '../layouts/problem.js'
import { type DataError, type DataNote, listingError } from './errors.js'

/** What a run's record says of its data (`data.json`). */
export interface DataRecord {
  /** Of the listing, as the check reported them, and of the files' content. */
  readonly warnings: readonly (DataError | DataNote)[]
  /** What the values of the images' files are. */
  readonly depths: readonly SampleDepth[]
  readonly tests: readonly TestRecord[]
}

interface TestRecord {
  readonly name: string
  readonly role: 'source' | 'target'
  readonly normal: number
  /** Faulty images by their class. */
  readonly faulty: Readonly<Record<string, number>>
}

export function recordOf(
  { problems, tests }: Listing,
  notes: readonly DataNote[],
  depths: readonly SampleDepth[],
): DataRecord {
  return {
    warnings: [...problems.filter((problem) => !isError(problem)).map(listingError), ...notes],
    depths,
    tests: tests.map(({ name, role, images }) => {
      const faulty = new Map<string, number>()
      for (const { label, class: kind = '' } of images) if (label === 1) faulty.set(kind, (faulty.get(kind) ?? 0) + 1)
      return {
        name,
        role,
        normal: images.filter(({ label }) => label === 0).length,
        faulty: Object.fromEntries(faulty),
      }
    }),
  }
}
