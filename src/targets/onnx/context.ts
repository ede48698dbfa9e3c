import { invariant } from '../../diagnostics/invariant.js'
import type { Constant, FrozenFunction } from '../../ir/frozen.js'
import { gather } from '../../ir/interpret/elementwise.js'
import { stridesOf } from '../../ir/ops/shape.js'
import type { DType, Operation, TensorType, ValueId } from '../../ir/types.js'
import type { AttributeValue, OnnxBuilder } from './builder.js'
import type { ElementType } from './proto.js'

/** As `Transpose` takes it: axis i of [N,C,H,W] is this axis of [N,H,W,C]. */
export const nchwOrder = [0, 3, 1, 2] as const
/** Axis i of [N,H,W,C] is this axis of [N,C,H,W]. */
const nhwcOrder = [0, 2, 3, 1] as const

/** Every float of a frozen function is float32. */
export const elementOf: Readonly<Record<DType, ElementType>> = {
  f32: 'float32',
  f64: 'float32',
  bf16: 'float32',
  i32: 'int32',
  bool: 'bool',
}

/** One operation as nodes; gives the name of its result, and how that lies. */
export type Rule = (operation: Operation, context: RuleContext) => Held

/**
 * A tensor of the graph. ONNX has images as [N,C,H,W], the IR as [N,H,W,C]: what an operator on images gives stays as ONNX has it
 * until something needs it otherwise.
 */
export interface Held {
  readonly name: string
  /** `as_ir`: axes in the order of the IR; `nchw`: of rank 4, channels first. */
  readonly layout: 'as_ir' | 'nchw'
}

/** What rules see. */
export class RuleContext {
  readonly #held = new Map<ValueId, Held>()
  readonly #moved = new Map<string, string>()

  constructor(
    readonly builder: OnnxBuilder,
    readonly fn: FrozenFunction,
  ) {}

  type(value: ValueId): TensorType {
    const type = this.fn.types.get(value)
    invariant(type !== undefined, `value ${value} of ${this.fn.name} has no type`)
    return type
  }

  rank(value: ValueId): number {
    return this.type(value).shape.length
  }

  hold(value: ValueId, held: Held): void {
    this.#held.set(value, held)
  }

  node(
    operation: Operation,
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const path = operation.path === undefined ? '' : `${operation.path}/`
    return this.builder.add(op, inputs, attributes, `${path}${operation.op}_${operation.results[0] ?? ''}`)
  }

  /** With the axes of the IR. */
  asIr(value: ValueId): string {
    const constant = this.fn.constants.get(value)
    if (constant !== undefined) return this.#constant(value, constant.type.shape, constant)
    const { name, layout } = this.#heldOf(value)
    return layout === 'as_ir' ? name : this.#transposed(name, nhwcOrder)
  }

  /**
   * Channels first. A value of a lower rank has the axes before its own that broadcasting gives it; a scalar stays one.
   */
  nchw(value: ValueId): string {
    const constant = this.fn.constants.get(value)
    const { shape } = this.type(value)
    if (constant !== undefined) {
      if (shape.length === 0) return this.#constant(value, shape, constant)
      const whole = [...new Array<number>(4 - shape.length).fill(1), ...shape]
      const moved = { type: constant.type, data: transposed(constant, whole, nchwOrder) }
      return this.#constant(
        value,
        nchwOrder.map((axis) => whole[axis] ?? 1),
        moved,
        '/nchw',
      )
    }
    const { name, layout } = this.#heldOf(value)
    if (layout === 'nchw') return name
    invariant(shape.length === 4, `value ${value} of ${this.fn.name} broadcasts its images`)
    return this.#transposed(name, nchwOrder)
  }

  /** A kernel [H,W,in,out] as ONNX has it, [out,in,H,W]. */
  kernel(value: ValueId): string {
    const constant = this.fn.constants.get(value)
    invariant(constant !== undefined, `the kernel ${value} of ${this.fn.name} depends on the images`)
    const { shape } = constant.type
    const oihw = [3, 2, 0, 1]
    const data = transposed(constant, shape, oihw)
    return this.#constant(
      value,
      oihw.map((axis) => shape[axis] ?? 1),
      { ...constant, data },
      '/oihw',
    )
  }

  /** An axis of the IR where the value lies as `layout` says. */
  axis(axis: number, layout: Held['layout']): number {
    return layout === 'nchw' ? (nhwcOrder[axis] ?? axis) : axis
  }

  #heldOf(value: ValueId): Held {
    const held = this.#held.get(value)
    invariant(held !== undefined, `value ${value} of ${this.fn.name} is used before it is made`)
    return held
  }

  #transposed(name: string, perm: readonly number[]): string {
    const key = `${name}:${perm.join()}`
    const known = this.#moved.get(key) ?? this.builder.add('Transpose', [name], { perm }, `${name}/transposed`)
    this.#moved.set(key, known)
    return known
  }

  #constant(value: ValueId, dims: readonly number[], { type, data }: Constant, suffix = ''): string {
    const key = `constant ${value}${suffix}`
    const { dtype } = type
    const known = this.#moved.get(key) ?? this.builder.tensor(`weight_${value}${suffix}`, elementOf[dtype], dims, data)
    this.#moved.set(key, known)
    return known
  }
}

/** Row-major values with their axes in another order. */
function transposed({ data }: Constant, shape: readonly number[], perm: readonly number[]): Constant['data'] {
  const strides = stridesOf(shape)
  const sides = perm.map((axis) => shape[axis] ?? 1)
  const steps = perm.map((axis) => strides[axis] ?? 1)
  return gather(data, sides, steps, 0)
}
