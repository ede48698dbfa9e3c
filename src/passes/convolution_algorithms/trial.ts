import { invariant } from '../../diagnostics/invariant.js'
import { FunctionBuilder } from '../../ir/builder.js'
import type { IrFunction, IrModule, StateVariable } from '../../ir/types.js'
import type { Convolution } from './convolution.js'
import { type AlgorithmName, algorithmNames, algorithms, rewriteConvolutions } from './convolution_algorithms.js'

/** The engine's own operator. */
export const direct = 'direct'

/** Of a bf16 convolution: the engine's own operator in float32. */
export const inFloat32 = 'float32'

type TrialName = typeof direct | typeof inFloat32 | AlgorithmName

/** The algorithms that can compute a convolution. */
export function algorithmsFor(convolution: Convolution): readonly AlgorithmName[] {
  return algorithmNames.filter((name) => algorithms[name].applies(convolution))
}

/** What is fetched of a trial: one value, so that the rest is computed and not copied, or all. */
type Fetched = 'corner' | 'whole'

/** A function an algorithm, named after it, on operands that are state: nothing is copied in. `init` draws these in [-1, 1). */
export function trialModule(convolution: Convolution, fetched: Fetched = 'corner'): IrModule {
  const state = operandsOf(convolution).map(
    ({ name, shape }): StateVariable => ({ name, kind: 'weight', type: { dtype: 'f32', shape } }),
  )
  const trial = (name: TrialName): IrFunction => {
    const dtype = name === inFloat32 ? 'f32' : convolution.dtype
    const plain = definition(name, { ...convolution, dtype }, state, fetched)
    if (name === direct || name === inFloat32) return plain
    const [written] = rewriteConvolutions({ name, state, functions: [plain] }, () => name).module.functions
    invariant(written !== undefined, 'a trial is one function')
    return written
  }
  // What another is held against comes first: it is known to end in time.
  const own: readonly TrialName[] = convolution.dtype === 'bf16' ? [inFloat32, direct] : [direct]
  const functions = [init(state), ...[...own, ...algorithmsFor(convolution)].map(trial)]
  return { name: 'trial', state, functions }
}

function operandsOf({ op, x, kernel, y }: Convolution) {
  const all = { x: { name: 'x', shape: x }, kernel: { name: 'kernel', shape: kernel }, dy: { name: 'dy', shape: y } }
  switch (op) {
    case 'conv2d':
      return [all.x, all.kernel]
    case 'conv2d_input_grad':
      return [all.kernel, all.dy]
    case 'conv2d_filter_grad':
      return [all.x, all.dy]
  }
}

function definition(
  name: string,
  { op, dtype, x, kernel, strides, dilations, padding }: Convolution,
  state: readonly StateVariable[],
  fetched: Fetched,
): IrFunction {
  const builder = new FunctionBuilder(name, state)
  const operands = state.map(({ name }) => {
    const value = builder.read(name)
    return dtype === 'f32' ? value : builder.one('cast', [value], { dtype })
  })
  const result = builder.one(op, operands, {
    strides,
    padding,
    dilations,
    ...(op === 'conv2d_input_grad' ? { input_shape: x } : {}),
    ...(op === 'conv2d_filter_grad' ? { kernel_shape: kernel } : {}),
  })
  const corner = { begin: [0, 0, 0, 0], size: [1, 1, 1, 1] }
  builder.output('result', fetched === 'whole' ? result : builder.one('slice', [result], corner))
  return builder.build()
}

function init(state: readonly StateVariable[]): IrFunction {
  const builder = new FunctionBuilder('init', state)
  const step = builder.constant(0, [], 'i32')
  for (const [index, { name, type }] of state.entries()) {
    const key = `${index}`.padStart(16, '0')
    const unit = builder.one('random_uniform', [step], { shape: type.shape, key })
    const twice = builder.one('mul', [unit, builder.constant(2)])
    builder.assign(name, builder.one('sub', [twice, builder.constant(1)]))
  }
  return builder.build()
}
