/** Down, across. */
export type Pair = readonly [number, number]
/** Top, bottom, left, right. */
export type Sides = readonly [number, number, number, number]

/** What an attribute can be. */
interface AttributeKinds {
  readonly int: number
  readonly number: number
  readonly bool: boolean
  readonly pair: Pair
  readonly sides: Sides
  /** Weights of the classes normal and anomaly. */
  readonly class_weights: readonly [number, number]
  readonly interpolation: 'bilinear' | 'nearest'
  readonly border: 'reflect' | 'zero'
  readonly string: string
  readonly numbers: readonly number[]
  readonly names: readonly string[]
}

/** A weight is trained, a statistic is kept while training. `shape` as it is written in the reference. */
interface PrimitiveParameter {
  readonly kind: 'weight' | 'statistic'
  readonly shape: string
  /** The attribute that says whether it is there; without it, it always is. */
  readonly onlyIf?: string
  /** False: weight decay leaves it alone. */
  readonly decays?: false
}

/** Everything that is known of one primitive, but how its shape, range and IR come about: those are tables of the same keys. */
export interface Primitive {
  readonly doc: string
  /** Kinds of the operands and of the result, without the batch: map [H, W, C], vector [C], value [], scalar [] (one a batch). */
  readonly operands: readonly string[]
  readonly result: string
  /** In the order in which a node lists them; each is named `path.NAME`. */
  readonly parameters: Readonly<Record<string, PrimitiveParameter>>
  readonly attributes: Readonly<Record<string, keyof AttributeKinds>>
}

type None = Readonly<Record<never, never>>

function primitive<const P extends Primitive['parameters'] = None, const A extends Primitive['attributes'] = None>(
  doc: string,
  operands: readonly string[],
  result: string,
  { parameters, attributes }: { readonly parameters?: P; readonly attributes?: A } = {},
) {
  return { doc, operands, result, parameters: parameters ?? ({} as P), attributes: attributes ?? ({} as A) }
}

const elementwise = <const A extends Primitive['attributes'] = None>(doc: string, attributes?: A) =>
  primitive(doc, ['any'], 'as the operand', attributes === undefined ? {} : { attributes })

/**
 * Two of equal shape; or one is a scalar; or a value stands beside a map or vector, a map of one channel beside a map, a vector
 * [C] beside a map [H, W, C].
 */
const binary = (doc: string) => primitive(doc, ['any', 'any'], 'as the larger operand')
const loss = <const A extends Primitive['attributes'] = None>(
  doc: string,
  operands: readonly string[],
  attributes?: A,
) => primitive(doc, operands, 'scalar', attributes === undefined ? {} : { attributes })

const bias = { kind: 'weight', shape: '[out]', onlyIf: 'use_bias' } as const

const draw = <const A extends Primitive['attributes'] = None>(
  doc: string,
  operands: readonly string[],
  result: string,
  attributes?: A,
) => primitive(doc, operands, result, { attributes: { name: 'string', ...attributes } as { name: 'string' } & A })

/**
 * What only a synthesis of faults is made of. They work on one image, which they are the size of; a box is [top, left, height, width]
 * in whole pixels. `name` is that of a draw's own random numbers.
 */
const synthesisPrimitives = {
  draw: draw('A number, uniform in [low, high).', [], 'value', { low: 'number', high: 'number' }),
  draw_int: draw('A whole number, uniform in low .. high.', [], 'value', { low: 'int', high: 'int' }),
  draw_choice: draw('A place in the list of weights, as likely as its weight.', [], 'value', { weights: 'numbers' }),
  draw_box: draw(
    'A box of this height and width within the image; drawn again, at most 10 times, while it shares more than `overlap` of itself with the box that it avoids.',
    ['value', 'value', '[vector [4]]'],
    'vector [4]',
    { overlap: 'number' },
  ),
  draw_image: draw('Another training image, or one of a folder.', [], 'map', { folder: 'string' }),
  perlin: draw(
    'Perlin noise, in [-1, 1]; the cells down and across are powers of 2 from `least` to `most`, drawn.',
    [],
    'map [H, W, 1]',
    { least: 'int', most: 'int' },
  ),
  white_noise: draw('Uniform in [0, 1), each pixel by itself.', [], 'map [H, W, 1]'),
  photometric: draw('`count` different photometric operators, drawn, on 8 bits.', ['map'], 'as the operand', {
    count: 'int',
  }),
  floor: elementwise('The largest whole number that is not above x.'),
  round: elementwise('The nearest whole number, halves up.'),
  greater: binary('1 where a > b, else 0.'),
  greater_equal: binary('1 where a >= b, else 0.'),
  where: primitive('x where the condition is not 0, else y.', ['any', 'any', 'any'], 'as the largest operand'),
  choose: primitive('The operand after the index that the index says.', ['value', 'any', '..'], 'as the operands'),
  inside: primitive('1 inside the box, 0 elsewhere.', ['vector [4]'], 'map [H, W, 1]'),
  ellipse: primitive(
    '1 inside the ellipse that touches the sides of the box, 0 elsewhere.',
    ['vector [4]'],
    'map [H, W, 1]',
  ),
  move: primitive(
    'What is in the first box, in the place of the second, bilinear where their sizes differ; 0 elsewhere.',
    ['map', 'vector [4]', 'vector [4]'],
    'as the first operand',
  ),
  shift: primitive(
    'Moved down and to the right by so many pixels; what leaves on one side comes in on the other.',
    ['map', 'value', 'value'],
    'as the first operand',
  ),
  rotate: primitive(
    'Turned clockwise by degrees about its middle, or that of the box; bilinear, 0 where nothing is turned to.',
    ['map', 'value', '[vector [4]]'],
    'as the first operand',
  ),
  mirror: primitive('Left and right exchanged.', ['map'], 'as the operand'),
  upside_down: primitive('Top and bottom exchanged.', ['map'], 'as the operand'),
  blur: primitive('Gaussian blur; the borders are repeated.', ['map'], 'as the operand', {
    attributes: { sigma: 'number' },
  }),
  grey: primitive('Mean over the channels.', ['map'], 'map [H, W, 1]'),
} as const

/**
 * The primitives of the language: what a checked graph is made of. `check/` types them, `lower/` turns each into IR; a library in
 * `grammar/std/` builds everything else from them. A new primitive is a row here: the tables that lack it then do not compile.
 */
export const primitives = {
  input: primitive('What a phase is fed with.', [], 'map | value', { attributes: { name: 'string' } }),
  constant: primitive('A number.', [], 'scalar', { attributes: { value: 'number' } }),
  conv2d: primitive('Convolution; padding with zeros.', ['map'], 'map', {
    parameters: { kernel: { kind: 'weight', shape: '[kernel, in, out]' }, bias },
    attributes: { kernel: 'pair', strides: 'pair', padding: 'sides', dilations: 'pair', use_bias: 'bool' },
  }),
  dense: primitive('Dense layer.', ['vector'], 'vector', {
    parameters: { kernel: { kind: 'weight', shape: '[in, out]' }, bias },
    attributes: { use_bias: 'bool' },
  }),
  batch_norm: primitive(
    'Batch normalisation over batch and pixels; running = (1 - momentum) running + momentum batch, the variance unbiased. `frozen`: by the running statistics while training too, which stay.',
    ['map | vector'],
    'as the operand',
    {
      parameters: {
        scale: { kind: 'weight', shape: '[C]' },
        offset: { kind: 'weight', shape: '[C]' },
        running_mean: { kind: 'statistic', shape: '[C]' },
        running_variance: { kind: 'statistic', shape: '[C]' },
      },
      attributes: { epsilon: 'number', momentum: 'number', frozen: 'bool' },
    },
  ),
  relu: elementwise('max(x, 0).'),
  leaky_relu: elementwise('x where x > 0, slope x elsewhere.', { slope: 'number' }),
  sigmoid: elementwise('1 / (1 + exp(-x)).'),
  tanh: elementwise('Hyperbolic tangent.'),
  softplus: elementwise('log(1 + exp(x)).'),
  exp: elementwise('Exponential.'),
  log: elementwise('Natural logarithm.'),
  sqrt: elementwise('Square root.'),
  square: elementwise('x^2.'),
  abs: elementwise('|x|.'),
  neg: elementwise('-x.'),
  clamp: elementwise('x within [low, high].', { low: 'number', high: 'number' }),
  add: binary('a + b.'),
  sub: binary('a - b.'),
  mul: binary('a b.'),
  div: binary('a / b.'),
  maximum: binary('The larger.'),
  minimum: binary('The smaller.'),
  softmax: primitive('Softmax over the channels.', ['map | vector'], 'as the operand'),
  log_softmax: primitive('Logarithm of the softmax over the channels.', ['map | vector'], 'as the operand'),
  slice_channels: primitive(
    'Channels from `begin`: `softmax(x)[anomaly]` is begin 1, count 1.',
    ['map | vector'],
    'as the operand',
    {
      attributes: { begin: 'int', count: 'int' },
    },
  ),
  concat: primitive('Channels one after the other.', ['map | vector', '..'], 'as the operands'),
  max_pool: primitive(
    'Largest value of each window; padding is never the largest, the size rounds down.',
    ['map'],
    'map',
    {
      attributes: { size: 'pair', strides: 'pair', padding: 'sides' },
    },
  ),
  avg_pool: primitive('Mean of each window; zeros of the padding count.', ['map'], 'map', {
    attributes: { size: 'pair', strides: 'pair', padding: 'sides' },
  }),
  upsample: primitive('Enlarges.', ['map'], 'map', {
    attributes: { factor: 'int', mode: 'interpolation', align_corners: 'bool' },
  }),
  resize: primitive('Bilinear interpolation to a size.', ['map'], 'map', {
    attributes: { height: 'int', width: 'int', align_corners: 'bool' },
  }),
  pad: primitive('Zeros around the map.', ['map'], 'map', { attributes: { padding: 'sides' } }),
  crop: primitive('The box that begins at top, left.', ['map'], 'map', {
    attributes: { top: 'int', left: 'int', height: 'int', width: 'int' },
  }),
  global_average_pool: primitive('Mean of each channel over the pixels.', ['map'], 'vector'),
  global_max_pool: primitive('Largest value of each channel over the pixels.', ['map'], 'vector'),
  channel_mean: primitive('Mean over the channels of each pixel.', ['map'], 'map'),
  channel_sum: primitive('Sum over the channels of each pixel.', ['map'], 'map'),
  channel_max: primitive('Largest channel of each pixel.', ['map'], 'map'),
  image_max: primitive('Largest value over pixels and channels.', ['map'], 'value'),
  image_mean: primitive('Mean over pixels and channels.', ['map'], 'value'),
  image_sum: primitive('Sum over pixels and channels.', ['map'], 'value'),
  top_mean: primitive(
    'Mean of the largest values over pixels and channels: of a share of them, at least one.',
    ['map'],
    'value',
    {
      attributes: { share: 'number' },
    },
  ),
  squeeze: primitive('The one entry of a vector of length 1.', ['vector'], 'value'),
  flatten: primitive('All values as a vector.', ['map'], 'vector'),
  dropout: elementwise('Training only: drops a share `rate`, scales the rest by 1 / (1 - rate).', { rate: 'number' }),
  stop_gradient: elementwise('x; no gradient passes.'),
  mean: loss('Mean over batch and everything.', ['any']),
  l1: loss('Mean of |a - b|.', ['any', 'as the first']),
  l2: loss('Mean of (a - b)^2.', ['any', 'as the first']),
  smooth_l1: loss('Mean of the Huber loss over beta.', ['any', 'as the first'], { beta: 'number' }),
  ssim: loss(
    'Mean of (1 - SSIM) / 2, Gaussian window, reflected or zero borders; C1 = (0.01 range)^2, C2 = (0.03 range)^2 (Wang et al. 2004).',
    ['map', 'as the first'],
    { window: 'int', sigma: 'number', range: 'number', border: 'border' },
  ),
  ms_ssim: loss(
    'Mean over images and channels of 1 - MS-SSIM: the contrast and structure of each scale and the luminance of the last, weighed by exponents; each scale is half the one before (Wang et al. 2003).',
    ['map', 'as the first'],
    { window: 'int', sigma: 'number', range: 'number', border: 'border', exponents: 'numbers' },
  ),
  focal: loss('Mean over pixels of w (1 - p)^gamma (-log p) of the true class.', ['map [H, W, 2]', 'map [H, W, 1]'], {
    gamma: 'number',
    class_weights: 'class_weights',
    divide_by_classes: 'bool',
  }),
  cross_entropy: loss('Weighted mean over pixels of -log p of the true class.', ['map [H, W, 2]', 'map [H, W, 1]'], {
    class_weights: 'class_weights',
  }),
  learned: primitive('A learned number; it does not decay.', [], 'scalar', {
    parameters: { value: { kind: 'weight', shape: '[]', decays: false } },
  }),
  ramp: primitive(
    'A number that the epochs decide, fed to each step: `from` for `after` epochs, then in a line to `to`.',
    [],
    'scalar',
    {
      attributes: { name: 'string', from: 'number', to: 'number', after: 'int', over: 'int' },
    },
  ),
  dynamic_weight: primitive(
    'Weight of one of several loss terms by how fast they fell over the last two epochs, fed to each step.',
    [],
    'scalar',
    { attributes: { name: 'string', terms: 'names', term: 'int', temperature: 'number' } },
  ),
  ...synthesisPrimitives,
} as const

type Primitives = typeof primitives
export type PrimitiveName = keyof Primitives
/** Those that a model can be made of. */
export type ModelPrimitive = Exclude<PrimitiveName, keyof typeof synthesisPrimitives>

/** Attributes of a primitive by name, each with its type; of a union of primitives those that all have. */
export type AttributesOf<Op extends PrimitiveName> = {
  readonly [Name in keyof Primitives[Op]['attributes']]: Primitives[Op]['attributes'][Name] extends keyof AttributeKinds
    ? AttributeKinds[Primitives[Op]['attributes'][Name]]
    : never
}

/** Names of the weights and statistics of a primitive. */
export type ParameterNameOf<Op extends PrimitiveName> = keyof Primitives[Op]['parameters'] & string

/** A value of which parts may still be unknown: a block is being checked on its own, or a mistake is reported. */
export type Draft<Known> = Known extends readonly unknown[]
  ? { readonly [Place in keyof Known]: Known[Place] | undefined }
  : Known | undefined

export type DraftAttributes<Op extends PrimitiveName> = {
  readonly [Name in keyof AttributesOf<Op>]: Draft<AttributesOf<Op>[Name]>
}

export function isModelPrimitive(op: PrimitiveName): op is ModelPrimitive {
  return !Object.hasOwn(synthesisPrimitives, op)
}

export const primitiveNames = Object.keys(primitives) as readonly PrimitiveName[]

/** The row of a primitive whose name is known only when the compiler runs. */
export const primitiveRow = (op: PrimitiveName): Primitive => primitives[op]

export type AttributeValue = AttributeKinds[keyof AttributeKinds]

/** A primitive with what it is applied with: a union that is told apart by `op`. */
export type Applied<Op extends PrimitiveName = PrimitiveName> = {
  [Name in Op]: { readonly op: Name; readonly attributes: AttributesOf<Name> }
}[Op]
