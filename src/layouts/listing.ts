import type { Problem } from './problem.js'

/** One image of a data set; every path is relative to the data's root, with `/`. */
export interface ListedImage {
  readonly file: string
  readonly label: 0 | 1
  /** Of a faulty image: what kind of fault it has. */
  readonly class?: string
  /** A pixel is faulty where one of them marks it. */
  readonly masks?: readonly string[]
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
  /** Absolute. */
  readonly root: string
  /** Normal images. */
  readonly train: readonly ListedImage[]
  /** Those of the sources first, where they have one, then the targets, each in the order asked for. */
  readonly tests: readonly ListedTest[]
  /** What the data sets apart for validation, where `validation = listed()` asks for it. */
  readonly validation: readonly ListedImage[]
  /** Names that `targets = auto` stands for; undefined where they are named, or cannot be known. */
  readonly targets: readonly string[] | undefined
  readonly problems: readonly Problem[]
}

/** How many of the images that are held against a metric have what it needs. */
export interface Labels {
  readonly normal: number
  readonly faulty: number
  /** Faulty images with a mask that marks something. */
  readonly masked: number
  /** Faulty images with a mask that marks nothing; none where masks were not read. */
  readonly blank: number
  /** Faulty images with a severity. */
  readonly measured: number
}

export function labelsOf(
  images: readonly {
    readonly label: 0 | 1
    readonly hasMask: boolean
    readonly blankMask?: string
    readonly severity?: number | undefined
  }[],
): Labels {
  const faulty = images.filter(({ label }) => label === 1)
  return {
    normal: images.length - faulty.length,
    faulty: faulty.length,
    masked: faulty.filter(({ hasMask }) => hasMask).length,
    blank: faulty.filter(({ blankMask }) => blankMask !== undefined).length,
    measured: faulty.filter(({ severity }) => severity !== undefined).length,
  }
}

/** Why the metrics of a list have no value on a set, to stand after its name; undefined where they have one. */
export function whyWithoutValue(
  list: 'image' | 'pixel' | 'values',
  { normal, faulty, masked, blank, measured }: Labels,
): string | undefined {
  if (faulty === 0) return 'has no faulty image'
  if (list === 'image') return normal === 0 ? 'has no normal image' : undefined
  if (list === 'pixel') {
    if (masked > 0) return undefined
    return blank > 0 ? 'has only masks that mark nothing' : 'has no masks'
  }
  return measured === 0 ? 'has no severities' : undefined
}
