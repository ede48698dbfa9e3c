import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Span } from '../../source/span.js'
import type { TensorType } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import type { Interval } from '../primitives/intervals.js'
import type { PoisonedValue, Tensor, Value } from '../values/value.js'
import { declareFunction, float, tensor } from './declare.js'
import type { FunctionCall, FunctionRule } from './rule.js'

const x = tensor('A map, vector, value or scalar.')
const result = 'as x'

type UnaryOp = 'relu' | 'sigmoid' | 'tanh' | 'softplus' | 'exp' | 'log' | 'sqrt' | 'square' | 'abs'

/** Those that give the same bits everywhere: exponentials differ between versions of Node. */
const inSyntheses: ReadonlySet<UnaryOp> = new Set(['relu', 'sqrt', 'square', 'abs'])

/** `check`: what the call gives where the operand is refused. */
function unary(
  name: UnaryOp,
  doc: string,
  example: string,
  check: (call: FunctionCall, of: Tensor) => PoisonedValue | undefined = () => undefined,
): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x },
    result,
    example,
    where: inSyntheses.has(name) ? 'both' : 'model',
    apply: ({ x }, call) => check(call, x) ?? call.emit({ op: name, operands: [x], meaning: meaningAfter(name, x) }),
  })
}

function meaningAfter(name: UnaryOp, of: Tensor): TensorType['meaning'] {
  if (name === 'sigmoid') return 'probabilities'
  if (name === 'exp' && of.meaning === 'log_probabilities') return 'probabilities'
  if (name === 'log' && of.meaning === 'probabilities') return 'log_probabilities'
  return 'plain'
}

function refuseProbabilities(call: FunctionCall, of: Tensor): PoisonedValue | undefined {
  if (of.meaning !== 'probabilities' && of.meaning !== 'log_probabilities') return undefined
  return call.fail(tensorsDiagnostics.wrongMeaning, of.span, {
    callee: call.rule.name,
    expected: 'logits',
    found: of.meaning.replace('_', ' '),
    help: `Use it as it is, or give \`${call.rule.name}\` the logits.`,
  })
}

function nonFinite(call: FunctionCall, of: Tensor, why: string, help: string): void {
  const range = of.range ?? ([-Infinity, Infinity] as const)
  call.fail(tensorsDiagnostics.nonFinite, of.span, { callee: call.rule.name, why, range, help })
}

/** What nothing bounds can be anything; of an operand of a block that is checked on its own nothing is known. */
function knownRange(call: FunctionCall, of: Tensor): Interval | undefined {
  return of.range ?? (call.env.abstract ? undefined : [-Infinity, Infinity])
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
  unary('relu', 'max(x, 0).', 'relu(hidden)'),
  unary(
    'sigmoid',
    '1 / (1 + exp(-x)); its values are probabilities in [0, 1].',
    'sigmoid(hidden)',
    refuseProbabilities,
  ),
  unary('tanh', 'Hyperbolic tangent, in [-1, 1].', 'tanh(hidden)'),
  unary('softplus', 'log(1 + exp(x)).', 'softplus(hidden)'),
  unary('exp', 'Exponential.', 'exp(hidden)'),
  unary('log', 'Natural logarithm.', 'log(softplus(hidden))', checkLog),
  unary('sqrt', 'Square root.', 'sqrt(abs(hidden) + 1e-6)', checkSqrt),
  unary('square', 'x times x.', 'square(image - recon)'),
  unary('abs', 'Absolute value.', 'abs(image - recon)'),
  declareFunction('leaky_relu', {
    doc: 'x where it is positive, slope times x elsewhere.',
    parameters: { x, slope: float('Slope below 0.', { default: 0.01, minimum: 0 }) },
    result,
    example: 'leaky_relu(hidden, slope = 0.2)',
    apply: ({ x, slope }, call) => call.emit({ op: 'leaky_relu', operands: [x], attributes: { slope } }),
  }),
  declareFunction('clamp', {
    doc: 'x, with what is below `low` or above `high` set to these.',
    parameters: { x, low: float('Smallest value.'), high: float('Largest value, more than `low`.') },
    result,
    example: 'clamp(recon, low = 0.0, high = 1.0)',
    where: 'both',
    apply: ({ x, low, high }, call) => {
      if (low !== undefined && high !== undefined && high <= low)
        call.refuse(
          'high',
          `more than \`low\` (${low})`,
          String(high),
          high < low ? `low = ${high}, high = ${low}` : undefined,
        )
      const meaning = x.meaning === 'probabilities' ? 'probabilities' : 'plain'
      return call.emit({ op: 'clamp', operands: [x], attributes: { low, high }, meaning })
    },
  }),
  declareFunction('stop_gradient', {
    doc: 'x; no gradient passes.',
    parameters: { x },
    result,
    example: 'hidden * stop_gradient(hidden)',
    apply: ({ x }, call) => call.emit({ op: 'stop_gradient', operands: [x], meaning: x.meaning }),
  }),
  declareFunction('dropout', {
    doc: 'In training sets a share of the values to 0 and scales the rest by 1 / (1 - rate); elsewhere x itself.',
    parameters: { x, rate: float('Share that is dropped.', { minimum: 0, exclusiveMaximum: 1, usual: 0.5 }) },
    result,
    example: 'dropout(features, 0.1)',
    apply: ({ x, rate }, call) =>
      call.env.frozen ? x : call.emit({ op: 'dropout', operands: [x], attributes: { rate }, meaning: x.meaning }),
  }),
]

export function negate(of: Tensor, span: Span, env: Env): Value {
  const meaning = of.meaning === 'logits' ? 'logits' : 'plain'
  return env.graph.add({ op: 'neg', operands: [of], meaning }, { ...env, span })
}
