/** A kind of image file that is read, recognised by its first bytes; its name only decides whether it is listed. */
interface ImageKindFacts {
  readonly name: string
  /** In lower case. */
  readonly extensions: readonly string[]
  /** The numbers of a lossy file are near those that were measured: read with a warning, and never as a mask. Of some kinds only the file itself says. */
  readonly lossy: boolean | 'some'
}

/** Every kind that is read. Listing, decoding and documentation take it from here. */
export const imageKinds = {
  png: { name: 'PNG', extensions: ['.png'], lossy: false },
  tiff: { name: 'TIFF', extensions: ['.tif', '.tiff'], lossy: false },
  jpeg: { name: 'JPEG', extensions: ['.jpg', '.jpeg'], lossy: true },
  webp: { name: 'WebP', extensions: ['.webp'], lossy: 'some' },
  bmp: { name: 'BMP', extensions: ['.bmp'], lossy: false },
} as const satisfies Readonly<Record<string, ImageKindFacts>>

export type ImageKind = keyof typeof imageKinds

/** What a sample may be, and the value of the file that becomes 1; fewer bits than 8 are spread over 8 when decoded. */
export const sampleScales = { uint8: 255, uint16: 65_535, float32: 1 } as const

export type SampleDepth = keyof typeof sampleScales

const kinds = Object.keys(imageKinds) as readonly ImageKind[]

/** The kind that a file's name promises. */
export function kindOfName(name: string): ImageKind | undefined {
  const lower = name.toLowerCase()
  return kinds.find((kind) => imageKinds[kind].extensions.some((extension) => lower.endsWith(extension)))
}

/** `.png, .tif, .tiff, .jpg, .jpeg or .webp`; those of masks may be lossless. */
export const imageExtensions = inWords(kinds)
export const maskExtensions = inWords(kinds.filter((kind) => imageKinds[kind].lossy !== true))

function inWords(of: readonly ImageKind[]): string {
  const extensions = of.flatMap((kind): readonly string[] => imageKinds[kind].extensions)
  return `${extensions.slice(0, -1).join(', ')} or ${extensions.at(-1)}`
}
