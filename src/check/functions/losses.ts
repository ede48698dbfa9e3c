import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { textOf } from '../evaluation/session.js'
import { hullInterval } from '../primitives/intervals.js'
import { borderEnum } from '../values/builtin-enums.js'
import { numberText, tensorName } from '../values/describe.js'
import type { StaticValue } from '../values/static-value.js'
import type { Dim, PoisonedValue, Tensor } from '../values/value.js'
import {
  type ArgumentsOf,
  bool,
  type Declared,
  declareFunction,
  float,
  int,
  map,
  optional,
  range,
  tensor,
  word,
} from './declare.js'
import { checkLabelReach } from './label-reach.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels } from './rule.js'
import { failShapes } from './shapes.js'

/** A loss of which no operand has weights behind it trains nothing. Blocks are judged where they are called. */
function reachesWeights(call: FunctionCall, operands: readonly Tensor[]): void {
  if (call.env.abstract || operands.some((operand) => operand.learned)) return
  call.fail(tensorsDiagnostics.termWithoutParameter, call.span, { term: `\`${call.rule.name}\`` })
}

/** Reports two of different shapes, and two that no weight is behind. */
function incomparable(call: FunctionCall, a: Tensor, b: Tensor): PoisonedValue | undefined {
  const same =
    a.per === b.per &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis] || size === undefined || b.shape[axis] === undefined)
  if (!same) return failShapes(call, 'two operands of one shape', [a, b])
  reachesWeights(call, [a, b])
  return undefined
}

const pair = { a: tensor('Prediction.'), b: tensor('Label, of the same shape.') }
const result = 'scalar'

/** A whole number of epochs, written with its unit. */
function epochs(doc: string, preset?: number): Declared<Dim> {
  return {
    type: { kind: 'epochs' },
    doc,
    ...(preset === undefined ? {} : { default: preset }),
    read: (value) => (value?.kind === 'number' ? value.value : undefined),
  }
}

function distance(name: string, op: 'l1' | 'l2', doc: string, example: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: pair,
    result,
    example,
    apply: ({ a, b }, call) => {
      const mistake = incomparable(call, a, b)
      if (mistake !== undefined) return mistake
      checkLabelReach(call.env, name, a, b)
      return call.emit({ op, operands: [a, b], label: false })
    },
  })
}

const similarity = {
  a: map('Prediction.'),
  b: map('Label, of the same shape.'),
  window: int('Side of the window.', { default: 11, minimum: 3, maximum: 255, isOdd: true }),
  sigma: float('Standard deviation of the window.', { default: 1.5, exclusiveMinimum: 0 }),
  range: optional(range("Interval that the values lie in; left out: the label's, which for images is that of `data`.")),
  border: word(borderEnum, 'What the window sees beyond the border.', 'reflect'),
}

/** Of five scales, from observers (Wang, Simoncelli and Bovik 2003, section 3.2). */
const scaleExponents = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333] as const

/** The attributes of a similarity of two maps, at several scales; or what is wrong with it. */
function windowsOf(
  call: FunctionCall,
  { a, b, window, sigma, range, border }: ArgumentsOf<typeof similarity>,
  scales: Dim,
) {
  const mistake = incomparable(call, a, b)
  if (mistake !== undefined) return mistake
  const callee = call.rule.name
  const [h = Infinity, w = Infinity] = a.shape
  const smaller = 2 ** ((scales ?? 1) - 1)
  const least = Math.floor(Math.min(h, w) / smaller)
  if (window !== undefined && (window + 1) / 2 > least) {
    const needed = ((window + 1) / 2) * smaller
    const at = smaller === 1 ? '' : ` at ${scales} scales`
    return call.fail(tensorsDiagnostics.mapTooSmall, call.span, {
      callee,
      shape: `${a.shape.slice(0, 2).join('x')}`,
      needs: `maps of at least ${needed} pixels a side for a window of ${window}${at}`,
      help: least >= 2 ? `Write \`window = ${2 * least - 1}\`.` : 'Write fewer `scales`.',
    })
  }
  const length = range === null ? lengthOfRange(a, b) : range && lengthOf(range)
  // Where the sizes are not known, the data that would say the range is not either.
  if (length === undefined && range === null && !call.env.abstract && Number.isFinite(h)) {
    const why = 'nothing says in which range the values lie'
    const signature = `${callee}(a, b, range = 0 .. 1)`
    return call.fail(typesDiagnostics.missingArgument, call.span, { callee, missing: ['range'], signature, why })
  }
  return { window, sigma, range: length, border }
}

/** Length of the interval of the values: of the label, or else of what is not learned, or of both. */
function lengthOfRange(a: Tensor, b: Tensor): Dim {
  const known = [[a, b].find((side) => side.label), [a, b].find((side) => !side.learned)].find(
    (side) => side !== undefined,
  )
  const interval = known === undefined ? hullInterval(a.range, b.range) : known.range
  return interval && positive(interval[1] - interval[0])
}

function lengthOf({ low, high }: Extract<StaticValue, { kind: 'range' }>): Dim {
  return low.kind === 'number' && high.kind === 'number' ? positive(high.value - low.value) : undefined
}

function positive(length: number): Dim {
  return Number.isFinite(length) && length > 0 ? length : undefined
}

/** Reports what is not logits of two channels and a mask of one, over the same pixels. */
function unclassified(call: FunctionCall, logits: Tensor, mask: Tensor): PoisonedValue | undefined {
  const { name } = call.rule
  if (logits.meaning === 'probabilities' || logits.meaning === 'log_probabilities') {
    return call.fail(tensorsDiagnostics.wrongMeaning, logits.span, {
      callee: name,
      expected: 'logits',
      found: logits.meaning.replace('_', ' '),
      help: `Give \`${name}\` what comes before the softmax: it takes the softmax itself.`,
    })
  }
  if (channels(logits) !== undefined && channels(logits) !== 2) {
    const isSwapped = logits.label && !mask.label
    const text = textOf(call.env.session, logits.span)
    const help = isSwapped
      ? `Give the logits first, then the mask: \`${name}(logits, mask)\`.`
      : `Bind \`logits = conv2d(${text}, 2, kernel = 1)\` and give \`${name}\` these.`
    return failShapes(call, 'logits of two channels (normal, anomaly)', [logits], help)
  }
  const agrees = [0, 1].every((axis) => {
    const [size, other] = [logits.shape[axis], mask.shape[axis]]
    return size === other || size === undefined || other === undefined
  })
  if (!agrees || (channels(mask) !== undefined && channels(mask) !== 1)) {
    const help = agrees ? 'Give it `fault_mask`, which has one channel.' : undefined
    return failShapes(call, 'a mask of one channel with the height and width of the logits', [logits, mask], help)
  }
  if (mask.range && (mask.range[0] < 0 || mask.range[1] > 1)) {
    return call.fail(tensorsDiagnostics.wrongMeaning, mask.span, {
      callee: name,
      expected: 'a mask in [0, 1]',
      found: `${tensorName(mask, 'a map')} in [${mask.range[0]}, ${mask.range[1]}]`,
      help: 'Give it `fault_mask`.',
    })
  }
  return undefined
}

function classWeights(call: FunctionCall<'alpha'>, alpha: Dim | null): readonly [number, number] {
  if (alpha === null || alpha === undefined) return [1, 1]
  const weights = [1 - alpha, alpha] as const
  for (const [index, weight] of weights.entries()) {
    if (weight !== 0) continue
    call.fail(typesDiagnostics.zeroClassWeight, call.spanOf('alpha'), {
      callee: call.rule.name,
      className: index === 0 ? 'normal' : 'anomaly',
      weights: `[${weights.map((value) => numberText(value, true)).join(', ')}]`,
    })
  }
  return weights
}

const classes = {
  logits: map('Logits of the classes normal and anomaly, [H, W, 2].'),
  mask: map('1 where there is a fault, 0 elsewhere, [H, W, 1].'),
}
const alpha = optional(
  float('Weighs the classes [1 - alpha, alpha]; left out, both weigh 1.', { minimum: 0, maximum: 1, usual: 0.25 }),
)

export const lossFunctions: readonly FunctionRule[] = [
  distance('l1', 'l1', 'Mean of |a - b|.', 'l1(recon, clean)'),
  distance('l2', 'l2', 'Mean of (a - b)^2.', 'l2(recon, clean)'),
  distance('mae', 'l1', 'Mean absolute error: mean of |a - b|.', 'mae(severity, fault_severity)'),
  distance('mse', 'l2', 'Mean squared error: mean of (a - b)^2.', 'mse(severity, fault_severity)'),
  declareFunction('smooth_l1', {
    doc: 'Mean of (a - b)^2 / (2 beta) where |a - b| < beta, of |a - b| - beta / 2 elsewhere.',
    parameters: { ...pair, beta: float('Where the square becomes a line.', { default: 1, exclusiveMinimum: 0 }) },
    result,
    example: 'smooth_l1(severity, fault_severity, beta = 0.5)',
    apply: ({ a, b, beta }, call) => {
      const mistake = incomparable(call, a, b)
      if (mistake !== undefined) return mistake
      checkLabelReach(call.env, 'smooth_l1', a, b)
      return call.emit({ op: 'smooth_l1', operands: [a, b], attributes: { beta }, label: false })
    },
  }),
  declareFunction('ssim', {
    doc: "Mean of clamp((1 - SSIM) / 2, 0, 1), Gaussian window; C1 = (0.01 L)^2 and C2 = (0.03 L)^2 with L the length of the values' range (Wang et al. 2004).",
    parameters: similarity,
    result,
    example: 'ssim(recon, clean, window = 11)',
    apply: (args, call) => {
      const windows = windowsOf(call, args, 1)
      if ('kind' in windows) return windows
      return call.emit({ op: 'ssim', operands: [args.a, args.b], attributes: windows, label: false })
    },
  }),
  declareFunction('ms_ssim', {
    doc: '1 - MS-SSIM, mean over images and channels: SSIM at several scales, each half the one before, whose means are weighed by exponents (Wang, Simoncelli and Bovik 2003, eq. 7). With fewer than five scales the exponents of the first are brought to a sum of 1.',
    parameters: {
      ...similarity,
      scales: int('Scales, from the size of the maps down.', {
        default: 5,
        minimum: 1,
        maximum: scaleExponents.length,
      }),
    },
    result,
    example: 'ms_ssim(recon, clean, window = 3, scales = 3)',
    apply: ({ scales, ...args }, call) => {
      const windows = windowsOf(call, args, scales)
      if ('kind' in windows) return windows
      const chosen = scaleExponents.slice(0, scales)
      const sum = chosen.reduce((total, exponent) => total + exponent, 0)
      const exponents = scales === undefined ? [undefined] : chosen.map((exponent) => exponent / sum)
      return call.emit({
        op: 'ms_ssim',
        operands: [args.a, args.b],
        attributes: { ...windows, exponents },
        label: false,
      })
    },
  }),
  declareFunction('focal', {
    doc: 'Mean over pixels of -(1 - p)^gamma log p of the true class, weighed by class (Lin et al. 2017).',
    parameters: {
      ...classes,
      gamma: float('How much easy pixels are passed over.', { default: 2, minimum: 0, maximum: 10 }),
      alpha,
      divide_by_classes: bool('Divide by the number of classes as well, as the mean of kornia does.', false),
    },
    result,
    example: 'focal(seg.mask, fault_mask, gamma = 2)',
    apply: ({ logits, mask, gamma, alpha, divide_by_classes }, call) => {
      const mistake = unclassified(call, logits, mask)
      if (mistake !== undefined) return mistake
      reachesWeights(call, [logits])
      const attributes = { gamma, class_weights: classWeights(call, alpha), divide_by_classes }
      return call.emit({ op: 'focal', operands: [logits, mask], attributes, label: false })
    },
  }),
  declareFunction('cross_entropy', {
    doc: 'Mean over pixels of -log p of the true class, weighed by class.',
    parameters: { ...classes, alpha },
    result,
    example: 'cross_entropy(seg.mask, fault_mask)',
    apply: ({ logits, mask, alpha }, call) => {
      const mistake = unclassified(call, logits, mask)
      if (mistake !== undefined) return mistake
      reachesWeights(call, [logits])
      const attributes = { class_weights: classWeights(call, alpha) }
      return call.emit({ op: 'cross_entropy', operands: [logits, mask], attributes, label: false })
    },
  }),
  declareFunction('ramp', {
    doc: 'A weight that grows with the epochs: `from` for the first ones, then in a line to `to`, where it stays. For warm-ups of loss terms.',
    parameters: {
      from: float('In the first epochs.'),
      to: float('At the end.', { default: 1 }),
      after: epochs('How long it stays at `from`.', 0),
      over: epochs('How long it takes to `to` from there.'),
    },
    result: 'scalar',
    example: 'ramp(from = 0.1, after = 5 epochs, over = 10 epochs) * l2(recon, clean)',
    apply: ({ from, to, after, over }, call) => {
      if (over !== undefined && over < 1) return call.refuse('over', 'at least 1 epoch', `${over} epochs`)
      const name = `weight.${call.env.graph.nameDraw(call.env.path)}`
      return call.emit({ op: 'ramp', operands: [], attributes: { name, from, to, after, over } })
    },
  }),
  declareFunction('dynamic_average', {
    doc: 'Sum of loss terms, each weighed by how fast it fell over the last two epochs: those that fall slowly weigh more (dynamic weight average, Liu et al. 2019, eq. 7). The weights sum to the number of terms; in the first two epochs all are 1.',
    parameters: { temperature: float('Higher: the weights are more alike.', { default: 2, exclusiveMinimum: 0 }) },
    variadic: true,
    result: 'scalar',
    example: 'dynamic_average(head, mask, temperature = 2.0)',
    apply: ({ temperature }, call) => {
      const { env, tensors } = call
      const names = tensors.map(({ made }) => made?.name)
      const nameless = names.findIndex((name) => name === undefined || name.includes('.'))
      const operand = tensors[nameless]
      if (operand !== undefined && !env.abstract)
        return call.fail(typesDiagnostics.typeMismatch, operand.span, {
          what: `an operand of \`${call.rule.name}\``,
          expected: 'a binding of the loss, by its name',
          found: 'an expression',
          help: 'Bind the term to a name first: what each term was in the epochs before is known by its name.',
        })
      const terms = names.map((name) => name ?? '')
      const base = `weight.${env.graph.nameDraw(env.path)}`
      return tensors
        .map((tensor, term) => {
          const attributes = { name: `${base}.${names[term]}`, terms, term, temperature }
          const weight = call.emit({ op: 'dynamic_weight', operands: [], attributes })
          return call.emit({ op: 'mul', operands: [weight, tensor] })
        })
        .reduce((sum, term) => call.emit({ op: 'add', operands: [sum, term] }))
    },
  }),
]
