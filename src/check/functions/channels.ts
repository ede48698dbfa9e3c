import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { fail } from '../evaluation/env.js'
import { describeValue } from '../values/describe.js'
import type { Tensor, Value } from '../values/value.js'
import { declareFunction, tensor } from './declare.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels } from './rule.js'
import { failShapes, reportShapes } from './shapes.js'

function concat(call: FunctionCall): Value {
  const { tensors } = call
  const [first] = tensors
  invariant(first, 'concat has operands')
  const rank = first.shape.length
  const alike = tensors.every((tensor) => tensor.per === first.per && tensor.shape.length === rank)
  if (!alike || rank === 0) {
    const rule = rank === 0 ? 'maps or vectors' : 'maps only or vectors only'
    return failShapes(call, rule, tensors, 'Join maps with maps, or vectors with vectors.')
  }
  for (let axis = 0; axis < rank - 1; axis++) {
    const sizes = tensors.map((tensor) => tensor.shape[axis]).filter((size) => size !== undefined)
    if (new Set(sizes).size > 1) return failShapes(call, 'maps of one height and width', tensors)
  }
  return call.emit({ op: 'concat', operands: tensors })
}

function softmax(name: 'softmax' | 'log_softmax', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x: tensor('Logits, a map or a vector.') },
    result: 'as x',
    example: `${name}(seg.mask)`,
    apply: ({ x }, call) => {
      if (x.shape.length === 0) return failShapes(call, 'a map or a vector', [x], 'Use `sigmoid`.')
      if (x.meaning === 'probabilities')
        return call.fail(tensorsDiagnostics.wrongMeaning, x.span, {
          callee: name,
          expected: 'logits',
          found: 'probabilities',
          help:
            name === 'softmax'
              ? 'Use them as they are: a softmax has been taken already.'
              : 'Take `log` of them, or give the logits.',
        })
      if (channels(x) === 1) {
        const help = 'Make two channels (normal, anomaly), or use `sigmoid`.'
        return failShapes(call, 'at least two channels (of one channel it is 1 everywhere)', [x], help)
      }
      const meaning = name === 'softmax' ? 'probabilities' : 'log_probabilities'
      return call.emit({ op: name, operands: [x], meaning })
    },
  })
}

/** `x[anomaly]` and `x[3]`: one channel of a map or vector. `name` is the class, where one was written. */
export function channel(x: Tensor, index: number, name: string | undefined, span: Span, env: Env, at = span): Value {
  const count = channels(x)
  if (x.shape.length === 0) {
    const facts = { what: 'what is indexed', expected: 'a list, map or vector', found: describeValue(x) }
    return fail(env, typesDiagnostics.typeMismatch, x.span, facts)
  }
  if (name !== undefined && count !== undefined && count !== 2) {
    const help = `Give the channel's number, \`[${index}]\`, or make two channels with a \`conv2d\` of 2.`
    return reportShapes(env, span, `[${name}]`, 'two channels (normal, anomaly)', [x], help)
  }
  if (index < 0 || (count !== undefined && index >= count)) {
    const related = x.made === undefined ? [] : [{ span: x.made.span, label: `\`${x.made.name}\`` }]
    const facts = { index, length: count ?? 0, what: 'channel', of: describeValue(x) }
    return fail(env, typesDiagnostics.indexOutOfRange, at, facts, related)
  }
  const attributes = { begin: index, count: 1 }
  return env.graph.add({ op: 'slice_channels', operands: [x], attributes, meaning: x.meaning }, { ...env, span })
}

export const channelFunctions: readonly FunctionRule[] = [
  declareFunction('concat', {
    doc: 'Maps side by side in their channels, or vectors end to end; a list stands for its items.',
    parameters: {},
    variadic: true,
    result: 'map [H, W, sum of the channels] or vector [sum of the lengths]',
    example: 'concat(image, recon)',
    where: 'both',
    apply: (_args, call) => concat(call),
  }),
  softmax('softmax', 'Probabilities of the channels from their logits.'),
  softmax('log_softmax', 'Logarithms of the probabilities of the channels.'),
]
