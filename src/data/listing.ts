/** One image of a data set; every path is relative to the data's root, with `/`. */
export interface ListedImage {
  readonly file: string
  readonly label: 0 | 1
  readonly mask?: string
  /** As measured; absent where the data has none. */
  readonly severity?: number
}

export interface ListedTest {
  /** `domain_A` */
  readonly name: string
  readonly role: 'source' | 'target'
  readonly images: readonly ListedImage[]
}

/** The files of a data set, each list in code-unit order of the paths. */
export interface Listing {
  readonly root: string
  /** Normal images. */
  readonly train: readonly ListedImage[]
  /** The source's first, then the targets in the order asked for. */
  readonly tests: readonly ListedTest[]
}

/** Code-unit order: the same on every machine and in every locale. */
export function byCodeUnits(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
