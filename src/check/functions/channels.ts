import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { describeValue } from '../values/describe.js'
import type { Dim, Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import { hullInterval } from './intervals.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { anyTensor, channels } from './rule.js'
import { reportShapes } from './shapes.js'

function concat(call: FunctionCall): Value {
  const tensors = call.tensors
  const [first] = tensors
  invariant(first, 'concat has operands')
  const rank = first.shape.length
  const alike = tensors.every((tensor) => tensor.per === first.per && tensor.shape.length === rank)
  if (!alike || rank === 0) {
    const help = 'Join maps with maps, or vectors with vectors.'
    const rule = rank === 0 ? 'maps or vectors' : 'maps only or vectors only'
    return poison(call.span, reportShapes(call.env, call.span, 'concat', rule, tensors, help))
  }
  const sides: Dim[] = []
  for (let axis = 0; axis < rank - 1; axis++) {
    const sizes = tensors.map((tensor) => tensor.shape[axis]).filter((size) => size !== undefined)
    if (new Set(sizes).size > 1) {
      return poison(call.span, reportShapes(call.env, call.span, 'concat', 'maps of one height and width', tensors))
    }
    sides.push(sizes[0])
  }
  let total: Dim = 0
  for (const tensor of tensors) {
    const count = channels(tensor)
    total = total === undefined || count === undefined ? undefined : total + count
  }
  let range = first.range
  for (const tensor of tensors) range = hullInterval(range, tensor.range)
  const grid = tensors.find((tensor) => tensor.grid)?.grid
  return call.emit({ op: 'concat', operands: tensors, per: first.per, shape: [...sides, total], range, grid })
}

function softmax(call: FunctionCall): Value {
  const x = call.tensor('x')
  const { name } = call.rule
  if (x.shape.length === 0) {
    return poison(call.span, reportShapes(call.env, call.span, name, 'a map or a vector', [x]))
  }
  if (x.meaning === 'probabilities') {
    return poison(
      call.span,
      report(call.env, tensorsDiagnostics.wrongMeaning, x.span, {
        callee: name,
        expected: 'logits',
        found: 'probabilities',
        help:
          name === 'softmax'
            ? 'Use them as they are: a softmax has been taken already.'
            : 'Take `log` of them, or give the logits.',
      }),
    )
  }
  if (channels(x) === 1) {
    const help = 'Make two channels (normal, anomaly), or use `sigmoid`.'
    return poison(
      call.span,
      reportShapes(call.env, call.span, name, 'at least two channels (of one channel it is 1 everywhere)', [x], help),
    )
  }
  const isLog = name === 'log_softmax'
  return call.emit({
    op: isLog ? 'log_softmax' : 'softmax',
    operands: [x],
    per: x.per,
    shape: x.shape,
    meaning: isLog ? 'log_probabilities' : 'probabilities',
    range: isLog ? [-Infinity, 0] : [0, 1],
  })
}

/** `x[anomaly]` and `x[3]`: one channel of a map or vector. `name` is the class, where one was written. */
export function channel(x: Tensor, index: number, name: string | undefined, span: Span, env: Env, at = span): Value {
  const count = channels(x)
  if (x.shape.length === 0) {
    return poison(
      span,
      report(env, typesDiagnostics.typeMismatch, x.span, {
        what: 'what is indexed',
        expected: 'a list, map or vector',
        found: describeValue(x),
      }),
    )
  }
  if (name !== undefined && count !== undefined && count !== 2) {
    return poison(span, reportShapes(env, span, `[${name}]`, 'two channels (normal, anomaly)', [x]))
  }
  if (index < 0 || (count !== undefined && index >= count)) {
    const related = x.made === undefined ? [] : [{ span: x.made.span, label: `\`${x.made.name}\`` }]
    const facts = { index, length: count ?? 0, what: 'channel', of: describeValue(x) }
    return poison(span, report(env, typesDiagnostics.indexOutOfRange, at, facts, related))
  }
  return env.graph.add({
    op: 'slice_channels',
    operands: [x],
    attributes: { begin: index, count: 1 },
    per: x.per,
    shape: [...x.shape.slice(0, -1), 1],
    meaning: x.meaning,
    range: x.range,
    path: env.path,
    span,
  })
}

export const channelFunctions: readonly FunctionRule[] = [
  {
    name: 'concat',
    doc: 'Maps side by side in their channels, or vectors end to end.',
    parameters: [],
    variadic: true,
    apply: concat,
  },
  {
    name: 'softmax',
    doc: 'Probabilities of the channels from their logits.',
    parameters: [{ name: 'x', type: anyTensor, doc: 'Logits, a map or a vector.' }],
    apply: softmax,
  },
  {
    name: 'log_softmax',
    doc: 'Logarithms of the probabilities of the channels.',
    parameters: [{ name: 'x', type: anyTensor, doc: 'Logits, a map or a vector.' }],
    apply: softmax,
  },
]
