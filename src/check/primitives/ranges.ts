import type { Interval, Known } from './intervals.js'
import {
  absInterval,
  addIntervals,
  divIntervals,
  hullInterval,
  maximumIntervals,
  minimumIntervals,
  mulIntervals,
  negateInterval,
  squareInterval,
  subIntervals,
} from './intervals.js'
import type { DraftAttributes, PrimitiveName } from './table.js'

type RangeRule<Op extends PrimitiveName> =
  | Interval
  | 'unknown'
  | ((operands: readonly Known[], attributes: DraftAttributes<Op>) => Known)

/** The smallest positive float32: exponentials are above 0, so that dividing by a learned variance is no mistake. */
const smallest = 1.401298464324817e-45

const same = ([x]: readonly Known[]): Known => x
const withZero = ([x]: readonly Known[]): Known => hullInterval(x, [0, 0])
const all = (operands: readonly Known[]): Known => operands.reduce(hullInterval)

/** Of one or more values: it goes no further to the side on which none of them lies. */
const sumOfSome = ([x]: readonly Known[]): Known => x && [x[0] >= 0 ? x[0] : -Infinity, x[1] <= 0 ? x[1] : Infinity]

const ends = (_operands: readonly Known[], { low, high }: DraftAttributes<'draw' | 'draw_int'>): Known =>
  low === undefined || high === undefined ? undefined : [low, high]

/** Interval that a primitive's values lie in, by those of its operands; an interval where it holds for any operands. */
const rangeRules: { readonly [Op in PrimitiveName]: RangeRule<Op> } = {
  input: 'unknown',
  constant: (_operands, { value }) => (value === undefined ? undefined : [value, value]),
  learned: 'unknown',
  ramp: (_operands, { from, to }) =>
    from === undefined || to === undefined ? undefined : [Math.min(from, to), Math.max(from, to)],
  dynamic_weight: (_operands, { terms }) => (terms === undefined ? undefined : [0, terms.length]),
  conv2d: 'unknown',
  dense: 'unknown',
  batch_norm: 'unknown',
  relu: ([x]) => maximumIntervals(x, [0, 0]),
  leaky_relu: ([x], { slope }) => (x && slope !== undefined ? leaky(x, slope) : undefined),
  sigmoid: [0, 1],
  tanh: [-1, 1],
  softplus: [smallest, Infinity],
  exp: [smallest, Infinity],
  log: ([x]) => (x && x[1] <= 1 ? [-Infinity, 0] : undefined),
  sqrt: ([x]) => (x ? [Math.sqrt(Math.max(0, x[0])), Math.sqrt(Math.max(0, x[1]))] : [0, Infinity]),
  square: ([x]) => squareInterval(x),
  abs: ([x]) => absInterval(x),
  neg: ([x]) => negateInterval(x),
  clamp: ([x = [-Infinity, Infinity]], { low, high }) =>
    low === undefined || high === undefined
      ? undefined
      : minimumIntervals(maximumIntervals(x, [low, low]) ?? [low, Infinity], [high, high]),
  add: ([a, b]) => addIntervals(a, b),
  sub: ([a, b]) => subIntervals(a, b),
  mul: ([a, b]) => mulIntervals(a, b),
  div: ([a, b]) => divIntervals(a, b),
  maximum: ([a, b]) => maximumIntervals(a, b),
  minimum: ([a, b]) => minimumIntervals(a, b),
  softmax: [0, 1],
  log_softmax: [-Infinity, 0],
  slice_channels: same,
  concat: all,
  max_pool: same,
  avg_pool: ([x], { padding }) => (padding.every((side) => side === 0) ? x : withZero([x])),
  upsample: same,
  resize: same,
  pad: withZero,
  crop: same,
  global_average_pool: same,
  global_max_pool: same,
  channel_mean: same,
  channel_sum: sumOfSome,
  channel_max: same,
  image_max: same,
  image_mean: same,
  image_sum: sumOfSome,
  top_mean: same,
  squeeze: same,
  flatten: same,
  dropout: ([x], { rate }) => (rate === 0 ? x : x && rate !== undefined ? scaledByDropout(x, rate) : undefined),
  stop_gradient: same,
  mean: same,
  l1: ([a, b]) => absInterval(subIntervals(a, b)),
  l2: ([a, b]) => squareInterval(subIntervals(a, b)),
  smooth_l1: [0, Infinity],
  ssim: [0, 1],
  ms_ssim: [0, 1],
  focal: [0, Infinity],
  cross_entropy: [0, Infinity],
  draw: ends,
  draw_int: ends,
  draw_choice: (_operands, { weights }) => (weights === undefined ? undefined : [0, weights.length - 1]),
  draw_box: 'unknown',
  draw_image: 'unknown',
  perlin: [-1, 1],
  white_noise: [0, 1],
  photometric: 'unknown',
  floor: ([x]) => (x ? [Math.floor(x[0]), Math.floor(x[1])] : undefined),
  round: ([x]) => (x ? [Math.round(x[0]), Math.round(x[1])] : undefined),
  greater: [0, 1],
  greater_equal: [0, 1],
  where: ([, x, y]) => hullInterval(x, y),
  choose: ([, ...all]) => all.reduce(hullInterval),
  inside: [0, 1],
  ellipse: [0, 1],
  move: withZero,
  shift: same,
  rotate: withZero,
  mirror: same,
  upside_down: same,
  blur: same,
  grey: same,
}

/**
 * `isOpen`: in a block that is checked on its own. An operand of which nothing is known leaves nothing known there, not even a
 * sign: its range comes with the call.
 */
export function rangeOf<Op extends PrimitiveName>(
  op: Op,
  operands: readonly Known[],
  attributes: DraftAttributes<Op>,
  isOpen: boolean,
): Known {
  const rule: RangeRule<Op> = rangeRules[op]
  if (rule === 'unknown') return undefined
  if (typeof rule !== 'function') return rule
  return isOpen && operands.includes(undefined) ? undefined : rule(operands, attributes)
}

function leaky([low, high]: Interval, slope: number): Interval {
  const at = (value: number): number => (value >= 0 ? value : slope === 0 ? 0 : value * slope)
  return slope <= 1 || low >= 0 || high <= 0 ? [at(low), at(high)] : [at(low), Math.max(at(high), 0)]
}

function scaledByDropout([low, high]: Interval, rate: number): Interval {
  return [Math.min(0, low / (1 - rate)), Math.max(0, high / (1 - rate))]
}
