import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { report } from '../evaluation/env.js'
import type { ParameterSpec } from '../evaluation/graph.js'
import { initializerEnum } from '../values/builtin-enums.js'
import { shapeText } from '../values/describe.js'
import type { Dim, Tensor, Value } from '../values/value.js'
import { poison } from '../values/value.js'
import { biasInitializer, kernelInitializer } from './initializers.js'
import type { FunctionCall, FunctionParameter, FunctionRule } from './rule.js'
import {
  aFloat,
  anInt,
  anyMap,
  anyTensor,
  channels,
  height,
  largestSize,
  positiveInteger,
  positiveText,
  width,
} from './rule.js'
import { reportShapes } from './shapes.js'

const initialisation: readonly FunctionParameter[] = [
  {
    name: 'init',
    type: { kind: 'enum', declaration: initializerEnum },
    default: 'standard',
    doc: 'How the kernel is initialised.',
  },
  {
    name: 'bias_init',
    type: { kind: 'enum', declaration: initializerEnum },
    default: 'standard',
    doc: 'How the bias is initialised: standard, zero or normal.',
  },
  { name: 'deviation', type: aFloat, default: 0.02, doc: 'Standard deviation for `normal`.' },
]

/** Kernel and bias with their initial values; sizes that are not known yet give a placeholder that is never read. */
function weights(call: FunctionCall, kernel: readonly Dim[], useBias: boolean): readonly ParameterSpec[] {
  const known = kernel.filter((size) => size !== undefined)
  const area = known.slice(0, -2).reduce((product, size) => product * size, 1)
  const fans = { fanIn: area * (known.at(-2) ?? 1), fanOut: area * (known.at(-1) ?? 1) }
  const deviation = call.bounded('deviation', 'more than 0', (value) => value > 0) ?? 0.02
  const kernelSpec: ParameterSpec = {
    name: `${call.env.path}.kernel`,
    kind: 'weight',
    shape: kernel,
    initializer: kernelInitializer(call.word('init') ?? 'standard', fans, deviation),
  }
  if (!useBias) return [kernelSpec]
  const word = call.word('bias_init') ?? 'standard'
  if (word.startsWith('xavier') || word.startsWith('kaiming')) {
    const must = '`standard`, `zero` or `normal`'
    report(call.env, tensorsDiagnostics.attribute, call.spanOf('bias_init'), {
      callee: call.rule.name,
      name: 'bias_init',
      must,
      found: `\`${word}\``,
    })
  }
  const bias: ParameterSpec = {
    name: `${call.env.path}.bias`,
    kind: 'weight',
    shape: [kernel.at(-1)],
    initializer: biasInitializer(word, fans, deviation),
  }
  return [kernelSpec, bias]
}

function conv2d(call: FunctionCall): Value {
  const x = call.tensor('x')
  const count = call.bounded('channels', positiveText, positiveInteger)
  const kernel = call.bounded('kernel', 'an integer between 1 and 1024', (value) => value >= 1 && value <= 1024)
  const stride = call.bounded('stride', 'an integer between 1 and 1024', (value) => value >= 1 && value <= 1024)
  const dilation = call.bounded('dilation', 'an integer between 1 and 1024', (value) => value >= 1 && value <= 1024)
  const given = call.has('padding')
    ? call.bounded('padding', 'an integer between 0 and 1024', (value) => value >= 0 && value <= 1024)
    : undefined
  const reach = kernel === undefined || dilation === undefined ? undefined : dilation * (kernel - 1)
  const before = call.has('padding') ? given : reach === undefined ? undefined : Math.floor(reach / 2)
  const after = call.has('padding') ? given : reach === undefined || before === undefined ? undefined : reach - before
  const sides: Dim[] = []
  for (const size of [height(x), width(x)]) {
    if (
      size === undefined ||
      reach === undefined ||
      before === undefined ||
      after === undefined ||
      stride === undefined
    )
      sides.push(undefined)
    else {
      const room = size + before + after - reach - 1
      if (room < 0) {
        return poison(
          call.span,
          report(call.env, tensorsDiagnostics.mapTooSmall, call.span, {
            callee: 'conv2d',
            shape: shapeText(x.shape),
            needs: `at least ${reach + 1 - before - after} pixels a side for its kernel`,
          }),
        )
      }
      sides.push(Math.floor(room / stride) + 1)
    }
  }
  const useBias = call.boolean('bias') ?? true
  const grid =
    x.grid && stride !== undefined
      ? { ...x.grid, downHeight: x.grid.downHeight * stride, downWidth: x.grid.downWidth * stride }
      : x.grid
  return call.emit({
    op: 'conv2d',
    operands: [x],
    attributes: {
      kernel: [kernel ?? 0, kernel ?? 0],
      strides: [stride ?? 0, stride ?? 0],
      padding: [before ?? 0, after ?? 0, before ?? 0, after ?? 0],
      dilations: [dilation ?? 0, dilation ?? 0],
      use_bias: useBias,
    },
    parameters: weights(call, [kernel, kernel, channels(x), count], useBias),
    per: 'pixel',
    shape: [sides[0], sides[1], count],
    grid,
  })
}

function dense(call: FunctionCall): Value {
  const x = call.tensor('x')
  const size = call.bounded('size', positiveText, positiveInteger)
  const useBias = call.boolean('bias') ?? true
  const parameters = weights(call, [x.shape[0], size], useBias)
  return call.emit({
    op: 'dense',
    operands: [x],
    attributes: { use_bias: useBias },
    parameters,
    per: 'image',
    shape: [size],
  })
}

function batchNorm(call: FunctionCall): Value {
  const x = call.tensor('x')
  if (x.shape.length === 0) {
    return poison(call.span, reportShapes(call.env, call.span, 'batch_norm', 'a map or a vector', [x]))
  }
  const epsilon = call.bounded('epsilon', 'more than 0', (value) => value > 0)
  const momentum = call.bounded('momentum', 'between 0 and 1', (value) => value >= 0 && value <= 1)
  const shape = [channels(x)]
  const parameter = (name: string, kind: ParameterSpec['kind'], value: number): ParameterSpec => ({
    name: `${call.env.path}.${name}`,
    kind,
    shape,
    initializer: { kind: 'constant', value },
  })
  return call.emit({
    op: 'batch_norm',
    operands: [x],
    attributes: { epsilon: epsilon ?? 0, momentum: momentum ?? 0 },
    parameters: [
      parameter('scale', 'weight', 1),
      parameter('offset', 'weight', 0),
      parameter('running_mean', 'statistic', 0),
      parameter('running_variance', 'statistic', 1),
    ],
    per: x.per,
    shape: x.shape,
  })
}

function learned(call: FunctionCall): Tensor {
  const value = call.number('value') ?? 0
  const parameters: readonly ParameterSpec[] = [
    { name: `${call.env.path}.value`, kind: 'weight', shape: [], initializer: { kind: 'constant', value } },
  ]
  return call.emit({ op: 'learned', operands: [], parameters, per: 'batch', shape: [] })
}

export const layerFunctions: readonly FunctionRule[] = [
  {
    name: 'conv2d',
    doc: 'Convolution. Without `padding` the map keeps its sides (divided by the stride).',
    parametric: true,
    parameters: [
      { name: 'x', type: anyMap, doc: 'A map.' },
      { name: 'channels', type: anInt, doc: `Channels of the result, up to ${largestSize}.` },
      { name: 'kernel', type: anInt, default: 3, doc: 'Side of the kernel.' },
      { name: 'stride', type: anInt, default: 1, doc: 'Step of the window.' },
      {
        name: 'padding',
        type: anInt,
        default: 'none',
        doc: 'Zeros around the map; left out: as many as keep its sides.',
      },
      { name: 'dilation', type: anInt, default: 1, doc: "Distance between the kernel's points." },
      { name: 'bias', type: { kind: 'bool' }, default: true, doc: 'Whether a bias is added.' },
      ...initialisation,
    ],
    apply: conv2d,
  },
  {
    name: 'dense',
    doc: 'Dense layer.',
    parametric: true,
    parameters: [
      { name: 'x', type: { kind: 'vector' }, doc: 'A vector.' },
      { name: 'size', type: anInt, doc: 'Length of the result.' },
      { name: 'bias', type: { kind: 'bool' }, default: true, doc: 'Whether a bias is added.' },
      ...initialisation,
    ],
    apply: dense,
  },
  {
    name: 'batch_norm',
    doc: "Batch normalisation: the batch's statistics in training, the running ones elsewhere. running = (1 - momentum) running + momentum batch.",
    parametric: true,
    parameters: [
      { name: 'x', type: anyTensor, doc: 'A map or a vector.' },
      { name: 'epsilon', type: aFloat, default: 1e-5, doc: 'Added to the variance.' },
      { name: 'momentum', type: aFloat, default: 0.1, doc: 'Share of the batch in the running statistics.' },
    ],
    apply: batchNorm,
  },
  {
    name: 'learned',
    doc: 'One learnt number for the whole pipeline, for example the logarithm of a variance.',
    parametric: true,
    parameters: [{ name: 'value', type: aFloat, default: 0, doc: 'Initial value.' }],
    apply: learned,
  },
]
