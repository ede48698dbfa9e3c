import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { report } from '../evaluation/env.js'
import type { Dim, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { anyMap, anyTensor, channels } from './rule.js'
import { reportShapes } from './shapes.js'

const map = [{ name: 'x', type: anyMap, doc: 'A map.' }] as const

function overImage(name: 'image_max' | 'image_mean', doc: string): FunctionRule {
  return {
    name,
    doc,
    parameters: map,
    apply: (call) => {
      const x = call.tensor('x')
      if (x.meaning === 'logits' || x.meaning === 'log_probabilities') {
        return poison(
          call.span,
          report(call.env, tensorsDiagnostics.wrongMeaning, x.span, {
            callee: name,
            expected: 'probabilities',
            found: x.meaning.replace('_', ' '),
            help: `Choose the class first: \`${name}(softmax(x)[anomaly])\`.`,
          }),
        )
      }
      if (x.meaning === 'probabilities' && channels(x) === 2) {
        const help = `Choose the class: \`${name}(x[anomaly])\`.`
        return poison(call.span, reportShapes(call.env, call.span, name, 'the probabilities of one class', [x], help))
      }
      return call.emit({ op: name, operands: [x], per: 'image', shape: [], meaning: x.meaning, range: x.range })
    },
  }
}

function flatten(call: FunctionCall): Value {
  const x = call.tensor('x')
  let length: Dim = 1
  for (const size of x.shape) length = length === undefined || size === undefined ? undefined : length * size
  return call.emit({ op: 'flatten', operands: [x], per: 'image', shape: [length], meaning: 'plain', range: x.range })
}

function squeeze(call: FunctionCall): Value {
  const x = call.tensor('x')
  if (channels(x) !== undefined && channels(x) !== 1) {
    return poison(
      call.span,
      reportShapes(call.env, call.span, 'squeeze', 'a vector of length 1', [x], 'Make it with `dense(x, 1)`.'),
    )
  }
  return call.emit({ op: 'squeeze', operands: [x], per: 'image', shape: [], meaning: x.meaning, range: x.range })
}

export const reductionFunctions: readonly FunctionRule[] = [
  overImage('image_max', "Largest value of an image's map: one number an image."),
  overImage('image_mean', "Mean of an image's map: one number an image."),
  {
    name: 'global_average_pool',
    doc: 'Mean of each channel of a map.',
    parameters: map,
    apply: (call) => {
      const x = call.tensor('x')
      return call.emit({
        op: 'global_average_pool',
        operands: [x],
        per: 'image',
        shape: [channels(x)],
        meaning: 'plain',
        range: x.range,
      })
    },
  },
  {
    name: 'global_max_pool',
    doc: 'Largest value of each channel of a map.',
    parameters: map,
    apply: (call) => {
      const x = call.tensor('x')
      return call.emit({
        op: 'global_max_pool',
        operands: [x],
        per: 'image',
        shape: [channels(x)],
        meaning: 'plain',
        range: x.range,
      })
    },
  },
  { name: 'flatten', doc: 'All values of a map as a vector.', parameters: map, apply: flatten },
  {
    name: 'squeeze',
    doc: 'A vector of length 1 as one number an image.',
    parameters: [{ name: 'x', type: { kind: 'vector' }, doc: 'A vector of length 1.' }],
    apply: squeeze,
  },
  {
    name: 'mean',
    doc: 'Mean over everything: one number a batch.',
    parameters: [{ name: 'x', type: anyTensor, doc: 'A map, vector or value.' }],
    apply: (call) => {
      const x = call.tensor('x')
      return call.emit({ op: 'mean', operands: [x], per: 'batch', shape: [], meaning: 'plain', range: x.range })
    },
  },
]
