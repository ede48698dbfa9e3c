import type { Attributes, TensorType } from '../types.js'

/** `ints`: integers; `pairs`: a list of [before, after]; `dtype`: f32, bf16, i32 or bool. */
export type AttributeKind = 'int' | 'number' | 'bool' | 'string' | 'dtype' | 'ints' | 'numbers' | 'pairs'

/** Names of an operator's attributes with their kinds. */
export type AttributeRow = Readonly<Record<string, AttributeKind>>
export type None = Readonly<Record<never, never>>

/** What one operator is: the source of type inference, verification, cost and the reference page. */
export interface OpDefinition<A extends AttributeRow = AttributeRow> {
  /** One line: what it computes. */
  readonly summary: string
  /** Names of the operands; where `isVariadic`, the only one repeats, at least once. */
  readonly operands: readonly string[]
  readonly isVariadic?: true
  readonly results: readonly string[]
  /** Every attribute is required and no other is allowed: equal operations have equal text. */
  readonly attributes: A
  /** `pure`: depends on nothing but operands and attributes. */
  readonly effect: 'pure' | 'reads_state' | 'assigns_state'
  /** Whether its FLOPs are those of convolutions and dense products, which a share of the machine's peak is counted in. */
  readonly countsAsMatrixWork: boolean
  /** Types of the results, in plain words, for the reference page. */
  readonly typeRule: string
  /** Computes the results' types; a mistake is a `CompilerBug` that says which sizes disagree. */
  readonly types: TypeRule
  /** Floating-point operations; a multiplication and an addition count as two. */
  readonly flops: FlopsRule
}

/** `stateType` finds the type of a state variable; only `read` asks. */
export type TypeRule = (
  operands: readonly TensorType[],
  attributes: Attributes,
  stateType: (name: string) => TensorType | undefined,
) => readonly TensorType[]

export type FlopsRule = (
  operands: readonly TensorType[],
  results: readonly TensorType[],
  attributes: Attributes,
) => number

/** A family's operators: what most have is filled in. */
export function pure<const A extends AttributeRow = None>(
  definition: Omit<OpDefinition<A>, 'effect' | 'countsAsMatrixWork' | 'results' | 'attributes'> &
    Partial<Pick<OpDefinition<A>, 'results' | 'attributes' | 'countsAsMatrixWork'>>,
): OpDefinition<A> {
  return { results: ['y'], attributes: {} as A, countsAsMatrixWork: false, ...definition, effect: 'pure' }
}

/** Moves values and computes nothing. */
export const noFlops: FlopsRule = () => 0
