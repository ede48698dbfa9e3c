/** An entry of a table by a name from outside. What every object inherits (`constructor`, `toString`) is none. */
export function own<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}

/** Makes an entry of a table by a name from outside, `__proto__` like any other. */
export function setOwn<Entry>(table: Record<string, Entry>, name: string, value: Entry): void {
  Object.defineProperty(table, name, { value, configurable: true, enumerable: true, writable: true })
}
