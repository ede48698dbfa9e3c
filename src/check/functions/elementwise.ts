import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { TensorType } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import type { Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import type { Interval } from './intervals.js'
import { absInterval, maximumIntervals, minimumIntervals, negateInterval, squareInterval } from './intervals.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { aFloat, anyTensor } from './rule.js'

type Known = Interval | undefined
const x = { name: 'x', type: anyTensor, doc: 'A map, vector, value or scalar.' } as const

/** The smallest positive float32: exponentials are above 0, so that dividing by a learnt variance is no mistake. */
const smallest = 1.401298464324817e-45

type UnaryOp = 'relu' | 'sigmoid' | 'tanh' | 'softplus' | 'exp' | 'log' | 'sqrt' | 'square' | 'abs'

/** `range` is an interval where the values lie in it whatever the operand's are. */
function unary(
  name: UnaryOp,
  doc: string,
  range: Interval | ((of: Known) => Known),
  check: (call: FunctionCall, of: Tensor) => Diagnostic | undefined = () => undefined,
): FunctionRule {
  return {
    name,
    doc,
    parameters: [x],
    apply: (call) => {
      const of = call.tensor('x')
      const mistake = check(call, of)
      if (mistake !== undefined) return poison(call.span, mistake)
      return call.emit({
        op: name,
        operands: [of],
        per: of.per,
        shape: of.shape,
        meaning: meaningAfter(name, of),
        range: typeof range !== 'function' ? range : isOpen(call, of) ? undefined : range(of.range),
      })
    },
  }
}

function meaningAfter(name: UnaryOp, of: Tensor): TensorType['meaning'] {
  if (name === 'sigmoid') return 'probabilities'
  if (name === 'exp' && of.meaning === 'log_probabilities') return 'probabilities'
  if (name === 'log' && of.meaning === 'probabilities') return 'log_probabilities'
  return 'plain'
}

function refuseProbabilities(call: FunctionCall, of: Tensor): Diagnostic | undefined {
  if (of.meaning !== 'probabilities' && of.meaning !== 'log_probabilities') return undefined
  return report(call.env, tensorsDiagnostics.wrongMeaning, of.span, {
    callee: call.rule.name,
    expected: 'logits',
    found: of.meaning.replace('_', ' '),
    help: `Use it as it is, or give \`${call.rule.name}\` the logits.`,
  })
}

function nonFinite(call: FunctionCall, of: Tensor, why: string, help: string): void {
  report(call.env, tensorsDiagnostics.nonFinite, of.span, {
    callee: call.rule.name,
    why,
    range: of.range ?? [-Infinity, Infinity],
    help,
  })
}

/** Of an operand of a block that is checked on its own nothing is known, its sign neither: its range comes with the call. */
function isOpen({ env }: FunctionCall, of: Tensor): boolean {
  return env.abstract && of.range === undefined
}

/** What nothing bounds can be anything. */
function knownRange(call: FunctionCall, of: Tensor): Known {
  return of.range ?? (isOpen(call, of) ? undefined : [-Infinity, Infinity])
}

function checkLog(call: FunctionCall, of: Tensor): undefined {
  const range = knownRange(call, of)
  if (range === undefined || range[0] > 0) return
  const help =
    of.meaning === 'probabilities'
      ? 'Use `log_softmax`, or add a small number first.'
      : range[0] < 0
        ? '`clamp` it above 0, or take its `softplus`.'
        : 'Add a small number first, or `clamp` it above 0.'
  nonFinite(call, of, `0${range[0] < 0 ? ' and less' : ''} is`, help)
}

function checkSqrt(call: FunctionCall, of: Tensor): undefined {
  const range = knownRange(call, of)
  if (range === undefined || range[0] > 0) return
  if (range[0] < 0)
    nonFinite(call, of, 'less than 0 is', 'Take its `abs` and add a small number first: `sqrt(abs(x) + 1e-6)`.')
  else if (of.learned && !call.env.abstract)
    nonFinite(call, of, 'the slope is infinite at 0, which is', 'Add a small number first.')
}

export const elementwiseFunctions: readonly FunctionRule[] = [
  unary('relu', 'max(x, 0).', (of) => maximumIntervals(of, [0, 0])),
  unary('sigmoid', '1 / (1 + exp(-x)); its values are probabilities in [0, 1].', [0, 1], refuseProbabilities),
  unary('tanh', 'Hyperbolic tangent, in [-1, 1].', [-1, 1]),
  unary('softplus', 'log(1 + exp(x)).', [smallest, Infinity]),
  unary('exp', 'Exponential.', [smallest, Infinity]),
  unary('log', 'Natural logarithm.', (of) => (of && of[1] <= 1 ? [-Infinity, 0] : undefined), checkLog),
  unary(
    'sqrt',
    'Square root.',
    (of) => (of ? [Math.sqrt(Math.max(0, of[0])), Math.sqrt(Math.max(0, of[1]))] : [0, Infinity]),
    checkSqrt,
  ),
  unary('square', 'x times x.', squareInterval),
  unary('abs', 'Absolute value.', absInterval),
  {
    name: 'leaky_relu',
    doc: 'x where it is positive, slope times x elsewhere.',
    parameters: [x, { name: 'slope', type: aFloat, default: 0.01, doc: 'Slope below 0.' }],
    apply: (call) => {
      const of = call.tensor('x')
      const slope = call.bounded('slope', 'at least 0', (value) => value >= 0)
      const range = of.range && slope !== undefined ? leaky(of.range, slope) : undefined
      return call.emit({
        op: 'leaky_relu',
        operands: [of],
        attributes: { slope: slope ?? 0 },
        per: of.per,
        shape: of.shape,
        range,
      })
    },
  },
  {
    name: 'clamp',
    doc: 'x, with what is below `low` or above `high` set to these.',
    parameters: [
      x,
      { name: 'low', type: aFloat, doc: 'Smallest value.' },
      { name: 'high', type: aFloat, doc: 'Largest value.' },
    ],
    apply: (call) => {
      const of = call.tensor('x')
      const low = call.number('low')
      const high = call.bounded(
        'high',
        `more than \`low\` (${low ?? '?'})`,
        (value) => low === undefined || value > low,
      )
      const known = low !== undefined && high !== undefined && !isOpen(call, of)
      const range = known
        ? minimumIntervals(maximumIntervals(of.range ?? [-Infinity, Infinity], [low, low]) ?? [low, Infinity], [
            high,
            high,
          ])
        : undefined
      const meaning = of.meaning === 'probabilities' ? 'probabilities' : 'plain'
      return call.emit({
        op: 'clamp',
        operands: [of],
        attributes: { low: low ?? 0, high: high ?? 0 },
        per: of.per,
        shape: of.shape,
        meaning,
        range,
      })
    },
  },
  {
    name: 'stop_gradient',
    doc: 'x; no gradient passes.',
    parameters: [x],
    apply: (call) => {
      const of = call.tensor('x')
      return call.emit({
        op: 'stop_gradient',
        operands: [of],
        per: of.per,
        shape: of.shape,
        meaning: of.meaning,
        range: of.range,
        differentiable: false,
      })
    },
  },
  {
    name: 'dropout',
    doc: 'In training sets a share of the values to 0 and scales the rest by 1 / (1 - rate); elsewhere x itself.',
    parameters: [x, { name: 'rate', type: aFloat, doc: 'Share that is dropped, from 0 up to 1.' }],
    apply: (call) => {
      const of = call.tensor('x')
      const rate = call.bounded('rate', 'at least 0 and less than 1', (value) => value >= 0 && value < 1)
      const range = rate === 0 ? of.range : of.range && rate !== undefined ? scaledByDropout(of.range, rate) : undefined
      return call.emit({
        op: 'dropout',
        operands: [of],
        attributes: { rate: rate ?? 0 },
        per: of.per,
        shape: of.shape,
        meaning: of.meaning,
        range,
      })
    },
  },
]

function leaky([low, high]: Interval, slope: number): Interval {
  const at = (value: number): number => (value >= 0 ? value : slope === 0 ? 0 : value * slope)
  return slope <= 1 || low >= 0 || high <= 0 ? [at(low), at(high)] : [at(low), Math.max(at(high), 0)]
}

function scaledByDropout([low, high]: Interval, rate: number): Interval {
  return [Math.min(0, low / (1 - rate)), Math.max(0, high / (1 - rate))]
}

export function negate(of: Tensor, span: Span, env: Env): Value {
  const range = negateInterval(of.range)
  const meaning = of.meaning === 'logits' ? 'logits' : 'plain'
  return env.graph.add({
    op: 'neg',
    operands: [of],
    per: of.per,
    shape: of.shape,
    meaning,
    range,
    path: env.path,
    span,
  })
}
