import type { Span } from '../source/span.js'
import type { EnumDeclaration, Unit } from '../syntax/ast.js'

/** A value known while checking: params, settings, static parameters of blocks. `span` is where it was written, so that errors point there. */
export type StaticValue = { readonly span: Span } & (
  | { readonly kind: 'number'; readonly value: number; readonly isInteger: boolean; readonly unit?: Unit }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'size'; readonly height: number; readonly width: number }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly StaticValue[] }
  | { readonly kind: 'range'; readonly low: StaticValue; readonly high: StaticValue }
)
