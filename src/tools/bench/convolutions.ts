import { invariant } from '../../diagnostics/invariant.js'
import { FunctionBuilder } from '../../ir/builder.js'
import type { IrModule, StateVariable } from '../../ir/types.js'
import { rewriteConvolutions } from '../../passes/winograd/winograd.js'
import { RandomStream } from '../../random/stream.js'
import { targets } from '../../targets/registry.js'
import type { EngineBinding } from '../../train/engine-binding.js'
import { type EngineSession, openSession } from '../../train/session.js'
import { inTemporaryDirectory, median } from './support.js'

interface Measured {
  readonly milliseconds: number
  /** Root of the mean square error of sampled results, as a part of the root of their mean square. */
  readonly error: number
}

export interface ConvolutionResult {
  readonly name: string
  readonly direct: Measured
  readonly rewritten: Measured
}

const ops = ['conv2d', 'conv2d_input_grad', 'conv2d_filter_grad'] as const
type ConvolutionOp = (typeof ops)[number]

interface Shape {
  readonly batch: number
  readonly side: number
  readonly inputs: number
  readonly outputs: number
}

/** Those of the full-size model at batch 2, and some of widths 32/16 at batch 4. */
const shapes: readonly Shape[] = [
  [2, 128, 128, 128],
  [2, 64, 128, 256],
  [2, 64, 256, 128],
  [2, 64, 256, 256],
  [2, 32, 384, 128],
  [2, 32, 512, 512],
  [2, 16, 768, 256],
  [2, 16, 1024, 1024],
  [2, 8, 1024, 1024],
  [4, 32, 128, 128],
  [4, 16, 256, 256],
].map(([batch = 0, side = 0, inputs = 0, outputs = 0]) => ({ batch, side, inputs, outputs }))

/** Each 3 x 3 convolution and its gradients by their definition and by minimal filtering, in turn: what the pass decides by. */
export function measureConvolutions(engine: EngineBinding): readonly ConvolutionResult[] {
  return shapes.flatMap((shape) => ops.map((op) => measure(shape, op, engine)))
}

function measure(shape: Shape, op: ConvolutionOp, engine: EngineBinding): ConvolutionResult {
  const module = convolutionModule(shape, op)
  const open = (made: IrModule): EngineSession => {
    const { files, functions, state } = targets.tensorflow.emit(made, 'cpu')
    return inTemporaryDirectory(files, (directory) => openSession(directory, { functions, state }, engine))
  }
  const sessions = [module, rewriteConvolutions(module, () => true).module].map(open)
  const operands = randomOperands(shape, op)
  const exact = sampled(shape, op, operands)
  const errors = sessions.map((session) => {
    session.setState(Object.entries(operands).map(([name, values]) => ({ name, values })))
    const { result = [] } = session.run('whole', {})
    return relativeError(exact, result)
  })
  const times = sessions.map((): number[] => [])
  for (let round = 0; round < 8; round++) {
    for (const [index, session] of sessions.entries()) {
      const start = performance.now()
      session.run('corner', {})
      if (round > 0) times[index]?.push(performance.now() - start)
    }
  }
  for (const session of sessions) session.close()
  const of = (index: number): Measured => ({
    milliseconds: median(times[index] ?? []),
    error: errors[index] ?? Number.NaN,
  })
  const { batch, side, inputs, outputs } = shape
  return { name: `${op} ${batch} x ${side} x ${side}, ${inputs} to ${outputs}`, direct: of(0), rewritten: of(1) }
}

function shapesOf({ batch, side, inputs, outputs }: Shape) {
  return {
    x: [batch, side, side, inputs],
    dy: [batch, side, side, outputs],
    kernel: [3, 3, inputs, outputs],
  } as const
}

const operandsOf = {
  conv2d: ['x', 'kernel'],
  conv2d_input_grad: ['kernel', 'dy'],
  conv2d_filter_grad: ['x', 'dy'],
} as const

/** `whole` gives the result, `corner` one value of it; operands are state: nothing is copied in or out. */
function convolutionModule(shape: Shape, op: ConvolutionOp): IrModule {
  const all = shapesOf(shape)
  const state = operandsOf[op].map(
    (name): StateVariable => ({ name, kind: 'weight', type: { dtype: 'f32', shape: all[name] } }),
  )
  const build = (name: string) => {
    const builder = new FunctionBuilder(name, state)
    const values = operandsOf[op].map((operand) => builder.read(operand))
    const result = builder.one(op, values, {
      strides: [1, 1],
      padding: [1, 1, 1, 1],
      dilations: [1, 1],
      ...(op === 'conv2d_input_grad' ? { input_shape: all.x } : {}),
      ...(op === 'conv2d_filter_grad' ? { kernel_shape: all.kernel } : {}),
    })
    const whole = name === 'whole'
    builder.output(
      'result',
      whole ? result : builder.one('slice', [result], { begin: [0, 0, 0, 0], size: [1, 1, 1, 1] }),
    )
    return builder.build()
  }
  return { name: 'convolution', state, functions: [build('whole'), build('corner')] }
}

/** Uniform in [-1, 1). */
function randomOperands(shape: Shape, op: ConvolutionOp): Readonly<Record<string, Float32Array>> {
  const all = shapesOf(shape)
  return Object.fromEntries(
    operandsOf[op].map((name, index) => {
      const stream = new RandomStream('0123456789abcdef', 0, index)
      return [name, Float32Array.from({ length: product(all[name]) }, () => stream.uniform(-1, 1))]
    }),
  )
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, side) => size * side, 1)
}

/** Some of the results by their place, summed in float64. */
function sampled(
  { batch, side, inputs, outputs }: Shape,
  op: ConvolutionOp,
  given: Readonly<Record<string, Float32Array>>,
): ReadonlyMap<number, number> {
  const operand = (name: 'x' | 'dy' | 'kernel', index: number) => given[name]?.[index] ?? 0
  const pixel = (image: number, row: number, column: number) => (image * side + row) * side + column
  const isInside = (row: number, column: number) => row >= 0 && column >= 0 && row < side && column < side
  const weight = (row: number, column: number, from: number, to: number) =>
    operand('kernel', ((row * 3 + column) * inputs + from) * outputs + to)
  const found = new Map<number, number>()
  const taps = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => [row, column] as const))
  for (let sample = 0; sample < 100; sample++) {
    const at = (count: number, stride: number) => (sample * stride) % count
    if (op === 'conv2d_filter_grad') {
      const [from, to, tap] = [at(inputs, 7), at(outputs, 11), at(9, 1)]
      let sum = 0
      for (let image = 0; image < batch; image++)
        for (let row = 0; row < side; row++)
          for (let column = 0; column < side; column++) {
            const [y, x] = [row + Math.floor(tap / 3) - 1, column + (tap % 3) - 1]
            if (!isInside(y, x)) continue
            sum +=
              operand('x', pixel(image, y, x) * inputs + from) * operand('dy', pixel(image, row, column) * outputs + to)
          }
      found.set((tap * inputs + from) * outputs + to, sum)
      continue
    }
    const isForward = op === 'conv2d'
    const [image, row, column] = [at(batch, 1), at(side, 3), at(side, 5)]
    const channel = at(isForward ? outputs : inputs, 7)
    let sum = 0
    for (const [down, across] of taps) {
      const [y, x] = isForward ? [row + down - 1, column + across - 1] : [row - down + 1, column - across + 1]
      if (!isInside(y, x)) continue
      for (let other = 0; other < (isForward ? inputs : outputs); other++) {
        sum += isForward
          ? operand('x', pixel(image, y, x) * inputs + other) * weight(down, across, other, channel)
          : operand('dy', pixel(image, y, x) * outputs + other) * weight(down, across, channel, other)
      }
    }
    found.set(pixel(image, row, column) * (isForward ? outputs : inputs) + channel, sum)
  }
  return found
}

function relativeError(exact: ReadonlyMap<number, number>, actual: ArrayLike<number>): number {
  let [error, size] = [0, 0]
  for (const [place, value] of exact) {
    const found = actual[place]
    invariant(found !== undefined, 'the sampled place is one of the result')
    error += (found - value) ** 2
    size += value ** 2
  }
  return Math.sqrt(error / size)
}
