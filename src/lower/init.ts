import type { CheckedParameter } from '../check/checked.js'
import { assertNever } from '../diagnostics/invariant.js'
import type { IrFunction, StateVariable, ValueId } from '../ir/types.js'
import { keyFor } from '../random/key.js'
import { Emitter } from './emitter.js'

/** `init`: every weight from (seed, its name) alone, so that a new head changes no other weight; statistics from their constants. */
export function lowerInit(
  parameters: readonly CheckedParameter[],
  state: readonly StateVariable[],
  seed: number,
): IrFunction {
  const emit = new Emitter('init', state, 0)
  for (const parameter of parameters) {
    emit.at(parameter.name)
    emit.assign(parameter.name, initialValue(parameter, seed, emit))
  }
  return emit.finish([])
}

function initialValue({ name, shape, initializer }: CheckedParameter, seed: number, emit: Emitter): ValueId {
  const attributes = { shape, key: keyFor(seed, name) }
  switch (initializer.kind) {
    case 'constant':
      return emit.filled(initializer.value, shape)
    case 'uniform': {
      const { low, high } = initializer
      const unit = emit.one('random_uniform', [emit.scalar(0, 'i32')], attributes)
      return emit.one('add', [emit.one('mul', [unit, emit.scalar(high - low)]), emit.scalar(low)])
    }
    case 'normal': {
      const unit = emit.one('random_normal', [emit.scalar(0, 'i32')], attributes)
      return emit.one('add', [
        emit.one('mul', [unit, emit.scalar(initializer.deviation)]),
        emit.scalar(initializer.mean),
      ])
    }
    default:
      return assertNever(initializer)
  }
}
