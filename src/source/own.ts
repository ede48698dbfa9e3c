/** An entry of a table by a name from outside. What every object inherits (`constructor`, `toString`) is none. */
export function own<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined
}
