/** What a synthesis of faults is compiled to: operators on one image, in an order in which operands come first. */

interface None {
  readonly [name: string]: never
}
/** `name`: of the draw's own random numbers. */
interface Drawn {
  readonly name: string
}
interface Ends extends Drawn {
  readonly low: number
  readonly high: number
}

/** Each operator with its attributes; what they do is in `check/primitives/table.ts`, how in `data/synthesis/`. */
export interface PixelOperators {
  readonly input: { readonly name: string }
  readonly constant: { readonly value: number }
  readonly relu: None
  readonly abs: None
  readonly neg: None
  readonly sqrt: None
  readonly square: None
  readonly floor: None
  readonly round: None
  readonly clamp: { readonly low: number; readonly high: number }
  readonly add: None
  readonly sub: None
  readonly mul: None
  readonly div: None
  readonly maximum: None
  readonly minimum: None
  readonly greater: None
  readonly greater_equal: None
  readonly where: None
  readonly choose: None
  readonly concat: None
  readonly image_max: None
  readonly image_mean: None
  readonly slice_channels: { readonly begin: number; readonly count: number }
  readonly draw: Ends
  readonly draw_int: Ends
  readonly draw_choice: Drawn & { readonly weights: readonly number[] }
  readonly draw_box: Drawn & { readonly overlap: number }
  readonly draw_image: Drawn & { readonly folder: string }
  readonly perlin: Drawn & { readonly least: number; readonly most: number }
  readonly white_noise: Drawn
  readonly photometric: Drawn & { readonly count: number }
  readonly inside: None
  readonly ellipse: None
  readonly move: None
  readonly shift: None
  readonly rotate: None
  readonly mirror: None
  readonly upside_down: None
  readonly blur: { readonly sigma: number }
  readonly grey: None
}
export type PixelOp = keyof PixelOperators

const pixelOps: Readonly<Record<PixelOp, true>> = {
  input: true,
  constant: true,
  relu: true,
  abs: true,
  neg: true,
  sqrt: true,
  square: true,
  floor: true,
  round: true,
  clamp: true,
  add: true,
  sub: true,
  mul: true,
  div: true,
  maximum: true,
  minimum: true,
  greater: true,
  greater_equal: true,
  where: true,
  choose: true,
  concat: true,
  image_max: true,
  image_mean: true,
  slice_channels: true,
  draw: true,
  draw_int: true,
  draw_choice: true,
  draw_box: true,
  draw_image: true,
  perlin: true,
  white_noise: true,
  photometric: true,
  inside: true,
  ellipse: true,
  move: true,
  shift: true,
  rotate: true,
  mirror: true,
  upside_down: true,
  blur: true,
  grey: true,
}

export function isPixelOp(op: string): op is PixelOp {
  return Object.hasOwn(pixelOps, op)
}

/** `channels`: of a map, [H, W, channels] of the image's size; 0 for one number, and for a box of four. */
export type PixelNode<Op extends PixelOp = PixelOp> = {
  readonly [Name in Op]: {
    readonly op: Name
    readonly operands: readonly number[]
    readonly attributes: PixelOperators[Name]
    readonly channels: number
  }
}[Op]

export interface PixelProgram {
  readonly nodes: readonly PixelNode[]
  /** Number of a node. The image is clamped to the range of the data. */
  readonly image: number
}

export interface FaultProgram extends PixelProgram {
  /** Numbers of nodes. A pixel is faulty where the mask is above one half. */
  readonly mask: number
  readonly severity: number
}

/** A line a node, as `--emit checked` shows it: `%4 = draw name="strength" low=0 high=2`, with the channels of a map in brackets. */
export function programLines({ nodes, ...outputs }: PixelProgram): readonly string[] {
  const lines = nodes.map(({ op, operands, attributes, channels }, id) => {
    const parts = Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    const type = channels === 0 ? '' : ` [${channels}]`
    return [`%${id} = ${op}`, ...operands.map((operand) => `%${operand}`), ...parts].join(' ') + type
  })
  const given = Object.entries(outputs).map(([name, id]) => `${name} %${String(id)}`)
  return [...lines, given.join(', ')]
}
