import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { declareFunction, map, tensor, vector } from './declare.js'
import type { FunctionRule } from './rule.js'
import { channels } from './rule.js'
import { failShapes } from './shapes.js'

const x = map('A map.')

function overImage(name: 'image_max' | 'image_mean', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x },
    result: 'value',
    example: `${name}(softmax(seg.mask)[anomaly])`,
    where: 'both',
    apply: ({ x }, call) => {
      if (x.meaning === 'logits' || x.meaning === 'log_probabilities')
        return call.fail(tensorsDiagnostics.wrongMeaning, x.span, {
          callee: name,
          expected: 'probabilities',
          found: x.meaning.replace('_', ' '),
          help: `Choose the class first: \`${name}(softmax(x)[anomaly])\`.`,
        })
      if (x.meaning === 'probabilities' && channels(x) === 2) {
        const help = `Choose the class: \`${name}(x[anomaly])\`.`
        return failShapes(call, 'the probabilities of one class', [x], help)
      }
      return call.emit({ op: name, operands: [x], meaning: x.meaning })
    },
  })
}

function overPixels(name: 'global_average_pool' | 'global_max_pool', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x },
    result: 'vector [C]',
    example: `${name}(hidden)`,
    apply: ({ x }, call) => call.emit({ op: name, operands: [x] }),
  })
}

export const reductionFunctions: readonly FunctionRule[] = [
  overImage('image_max', "Largest value of an image's map: one number an image."),
  overImage('image_mean', "Mean of an image's map: one number an image."),
  overPixels('global_average_pool', 'Mean of each channel of a map.'),
  overPixels('global_max_pool', 'Largest value of each channel of a map.'),
  declareFunction('flatten', {
    doc: 'All values of a map as a vector.',
    parameters: { x },
    result: 'vector [H W C]',
    example: 'flatten(hidden)',
    apply: ({ x }, call) => call.emit({ op: 'flatten', operands: [x] }),
  }),
  declareFunction('squeeze', {
    doc: 'A vector of length 1 as one number an image.',
    parameters: { x: vector('A vector of length 1.') },
    result: 'value',
    example: 'squeeze(dense(features, 1))',
    apply: ({ x }, call) =>
      channels(x) === undefined || channels(x) === 1
        ? call.emit({ op: 'squeeze', operands: [x], meaning: x.meaning })
        : failShapes(call, 'a vector of length 1', [x], 'Make it with `dense(x, 1)`.'),
  }),
  declareFunction('mean', {
    doc: 'Mean over everything: one number a batch.',
    parameters: { x: tensor('A map, vector or value.') },
    result: 'scalar',
    example: 'mean(square(hidden))',
    apply: ({ x }, call) => call.emit({ op: 'mean', operands: [x] }),
  }),
]
