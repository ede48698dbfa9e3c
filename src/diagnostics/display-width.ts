import stringWidth from 'string-width'
import { unsafe } from '../source/visible.js'

const tabStop = 4

/** One character as it is shown (with the marks and joiners that belong to it), and the offset in the line at which it stands. */
export interface Cell {
  readonly offset: number
  /** Offset of the next one. */
  readonly end: number
  readonly text: string
  readonly width: number
}

const characters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** A line as a terminal shows it: tabs as blanks up to the next stop, what is unsafe to show as `�`. */
export function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = []
  let column = 0
  for (const { segment, index } of characters.segment(line)) {
    const text = segment === '\t' ? ' '.repeat(tabStop - (column % tabStop)) : segment.replace(unsafe, '�')
    const width = stringWidth(text)
    cells.push({ offset: index, end: index + segment.length, text, width })
    column += width
  }
  return cells
}
