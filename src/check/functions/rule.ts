import { resolve } from 'node:path'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { type DiagnosticDefinition, diagnose } from '../../diagnostics/define.js'
import type { RelatedSpan } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { fail, isOfLibrary, reportGiven, withChanges } from '../evaluation/env.js'
import type { NodeRequest } from '../evaluation/graph.js'
import type { PrimitiveName } from '../primitives/table.js'
import type { Type } from '../values/type.js'
import type { Dim, Grid, PoisonedValue, Tensor, Value } from '../values/value.js'
import { changesOf, poison } from '../values/value.js'
import type { Bounds } from './bounds.js'

/**
 * `tensor` takes a map, a vector, a value or a scalar; a number becomes a scalar constant. `any` takes what is due where the call
 * stands, or a block where the function says so itself; `part` is the name of a part of the model.
 */
export type ParameterType =
  | Type
  | { readonly kind: 'tensor' }
  | { readonly kind: 'any'; readonly shown: 'a value' | 'a block' }
  | { readonly kind: 'part' }

export interface FunctionParameter {
  readonly name: string
  readonly type: ParameterType
  /** Value when left out; `none` where leaving it out means something of its own. Without it the parameter is required. */
  readonly default?: number | boolean | string | 'none'
  readonly bounds?: Bounds
  readonly doc: string
}

/** A function of the language that is not written in it: what `declareFunction` makes of its declaration. */
export interface FunctionRule {
  readonly name: string
  readonly doc: string
  readonly parameters: readonly FunctionParameter[]
  /** What it gives, with its shape, as the reference shows it. */
  readonly result: string
  /** A call of it, in the names of `docs/reference/functions.md`. */
  readonly example: string
  /** Takes two or more tensors by place (`concat(a, b, c)`); `parameters` are then given by name only. */
  readonly variadic: boolean
  /** It owns weights, which the binding names. */
  readonly parametric: boolean
  /** It gives a block: in a pipe, that block is called with what is piped. */
  readonly givesBlock: boolean
  /** Where it may be called: in models and losses, in syntheses of faults, or in both. */
  readonly where: 'model' | 'synthesis' | 'both'
  readonly apply: (call: FunctionCall) => Value
}

/** One call with its arguments evaluated, conforming and free of mistakes. `Name`: its parameters. */
export class FunctionCall<Name extends string = string> {
  constructor(
    readonly rule: FunctionRule,
    readonly env: Env,
    readonly span: Span,
    readonly values: ReadonlyMap<string, Value>,
    readonly rest: readonly Value[],
    /** What is due where the call stands. */
    readonly expected?: Type,
  ) {}

  /** The operands of a variadic function. */
  get tensors(): readonly Tensor[] {
    return this.rest.filter((value) => value.kind === 'tensor')
  }

  spanOf(name: Name): Span {
    return this.values.get(name)?.span ?? this.span
  }

  /** The absolute path that a text is: relative to the file that it is written in, or to the working directory. */
  pathOf(name: Name, path: string): string {
    const { modules, workingDirectory } = this.env.session
    return resolve(modules.get(this.spanOf(name).file)?.directory ?? workingDirectory, path)
  }

  /** Reports a mistake; what the call gives then. */
  fail<Facts>(
    definition: DiagnosticDefinition<Facts>,
    span: Span,
    facts: Facts,
    related: readonly RelatedSpan[] = [],
  ): PoisonedValue {
    const all = withChanges(span, related, this.values.values())
    return fail(this.env, definition, span, facts, all)
  }

  /** Reports an argument's value that the function cannot use. `write`: a value that it can. */
  refuse(name: Name, must: string, found: string, write?: string): PoisonedValue {
    const argument = this.values.get(name)
    const facts = { callee: this.rule.name, name, must, found, ...(write === undefined ? {} : { write }) }
    const given = this.env.module.library && argument?.kind === 'number' ? argument.given : undefined
    const caller = given === undefined ? this.#callerOf(this.spanOf(name)) : undefined
    if (caller !== undefined)
      return this.failWhereGiven(tensorsDiagnostics.attribute, name, { ...facts, callee: caller })
    if (given === undefined || argument?.kind !== 'number')
      return this.fail(tensorsDiagnostics.attribute, this.spanOf(name), facts)
    const own =
      given.value === argument.value
        ? { ...facts, callee: given.callee, name: given.name }
        : {
            callee: this.rule.name,
            name,
            must,
            found: `${argument.value}, made of \`${given.name}\` of \`${given.callee}\`, which is ${given.value}`,
            source: given.name,
          }
    return poison(this.span, reportGiven(this.env, tensorsDiagnostics.attribute, given.span, this.span, own))
  }

  /** The block of the library that was called with what stands at the place, which the library passed on to here. */
  #callerOf(place: Span): string | undefined {
    const { module, frames } = this.env
    if (!module.library || isOfLibrary(place)) return undefined
    return frames.findLast(({ caller }) => !caller.library)?.block.name
  }

  /** Reports an argument's value where it was written, which may be in a call of the library's code. */
  failWhereGiven<Facts>(definition: DiagnosticDefinition<Facts>, name: Name, facts: Facts): PoisonedValue {
    const at = this.spanOf(name)
    if (!this.env.module.library || isOfLibrary(at)) return this.fail(definition, at, facts)
    return poison(this.span, this.env.session.sink.report(diagnose(definition, at, facts)))
  }

  emit<Op extends PrimitiveName>(request: NodeRequest<Op>): Tensor {
    const changes = changesOf(this.values.values())
    return this.env.graph.add(request, { ...this.env, span: this.span, changes })
  }

  constant(value: number | undefined): Tensor {
    return this.env.graph.constant(value, { ...this.env, span: this.span })
  }
}

export function height(tensor: Tensor): Dim {
  return tensor.shape[0]
}
export function width(tensor: Tensor): Dim {
  return tensor.shape[1]
}
export function channels(tensor: Tensor): Dim {
  return tensor.shape[tensor.shape.length - 1]
}

/** The grid of a map whose pixels are so many times larger a side than the operand's; undefined where unknown. */
/** Names the random numbers of a draw by its binding. */
export function drawName({ env }: FunctionCall): string {
  return env.graph.nameDraw(env.path)
}

export function coarser({ grid }: Tensor, [down, across]: readonly [Dim, Dim]): Grid | undefined {
  if (grid === undefined || down === undefined || across === undefined) return undefined
  return { ...grid, downHeight: grid.downHeight * down, downWidth: grid.downWidth * across }
}

export function finer({ grid }: Tensor, factor: Dim): Grid | undefined {
  if (grid === undefined || factor === undefined) return undefined
  return { ...grid, downHeight: grid.downHeight / factor, downWidth: grid.downWidth / factor }
}

interface Signed extends Pick<FunctionRule, 'name' | 'variadic'> {
  readonly parameters: readonly Pick<FunctionParameter, 'name' | 'default'>[]
}

/** `conv2d(x, channels, kernel = 3)` as help shows it. */
export function signatureText({ name, variadic, parameters }: Signed): string {
  const shown = parameters.map(({ name, default: preset }) => {
    if (preset === undefined) return name
    return `${name} = ${preset === 'none' ? '...' : String(preset)}`
  })
  return `${name}(${[...(variadic ? ['a', 'b', '...'] : []), ...shown].join(', ')})`
}
