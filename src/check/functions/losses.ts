import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { report } from '../evaluation/env.js'
import { numberText, tensorName } from '../values/describe.js'
import type { Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import type { Interval } from './intervals.js'
import { absInterval, squareInterval, subIntervals } from './intervals.js'
import { checkLabelReach } from './label-reach.js'
import type { FunctionCall, FunctionParameter, FunctionRule } from './rule.js'
import { aFloat, anInt, anyMap, anyTensor, channels } from './rule.js'
import { reportShapes } from './shapes.js'

type Known = Interval | undefined

/** A loss of which no operand has weights behind it trains nothing. Blocks are judged where they are called. */
function reachesWeights(call: FunctionCall, operands: readonly Tensor[]): void {
  if (call.env.abstract || operands.some((operand) => operand.learned)) return
  report(call.env, tensorsDiagnostics.termWithoutParameter, call.span, { term: `\`${call.rule.name}\`` })
}

function differentShapes(call: FunctionCall, a: Tensor, b: Tensor): Diagnostic | undefined {
  const same =
    a.per === b.per &&
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => size === b.shape[axis] || size === undefined || b.shape[axis] === undefined)
  const help = a.per === b.per ? undefined : 'Compare a map with a map, and one number an image with another.'
  return same ? undefined : reportShapes(call.env, call.span, call.rule.name, 'two operands of one shape', [a, b], help)
}

function distance(name: string, op: 'l1' | 'l2', doc: string): FunctionRule {
  const power = op === 'l1' ? absInterval : squareInterval
  return {
    name,
    doc,
    parameters: pair,
    apply: (call) => compare(call, op, {}, (a, b) => power(subIntervals(a, b))),
  }
}

function compare(
  call: FunctionCall,
  op: 'l1' | 'l2' | 'smooth_l1',
  attributes: Record<string, number>,
  range: (a: Known, b: Known) => Known,
): Value {
  const [a, b] = [call.tensor('a'), call.tensor('b')]
  const mistake = differentShapes(call, a, b)
  if (mistake !== undefined) return poison(call.span, mistake)
  checkLabelReach(call.env, call.rule.name, a, b)
  reachesWeights(call, [a, b])
  return call.emit({
    op,
    operands: [a, b],
    attributes,
    per: 'batch',
    shape: [],
    range: range(a.range, b.range),
    label: false,
  })
}

const pair: readonly FunctionParameter[] = [
  { name: 'a', type: anyTensor, doc: 'Prediction.' },
  { name: 'b', type: anyTensor, doc: 'Label, of the same shape.' },
]

function ssim(call: FunctionCall): Value {
  const [a, b] = [call.tensor('a'), call.tensor('b')]
  const mistake = differentShapes(call, a, b)
  if (mistake !== undefined) return poison(call.span, mistake)
  reachesWeights(call, [a, b])
  const window = call.bounded(
    'window',
    'an odd integer between 3 and 255',
    (value) => value >= 3 && value <= 255 && value % 2 === 1,
  )
  const sigma = call.bounded('sigma', 'more than 0', (value) => value > 0)
  const smallest = Math.min(...a.shape.slice(0, 2).map((size) => size ?? Infinity))
  if (window !== undefined && (window + 1) / 2 > smallest) {
    const needs = `maps of at least ${(window + 1) / 2} pixels a side for a window of ${window}`
    return poison(
      call.span,
      report(call.env, tensorsDiagnostics.mapTooSmall, call.span, {
        callee: 'ssim',
        shape: `${a.shape.slice(0, 2).join('x')}`,
        needs,
      }),
    )
  }
  return call.emit({
    op: 'ssim',
    operands: [a, b],
    attributes: { window: window ?? 0, sigma: sigma ?? 0 },
    per: 'batch',
    shape: [],
    range: [0, 1],
    label: false,
  })
}

/** Logits of two channels and a mask of one, over the same pixels. */
function notClassified(call: FunctionCall, logits: Tensor, mask: Tensor): Diagnostic | undefined {
  const { name } = call.rule
  if (logits.meaning === 'probabilities' || logits.meaning === 'log_probabilities') {
    return report(call.env, tensorsDiagnostics.wrongMeaning, logits.span, {
      callee: name,
      expected: 'logits',
      found: logits.meaning.replace('_', ' '),
      help: `Give \`${name}\` what comes before the softmax: it takes the softmax itself.`,
    })
  }
  if (channels(logits) !== undefined && channels(logits) !== 2) {
    const isSwapped = logits.label && !mask.label
    const help = isSwapped ? `Give the logits first, then the mask: \`${name}(logits, mask)\`.` : undefined
    return reportShapes(call.env, call.span, name, 'logits of two channels (normal, anomaly)', [logits], help)
  }
  const agrees = [0, 1].every((axis) => {
    const [size, other] = [logits.shape[axis], mask.shape[axis]]
    return size === other || size === undefined || other === undefined
  })
  if (!agrees || (channels(mask) !== undefined && channels(mask) !== 1)) {
    return reportShapes(call.env, call.span, name, 'a mask of one channel with the height and width of the logits', [
      logits,
      mask,
    ])
  }
  if (mask.range && (mask.range[0] < 0 || mask.range[1] > 1)) {
    return report(call.env, tensorsDiagnostics.wrongMeaning, mask.span, {
      callee: name,
      expected: 'a mask in [0, 1]',
      found: `${tensorName(mask, 'a map')} in [${mask.range[0]}, ${mask.range[1]}]`,
      help: 'Give it `fault_mask`.',
    })
  }
  return undefined
}

function classWeights(call: FunctionCall): readonly number[] {
  if (!call.has('alpha')) return [1, 1]
  const alpha = call.bounded('alpha', 'between 0 and 1', (value) => value >= 0 && value <= 1)
  if (alpha === undefined) return [1, 1]
  const weights = [1 - alpha, alpha]
  for (const [index, weight] of weights.entries()) {
    if (weight !== 0) continue
    report(call.env, typesDiagnostics.zeroClassWeight, call.spanOf('alpha'), {
      callee: call.rule.name,
      className: index === 0 ? 'normal' : 'anomaly',
      weights: `[${weights.map((value) => numberText(value, true)).join(', ')}]`,
    })
  }
  return weights
}

function classification(
  name: 'focal' | 'cross_entropy',
  doc: string,
  more: readonly FunctionParameter[],
  last: readonly FunctionParameter[] = [],
): FunctionRule {
  return {
    name,
    doc,
    parameters: [
      { name: 'logits', type: anyMap, doc: 'Logits of the classes normal and anomaly.' },
      { name: 'mask', type: anyMap, doc: '1 where there is a fault, 0 elsewhere.' },
      ...more,
      {
        name: 'alpha',
        type: aFloat,
        default: 'none',
        doc: 'Weighs the classes [1 - alpha, alpha]; left out, both weigh 1.',
      },
      ...last,
    ],
    apply: (call) => {
      const [logits, mask] = [call.tensor('logits'), call.tensor('mask')]
      const mistake = notClassified(call, logits, mask)
      if (mistake !== undefined) return poison(call.span, mistake)
      reachesWeights(call, [logits])
      const weights = { class_weights: classWeights(call) }
      const gamma = call.bounded('gamma', 'between 0 and 10', (value) => value >= 0 && value <= 10)
      const attributes =
        name === 'focal'
          ? { gamma: gamma ?? 0, ...weights, divide_by_classes: call.boolean('divide_by_classes') ?? false }
          : weights
      return call.emit({
        op: name,
        operands: [logits, mask],
        attributes,
        per: 'batch',
        shape: [],
        range: [0, Infinity],
        label: false,
      })
    },
  }
}

export const lossFunctions: readonly FunctionRule[] = [
  distance('l1', 'l1', 'Mean of |a - b|.'),
  distance('l2', 'l2', 'Mean of (a - b)^2.'),
  distance('mae', 'l1', 'Mean absolute error: mean of |a - b|.'),
  distance('mse', 'l2', 'Mean squared error: mean of (a - b)^2.'),
  {
    name: 'smooth_l1',
    doc: 'Mean of (a - b)^2 / (2 beta) where |a - b| < beta, of |a - b| - beta / 2 elsewhere.',
    parameters: [...pair, { name: 'beta', type: aFloat, default: 1, doc: 'Where the square becomes a line.' }],
    apply: (call) => {
      const beta = call.bounded('beta', 'more than 0', (value) => value > 0)
      return compare(call, 'smooth_l1', { beta: beta ?? 0 }, () => [0, Infinity])
    },
  },
  {
    name: 'ssim',
    doc: 'Mean of clamp((1 - SSIM) / 2, 0, 1), Gaussian window, reflected borders (Wang et al. 2004).',
    parameters: [
      { name: 'a', type: anyMap, doc: 'Prediction.' },
      { name: 'b', type: anyMap, doc: 'Label, of the same shape.' },
      { name: 'window', type: anInt, default: 11, doc: 'Side of the window.' },
      { name: 'sigma', type: aFloat, default: 1.5, doc: 'Standard deviation of the window.' },
    ],
    apply: ssim,
  },
  classification(
    'focal',
    'Mean over pixels of -(1 - p)^gamma log p of the true class, weighed by class (Lin et al. 2017).',
    [{ name: 'gamma', type: aFloat, default: 2, doc: 'How much easy pixels are passed over.' }],
    [
      {
        name: 'divide_by_classes',
        type: { kind: 'bool' },
        default: false,
        doc: 'Divide by the number of classes as well, as the mean of kornia does.',
      },
    ],
  ),
  classification('cross_entropy', 'Mean over pixels of -log p of the true class, weighed by class.', []),
]
