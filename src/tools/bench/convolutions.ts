import { invariant } from '../../diagnostics/invariant.js'
import type { IrModule } from '../../ir/types.js'
import { type Convolution, keyOf } from '../../passes/convolution_algorithms/convolution.js'
import { direct, trialModule } from '../../passes/convolution_algorithms/trial.js'
import { RandomStream } from '../../random/stream.js'
import { targets } from '../../targets/registry.js'
import type { EngineBinding } from '../../train/engine-binding.js'
import { openSession } from '../../train/session.js'
import { timeFunctions } from '../../train/time-functions.js'
import { inTemporaryDirectory } from './support.js'

export interface ConvolutionResult {
  readonly name: string
  readonly algorithms: readonly {
    readonly name: string
    readonly milliseconds: number
    /** Root of the mean square error of sampled results, as a part of the root of their mean square. */
    readonly error: number
  }[]
}

const ops = ['conv2d', 'conv2d_input_grad', 'conv2d_filter_grad'] as const

/** Batch, side, channels in and out: some of the full-size model at batch 2 and of widths 32/16 at batch 4. */
const shapes: readonly (readonly [number, number, number, number])[] = [
  [2, 128, 128, 128],
  [2, 64, 256, 256],
  [2, 32, 512, 512],
  [2, 16, 1024, 1024],
  [2, 8, 1024, 1024],
  [4, 128, 16, 16],
  [4, 128, 32, 32],
  [4, 64, 64, 64],
  [4, 32, 128, 128],
  [4, 16, 256, 256],
  [4, 8, 256, 256],
]

/** Each 3 x 3 convolution and its gradients by every algorithm: what the pass `convolution_algorithms` chooses from. */
export function measureConvolutions(engine: EngineBinding): readonly ConvolutionResult[] {
  return shapes.flatMap(([batch, side, inputs, outputs]) =>
    ops.map((op) => {
      const convolution: Convolution = {
        op,
        dtype: 'f32',
        x: [batch, side, side, inputs],
        kernel: [3, 3, inputs, outputs],
        y: [batch, side, side, outputs],
        strides: [1, 1],
        dilations: [1, 1],
        padding: [1, 1, 1, 1],
      }
      return measure(convolution, engine)
    }),
  )
}

function measure(convolution: Convolution, engine: EngineBinding): ConvolutionResult {
  const withProgram = <Result>(
    module: IrModule,
    work: (directory: string, plan: Parameters<typeof openSession>[1]) => Result,
  ) => {
    const { files, functions, state } = targets.tensorflow.emit(module, 'cpu')
    return inTemporaryDirectory(files, (directory) => work(directory, { functions, state }))
  }
  const times = withProgram(trialModule(convolution), (directory, plan) => timeFunctions(directory, plan, engine))
  const operands = randomOperands(convolution)
  const exact = sampled(convolution, operands)
  const errors = withProgram(trialModule(convolution, 'whole'), (directory, plan) => {
    const session = openSession(directory, plan, engine)
    session.setState(
      Object.entries(operands).flatMap(([name, values]) =>
        plan.state.some((state) => state.name === name) ? [{ name, values }] : [],
      ),
    )
    const found = Object.keys(times).map((name) => {
      const { result = [] } = session.run(name, {})
      return [name, relativeError(exact, result)] as const
    })
    session.close()
    return new Map(found)
  })
  const algorithms = Object.entries(times).map(([name, milliseconds]) => ({
    name,
    milliseconds,
    error: errors.get(name) ?? Number.NaN,
  }))
  invariant(algorithms[0]?.name === direct, "the engine's own operator comes first")
  return { name: keyOf(convolution), algorithms }
}

/** Uniform in [-1, 1); only those that the operator reads are set. */
function randomOperands({ x, kernel, y }: Convolution): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    Object.entries({ x, kernel, dy: y }).map(([name, shape], index) => {
      const stream = new RandomStream('0123456789abcdef', 0, index)
      return [name, Float32Array.from({ length: product(shape) }, () => stream.uniform(-1, 1))]
    }),
  )
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, side) => size * side, 1)
}

/** Some of the results by their place, summed in float64. */
function sampled(
  { op, x: shape, kernel }: Convolution,
  given: Readonly<Record<string, Float32Array>>,
): ReadonlyMap<number, number> {
  const [batch = 1, side = 1] = shape
  const [, , inputs = 1, outputs = 1] = kernel
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
