import type { Span } from '../../source/span.js'
import type { EnumDeclaration, Unit } from '../../syntax/ast.js'

/** Where a value that is known while checking comes from. */
export interface StaticPlace {
  /** Where it was written: what is wrong with the value by itself is reported there. */
  readonly span: Span
  /** The name or field that it was last used by, where it was written elsewhere: what is wrong with its use is reported there. */
  readonly used?: Span
  /** In the library's code: the argument of its caller that the value is, or was computed from. */
  readonly given?: GivenArgument
  /** Options and settings of a derived pipeline that it comes from. */
  readonly changes?: readonly Span[]
}

export interface GivenArgument {
  readonly callee: string
  readonly name: string
  readonly value: number
  readonly span: Span
}

/** A value known while checking: params, settings, static parameters of blocks. */
export type StaticValue = StaticPlace &
  (
    | { readonly kind: 'number'; readonly value: number; readonly isInteger: boolean; readonly unit?: Unit }
    | { readonly kind: 'boolean'; readonly value: boolean }
    | { readonly kind: 'string'; readonly value: string }
    | { readonly kind: 'size'; readonly height: number; readonly width: number }
    | { readonly kind: 'enum'; readonly declaration: EnumDeclaration; readonly value: string }
    | { readonly kind: 'list'; readonly items: readonly StaticValue[] }
    | { readonly kind: 'range'; readonly low: StaticValue; readonly high: StaticValue }
  )
