/** Everything that shapes the example surfaces. A change here needs a new `version`: callers make the data again then. */
export const version = 1

export const side = 64

type Colour = readonly [red: number, green: number, blue: number]

/** How a surface is made of two sets of ridges, of a colour each. */
export interface Kind {
  readonly name: string
  /** `crossed`: one set runs down and one across, over and under each other. `along`: both run the same way, one finer. */
  readonly ridges: 'crossed' | 'along'
  /** Pixels between two ridges. */
  readonly spacing: readonly [low: number, high: number]
  /** Largest wander of a ridge, in parts of the spacing. */
  readonly wander: number
  /** What the ridges of each set add to the ground. */
  readonly colours: readonly [Colour, Colour]
  readonly ground: Colour
}

export const kinds = [
  {
    name: 'weave',
    ridges: 'crossed',
    spacing: [6.4, 7.6],
    wander: 0.35,
    colours: [
      [0.5, 0.3, 0.2],
      [0.2, 0.32, 0.5],
    ],
    ground: [0.12, 0.12, 0.14],
  },
  {
    name: 'grain',
    ridges: 'along',
    spacing: [8.5, 10.5],
    wander: 0.9,
    colours: [
      [0.5, 0.3, 0.08],
      [0.08, 0.3, 0.5],
    ],
    ground: [0.2, 0.16, 0.12],
  },
] as const satisfies readonly Kind[]

/** Largest turn of the whole surface from image to image, in turns. */
export const slant = 0.015
/** From image to image: the factor of all ridges, what each channel of a colour may differ by, and the even light. */
export const gain: readonly [number, number] = [0.7, 1]
export const tint = 0.06
export const light: readonly [number, number] = [0, 0.12]
/** Largest slow change of the light over an image. */
export const shade = 0.08
/** Half width of the uniform noise of a pixel. */
export const noise: readonly [number, number] = [0.02, 0.05]

/** Classes of defects. None changes which values the surface has: they are in the wrong place. */
export const defects = {
  /** A thin line along which the ridges are displaced. */
  cut: { width: [2, 4], length: [24, 44], shift: [0.35, 0.65] },
  /** A spot in which the two colours are exchanged. */
  stain: { radius: [6, 11] },
  /** A patch in which the ridges run another way. */
  twist: { width: [12, 22], turns: [0.1, 0.15] },
} as const

export type Defect = keyof typeof defects
export const defectNames = ['cut', 'stain', 'twist'] as const satisfies readonly Defect[]

/** Images for `size` = 1. */
export const counts = { train: 200, good: 60, defect: 20 } as const
