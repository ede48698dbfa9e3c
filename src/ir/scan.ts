/** A text that is no IR, with the place. */
export class IrSyntaxError extends Error {
  override readonly name = 'IrSyntaxError'
}

const patterns = {
  space: /(?:[ \t\n])*/y,
  word: /[A-Za-z_][A-Za-z0-9_.]*/y,
  number: /-?(?:inf|nan|\d+(?:\.\d+)?(?:e[+-]?\d+)?)/y,
  value: /%(\d+)/y,
  string: /"(?:[^"\\\n]|\\.)*"/y,
} as const

/** Reads the text form of the IR from left to right; spaces and newlines separate and mean nothing else. */
export class IrScanner {
  private place = 0

  constructor(private readonly text: string) {
    this.skipSpace()
  }

  get isAtEnd(): boolean {
    return this.place === this.text.length
  }

  fail(expected: string): never {
    const before = this.text.slice(0, this.place)
    const line = before.split('\n').length
    const column = this.place - before.lastIndexOf('\n')
    throw new IrSyntaxError(`${line}:${column}: expected ${expected}`)
  }

  /** Takes this text if it comes next. */
  takes(symbol: string): boolean {
    if (!this.text.startsWith(symbol, this.place)) return false
    this.place += symbol.length
    this.skipSpace()
    return true
  }

  expect(symbol: string): void {
    if (!this.takes(symbol)) this.fail(JSON.stringify(symbol))
  }

  comesNext(symbol: string): boolean {
    return this.text.startsWith(symbol, this.place)
  }

  word(what: string): string {
    return this.match('word') ?? this.fail(what)
  }

  /** A word or a JSON string. */
  name(what: string): string {
    return this.comesNext('"') ? this.string() : this.word(what)
  }

  string(): string {
    const text = this.match('string') ?? this.fail('a string')
    try {
      return String(JSON.parse(text))
    } catch {
      return this.fail('a JSON string before this')
    }
  }

  number(): number {
    const text = this.match('number') ?? this.fail('a number')
    if (text.endsWith('nan')) return Number.NaN
    return text.endsWith('inf') ? Number(text.replace('inf', 'Infinity')) : Number(text)
  }

  /** The number after `%`. */
  value(): number {
    const text = this.match('value') ?? this.fail('a value')
    return Number(text.slice(1))
  }

  /** Items between brackets, apart by commas. */
  list<Item>(open: string, close: string, item: () => Item): Item[] {
    this.expect(open)
    const items: Item[] = []
    if (this.takes(close)) return items
    do items.push(item())
    while (this.takes(','))
    this.expect(close)
    return items
  }

  private match(kind: keyof typeof patterns): string | undefined {
    const pattern = patterns[kind]
    pattern.lastIndex = this.place
    const text = pattern.exec(this.text)?.[0]
    if (text === undefined) return undefined
    this.place += text.length
    this.skipSpace()
    return text
  }

  private skipSpace(): void {
    patterns.space.lastIndex = this.place
    this.place += patterns.space.exec(this.text)?.[0].length ?? 0
  }
}
