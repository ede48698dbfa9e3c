import type { OpName } from './ops/table.js'

export type DType = 'f32' | 'f64' | 'bf16' | 'i32' | 'bool'

/** Every shape in the IR is static: a step has its batch size, an evaluation pads its last batch. */
export interface TensorType {
  readonly dtype: DType
  readonly shape: readonly number[]
}

/** SSA value: dense numbers within one function. */
export type ValueId = number

export type Attribute = number | boolean | string | readonly number[] | readonly (readonly number[])[]
export type Attributes = Readonly<Record<string, Attribute>>

export interface Operation {
  readonly op: OpName
  readonly operands: readonly ValueId[]
  readonly attributes: Attributes
  /** One id per result, in the operator's order; `assign` has none. */
  readonly results: readonly ValueId[]
  /** Binding path in the source that this came from (`recon.encoder.block1.conv1`), for reading and for explain; no meaning. */
  readonly path?: string
}

export interface NamedValue {
  readonly name: string
  readonly value: ValueId
}

/**
 * A whole step. State is explicit: `read {state}` gives the value at entry, `assign {state}` sets the value at exit;
 * all reads see the values at entry wherever they stand, and a state is assigned at most once.
 */
export interface IrFunction {
  readonly name: string
  readonly inputs: readonly NamedValue[]
  readonly operations: readonly Operation[]
  readonly outputs: readonly NamedValue[]
  /** Type of every value of the function. */
  readonly types: ReadonlyMap<ValueId, TensorType>
}

export interface StateVariable {
  readonly name: string
  readonly type: TensorType
  readonly kind: 'weight' | 'statistic' | 'slot'
}

export interface IrModule {
  readonly name: string
  readonly state: readonly StateVariable[]
  /** init, accumulate_step where a step has several parts, train_step, eval_step, predict, in this order; then those of gradient norms. */
  readonly functions: readonly IrFunction[]
}
