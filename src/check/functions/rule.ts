import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { report, reportGiven } from '../evaluation/env.js'
import type { NodeRequest } from '../evaluation/graph.js'
import type { StaticValue } from '../values/static-value.js'
import type { Type } from '../values/type.js'
import type { Dim, Tensor, Value } from '../values/value.js'

/** `tensor` takes a map, a vector, a value or a scalar; a number becomes a scalar constant. */
export type ParameterType = Type | { readonly kind: 'tensor' }

export interface FunctionParameter {
  readonly name: string
  readonly type: ParameterType
  /** Value when left out; `none` where leaving it out means something of its own. Without it the parameter is required. */
  readonly default?: number | boolean | string | 'none'
  readonly doc: string
}

/** A function of the language that is not written in it. */
export interface FunctionRule {
  readonly name: string
  readonly doc: string
  readonly parameters: readonly FunctionParameter[]
  /** Takes two or more tensors by place (`concat(a, b, c)`); `parameters` are then given by name only. */
  readonly variadic?: boolean
  /** It owns weights: a statement may hold one such call. */
  readonly parametric?: boolean
  readonly apply: (call: FunctionCall) => Value
}

/** One call with its arguments evaluated, conforming and free of mistakes. */
export class FunctionCall {
  constructor(
    readonly rule: FunctionRule,
    readonly env: Env,
    readonly span: Span,
    readonly values: ReadonlyMap<string, Value>,
    readonly rest: readonly Value[],
  ) {}

  tensor(name: string): Tensor {
    const value = this.values.get(name)
    invariant(value?.kind === 'tensor', `the operand ${name} of ${this.rule.name} is no tensor`)
    return value
  }

  get tensors(): readonly Tensor[] {
    return this.rest.filter((value) => value.kind === 'tensor')
  }

  /** Undefined where it was left out without a default, or is not known yet. */
  number(name: string): number | undefined {
    const value = this.values.get(name)
    return value?.kind === 'number' ? value.value : undefined
  }

  boolean(name: string): boolean | undefined {
    const value = this.values.get(name)
    return value?.kind === 'boolean' ? value.value : undefined
  }

  word(name: string): string | undefined {
    const value = this.values.get(name)
    return value?.kind === 'enum' ? value.value : undefined
  }

  has(name: string): boolean {
    return this.values.has(name)
  }

  spanOf(name: string): Span {
    return this.values.get(name)?.span ?? this.span
  }

  static(name: string): StaticValue | undefined {
    const value = this.values.get(name)
    return value?.kind === 'number' || value?.kind === 'size' ? value : undefined
  }

  /** A number within bounds; otherwise reported, and undefined. */
  bounded(name: string, must: string, holds: (value: number) => boolean): number | undefined {
    const value = this.number(name)
    if (value === undefined || holds(value)) return value
    const facts = { callee: this.rule.name, name, must, found: String(value) }
    const argument = this.values.get(name)
    const given = this.env.module.library && argument?.kind === 'number' ? argument.given : undefined
    if (given === undefined) report(this.env, tensorsDiagnostics.attribute, this.spanOf(name), facts)
    else {
      const isItself = given.value === value
      const from = `${value}, made of \`${given.name}\` of \`${given.callee}\`, which is ${given.value}`
      const own = isItself ? { ...facts, callee: given.callee, name: given.name } : { ...facts, found: from }
      reportGiven(this.env, tensorsDiagnostics.attribute, given.span, this.span, own)
    }
    return undefined
  }

  emit(request: Omit<NodeRequest, 'path' | 'span'>): Tensor {
    return this.env.graph.add({ ...request, path: this.env.path, span: this.span })
  }

  constant(value: number): Tensor {
    return this.env.graph.constant(value, this.env.path, this.span)
  }
}

/** At most 2^24: a size beyond it is a slip of the pen, and no machine holds it. */
export const largestSize = 16777216

export const positiveInteger = (value: number): boolean => Number.isInteger(value) && value >= 1 && value <= largestSize
export const positiveText = 'an integer between 1 and 16777216'

export function height(tensor: Tensor): Dim {
  return tensor.shape[0]
}
export function width(tensor: Tensor): Dim {
  return tensor.shape[1]
}
export function channels(tensor: Tensor): Dim {
  return tensor.shape[tensor.shape.length - 1]
}

/** `conv2d(x, channels, kernel = 3)` as help shows it. */
export function signatureText(rule: FunctionRule): string {
  const parameters = rule.parameters.map((parameter) =>
    parameter.default === undefined || parameter.default === 'none'
      ? parameter.default === 'none'
        ? `${parameter.name} = ...`
        : parameter.name
      : `${parameter.name} = ${String(parameter.default)}`,
  )
  return `${rule.name}(${[...(rule.variadic ? ['a', 'b', '...'] : []), ...parameters].join(', ')})`
}

export const anyTensor: ParameterType = { kind: 'tensor' }
export const anyMap: ParameterType = { kind: 'map', meaning: 'plain' }
export const anInt: ParameterType = { kind: 'int' }
export const aFloat: ParameterType = { kind: 'float' }
