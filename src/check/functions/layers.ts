import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Initializer } from '../checked.js'
import { report } from '../evaluation/env.js'
import type { ParameterSpec } from '../evaluation/graph.js'
import { kernelReach, windowCount } from '../primitives/shapes.js'
import { type InitializerWord, initializerEnum } from '../values/builtin-enums.js'
import { describePer, shapeText } from '../values/describe.js'
import type { Dim, Tensor } from '../values/value.js'
import { bool, declareFunction, float, inBoth, int, map, optional, sides, tensor, vector, word } from './declare.js'
import { biasInitializer, kernelInitializer } from './initializers.js'
import type { FunctionCall, FunctionRule } from './rule.js'
import { channels, coarser, height, width } from './rule.js'
import { failShapes } from './shapes.js'

/** At most 2^24: a size beyond it is a slip of the pen, and no machine holds it. */
const size = { minimum: 1, maximum: 16777216 }
const steps = { minimum: 1, maximum: 1024 }

const initialisation = {
  init: word(initializerEnum, 'How the kernel is initialised.', 'standard'),
  bias_init: word(initializerEnum, 'How the bias is initialised: standard, zero or normal.', 'standard'),
  deviation: float('Standard deviation for `normal`.', { default: 0.02, exclusiveMinimum: 0 }),
}

interface Initialisation {
  readonly init: InitializerWord | undefined
  readonly bias_init: InitializerWord | undefined
  readonly deviation: Dim
  readonly bias: boolean | undefined
}

/** Kernel and bias with their initial values; sizes that are not known yet give a placeholder that is never read. */
function weights(
  kernel: readonly Dim[],
  { init = 'standard', bias_init = 'standard', deviation = 0.02, bias }: Initialisation,
  call: FunctionCall<'bias_init'>,
): { readonly kernel: ParameterSpec; readonly bias?: ParameterSpec } {
  const known = kernel.filter((size) => size !== undefined)
  const area = known.slice(0, -2).reduce((product, size) => product * size, 1)
  const fans = { fanIn: area * (known.at(-2) ?? 1), fanOut: area * (known.at(-1) ?? 1) }
  const drawn = init === 'standard' ? call.env.deviation : undefined
  const initializer = drawn === undefined ? kernelInitializer(init, fans, deviation) : normal(0, drawn)
  const spec: ParameterSpec = { shape: kernel, initializer }
  if (bias === false) return { kernel: spec }
  if (bias_init.startsWith('xavier') || bias_init.startsWith('kaiming'))
    call.refuse('bias_init', '`standard`, `zero` or `normal`', `\`${bias_init}\``, 'bias_init = zero')
  return { kernel: spec, bias: { shape: [kernel.at(-1)], initializer: biasInitializer(bias_init, fans, deviation) } }
}

const normal = (mean: number, deviation: number): Initializer => ({ kind: 'normal', mean, deviation })

/** Of the zeros that keep a side, those before or after it. */
function halved(reach: Dim, round: (zeros: number) => number): Dim {
  return reach === undefined ? undefined : round((reach - 1) / 2)
}

/** The first batch norm over one value a channel in training; what makes it so makes the others so too. */
function reportSingleValue({ per, shape }: Tensor, { env, span }: FunctionCall): void {
  const { batch } = env.graph
  const pixels = per === 'pixel' ? shape.slice(0, 2) : []
  if (env.abstract || env.frozen || batch !== 1 || env.graph.hasSingleValueNorm || pixels.some((side) => side !== 1))
    return
  env.graph.hasSingleValueNorm = true
  const text = describePer(per, shape)
  report(env, tensorsDiagnostics.singleValueNorm, span, { batch, shape: text, path: env.path })
}

export const layerFunctions: readonly FunctionRule[] = [
  declareFunction('conv2d', {
    doc: 'Convolution. Without `padding` the map keeps its sides (divided by the stride).',
    parametric: true,
    parameters: {
      x: map('A map.'),
      channels: int('Channels of the result.', size),
      kernel: sides('Sides of the kernel.', { default: 3, ...steps }),
      stride: sides('Steps of the window.', { default: 1, ...steps }),
      padding: optional(
        sides('Zeros above and below, left and right; left out: as many as keep the sides.', {
          minimum: 0,
          maximum: 1024,
        }),
      ),
      dilation: sides("Distances between the kernel's points.", { default: 1, ...steps }),
      bias: bool('Whether a bias is added.', true),
      ...initialisation,
    },
    result: 'map [H / stride, W / stride, channels]',
    example: 'conv2d(image, 32, kernel = 5, stride = 2)',
    apply: ({ x, channels: count, kernel, stride, padding, dilation, ...initial }, call) => {
      const reach = inBoth((axis) => kernelReach(kernel[axis], dilation[axis]))
      const [above, left] = inBoth((axis) => (padding === null ? halved(reach[axis], Math.floor) : padding[axis]))
      const [below, right] = inBoth((axis) => (padding === null ? halved(reach[axis], Math.ceil) : padding[axis]))
      const [rows, columns] = [
        [height(x), reach[0], above, below, dilation[0]],
        [width(x), reach[1], left, right, dilation[1]],
      ] as const
      for (const [side, reach, before, after, dilation] of [rows, columns]) {
        const count = windowCount(side, reach, 1, before, after)
        if (count !== undefined && count < 1 && reach !== undefined && before !== undefined && after !== undefined)
          return call.fail(tensorsDiagnostics.mapTooSmall, call.span, {
            callee: 'conv2d',
            shape: shapeText(x.shape),
            needs: `at least ${reach - before - after} pixels a side for its kernel`,
            help: `Write \`kernel = ${Math.floor(((side ?? 1) + before + after - 1) / (dilation ?? 1)) + 1}\`, or leave out \`padding\`.`,
          })
      }
      return call.emit({
        op: 'conv2d',
        operands: [x],
        attributes: {
          kernel,
          strides: stride,
          padding: [above, below, left, right],
          dilations: dilation,
          use_bias: initial.bias,
        },
        parameters: weights([...kernel, channels(x), count], initial, call),
        grid: coarser(x, stride),
      })
    },
  }),
  declareFunction('dense', {
    doc: 'Dense layer.',
    parametric: true,
    parameters: {
      x: vector('A vector.'),
      size: int('Length of the result.', size),
      bias: bool('Whether a bias is added.', true),
      ...initialisation,
    },
    result: 'vector [size]',
    example: 'dense(features, 128, init = xavier_uniform, bias_init = zero)',
    apply: ({ x, size, ...initial }, call) =>
      call.emit({
        op: 'dense',
        operands: [x],
        attributes: { use_bias: initial.bias },
        parameters: weights([x.shape[0], size], initial, call),
      }),
  }),
  declareFunction('batch_norm', {
    doc: "Batch normalisation: the batch's statistics in training, the running ones elsewhere. running = (1 - momentum) running + momentum batch.",
    parametric: true,
    parameters: {
      x: tensor('A map or a vector.'),
      epsilon: float('Added to the variance.', { default: 1e-5, exclusiveMinimum: 0 }),
      momentum: float('Share of the batch in the running statistics.', { default: 0.1, minimum: 0, maximum: 1 }),
    },
    result: 'as x',
    example: 'batch_norm(hidden)',
    apply: ({ x, epsilon, momentum }, call) => {
      if (x.shape.length === 0) return failShapes(call, 'a map or a vector', [x], 'Leave out the `batch_norm`.')
      reportSingleValue(x, call)
      const { deviation } = call.env
      const filled = (value: number): ParameterSpec => ({
        shape: [channels(x)],
        initializer: { kind: 'constant', value },
      })
      return call.emit({
        op: 'batch_norm',
        operands: [x],
        attributes: { epsilon, momentum, frozen: call.env.frozen === true },
        parameters: {
          scale: deviation === undefined ? filled(1) : { ...filled(1), initializer: normal(1, deviation) },
          offset: filled(0),
          running_mean: filled(0),
          running_variance: filled(1),
        },
      })
    },
  }),
  declareFunction('learned', {
    doc: 'One learned number for the whole pipeline, for example the logarithm of a variance.',
    parametric: true,
    parameters: { value: float('Initial value.', { default: 0 }) },
    result: 'scalar',
    example: 'learned(value = 1.0)',
    apply: ({ value = 0 }, call) =>
      call.emit({
        op: 'learned',
        operands: [],
        parameters: { value: { shape: [], initializer: { kind: 'constant', value } } },
      }),
  }),
]
