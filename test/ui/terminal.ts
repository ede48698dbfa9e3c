import { EventEmitter } from 'node:events'

const controlSequence = new RegExp(`^${String.fromCharCode(27)}\\[([?\\d;]*)([A-Za-z])`)

/** A terminal in memory: enough of ECMA-48 for what Ink writes. Anything else is an error, so that no control code goes unseen. */
export class Terminal extends EventEmitter {
  readonly isTTY = true
  readonly writable = true
  #lines: string[] = ['']
  #row = 0
  #column = 0
  /** First row on the screen: rows above it have scrolled out of reach. */
  #top = 0
  isCursorShown = true
  /** Writes that drew something: frames. */
  frames = 0
  /** Rows that scrolled out of sight or were cleared with them: none may, while a live region is drawn. */
  clears = 0

  constructor(
    public columns: number,
    public rows: number,
  ) {
    super()
  }

  resize(columns: number, rows: number): void {
    this.columns = columns
    this.rows = rows
    this.emit('resize')
  }

  /** All lines written, those scrolled away included, without trailing blanks. */
  get text(): string {
    return this.#lines
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd()
  }

  /** The height of what is on the screen: the cursor's row, from 1. */
  get height(): number {
    return this.#row + 1
  }

  write(chunk: string, ...rest: unknown[]): boolean {
    const drawn = this.#take(chunk)
    if (drawn) this.frames++
    const callback = rest.at(-1)
    if (typeof callback === 'function') callback()
    return true
  }

  #take(chunk: string): boolean {
    let drawn = false
    for (let i = 0; i < chunk.length; ) {
      if (chunk[i] === '\u001b') {
        const match = controlSequence.exec(chunk.slice(i))
        if (!match) throw new Error(`unknown control sequence ${JSON.stringify(chunk.slice(i, i + 12))}`)
        this.#control(match[1] ?? '', match[2] ?? '')
        i += match[0].length
      } else {
        this.#put(chunk[i] as string)
        drawn = true
        i++
      }
    }
    return drawn
  }

  #put(character: string): void {
    if (character === '\n') {
      this.#row++
      this.#top = Math.max(this.#top, this.#row - this.rows + 1)
      this.#column = 0
      while (this.#lines.length <= this.#row) this.#lines.push('')
      return
    }
    const line = (this.#lines[this.#row] ?? '').padEnd(this.#column)
    this.#lines[this.#row] = line.slice(0, this.#column) + character + line.slice(this.#column + 1)
    this.#column++
  }

  #control(parameters: string, command: string): void {
    const count = Number(parameters || '1')
    if (command === 'm' || parameters === '?2026') return
    if (parameters === '?25') this.isCursorShown = command === 'h'
    else if (command === 'A') this.#row = Math.max(this.#top, this.#row - count)
    else if (command === 'E') {
      this.#row += count
      this.#column = 0
    } else if (command === 'G') this.#column = count - 1
    else if (command === 'K' && parameters === '2') this.#lines[this.#row] = ''
    else if (command === 'K') this.#lines[this.#row] = (this.#lines[this.#row] ?? '').slice(0, this.#column)
    else if (command === 'J' || command === 'H') this.clears++
    else throw new Error(`unknown control sequence ${parameters}${command}`)
  }
}

/** As Node's type: what Ink uses of it is here. */
export function asStream(terminal: Terminal): NodeJS.WriteStream {
  return terminal as unknown as NodeJS.WriteStream
}
