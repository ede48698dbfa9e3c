import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Tensor, Value } from '../values/value.js'
import { declareFunction, float, map, tensor, vector } from './declare.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels } from './rule.js'
import { failShapes } from './shapes.js'

const x = map('A map.')

/** One number an image says something of probabilities of one class, or of values that are none. */
function misread(name: string, x: Tensor, call: FunctionCall): Value | undefined {
  if (x.meaning === 'logits' || x.meaning === 'log_probabilities')
    return call.fail(tensorsDiagnostics.wrongMeaning, x.span, {
      callee: name,
      expected: 'probabilities',
      found: x.meaning.replace('_', ' '),
      help: `Choose the class first: \`${name}(softmax(x)[anomaly])\`.`,
    })
  if (x.meaning !== 'probabilities' || channels(x) !== 2) return undefined
  return failShapes(call, 'the probabilities of one class', [x], `Choose the class: \`${name}(x[anomaly])\`.`)
}

function overImage(name: 'image_max' | 'image_mean', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x },
    result: 'value',
    example: `${name}(softmax(seg.mask)[anomaly])`,
    where: 'both',
    apply: ({ x }, call) => misread(name, x, call) ?? call.emit({ op: name, operands: [x], meaning: x.meaning }),
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

function overChannels(name: 'channel_mean' | 'channel_sum' | 'channel_max', doc: string): FunctionRule {
  return declareFunction(name, {
    doc,
    parameters: { x },
    result: 'map [H, W, 1]',
    example: `${name}(hidden)`,
    apply: ({ x }, call) => call.emit({ op: name, operands: [x] }),
  })
}

export const reductionFunctions: readonly FunctionRule[] = [
  overImage('image_max', "Largest value of an image's map: one number an image."),
  overImage('image_mean', "Mean of an image's map: one number an image."),
  declareFunction('image_sum', {
    doc: "Sum over an image's map: one number an image.",
    parameters: { x },
    result: 'value',
    example: 'image_sum(softmax(seg.mask)[anomaly])',
    apply: ({ x }, call) => misread('image_sum', x, call) ?? call.emit({ op: 'image_sum', operands: [x] }),
  }),
  declareFunction('top_mean', {
    doc: "Mean of the largest values of an image's map: one number an image, less moved by one pixel than `image_max`.",
    parameters: {
      x,
      share: float('Share of the values that are taken, at least one of them.', {
        default: 0.01,
        exclusiveMinimum: 0,
        maximum: 1,
      }),
    },
    result: 'value',
    example: 'top_mean(softmax(seg.mask)[anomaly], share = 0.01)',
    apply: ({ x, share }, call) =>
      misread('top_mean', x, call) ??
      call.emit({ op: 'top_mean', operands: [x], attributes: { share }, meaning: x.meaning }),
  }),
  overChannels('channel_mean', 'Mean over the channels of each pixel.'),
  overChannels('channel_sum', 'Sum over the channels of each pixel.'),
  overChannels('channel_max', 'Largest channel of each pixel.'),
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
