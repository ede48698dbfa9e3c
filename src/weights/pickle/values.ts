/**
 * What a pickle can be made of here. Nothing is called and no class is made: a global is a name, and what is built of it a record of
 * the name and its arguments.
 */
export type PickleValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'bytes'; readonly value: Uint8Array }
  | { readonly kind: 'tuple'; readonly items: readonly PickleValue[] }
  /** Grows while the pickle is read, as a list of Python does. */
  | { readonly kind: 'list'; readonly items: PickleValue[] }
  | { readonly kind: 'set'; readonly items: PickleValue[] }
  | { readonly kind: 'dictionary'; readonly entries: (readonly [PickleValue, PickleValue])[] }
  | { readonly kind: 'global'; readonly name: string }
  /** What is stored beside the pickle. */
  | { readonly kind: 'persistent'; readonly id: PickleValue }
  | { readonly kind: 'built'; readonly name: string; readonly args: readonly PickleValue[] }

export function integerOf(value: PickleValue | undefined): number | undefined {
  if (value?.kind !== 'integer') return undefined
  const number = Number(value.value)
  return Number.isSafeInteger(number) ? number : undefined
}

export function stringOf(value: PickleValue | undefined): string | undefined {
  return value?.kind === 'string' ? value.value : undefined
}

/** The value of a key that is a string. */
export function entryOf(value: PickleValue | undefined, key: string): PickleValue | undefined {
  if (value?.kind !== 'dictionary') return undefined
  return value.entries.findLast(([name]) => name.kind === 'string' && name.value === key)?.[1]
}
