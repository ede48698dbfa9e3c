/** Cells that a character takes in a terminal: 0 for combining marks and invisible ones, 2 for East Asian wide and emoji, else 1. */
export function displayWidth(character: string): number {
  const point = character.codePointAt(0) ?? 0
  if (/^[\p{M}\p{Cf}]/u.test(character)) return 0
  return isWide(point) ? 2 : 1
}

/** Unicode Standard Annex 11, the ranges whose property is W or F, joined over unassigned gaps. */
function isWide(point: number): boolean {
  return (
    (point >= 0x1100 && point <= 0x115f) ||
    (point >= 0x2e80 && point <= 0x303e) ||
    (point >= 0x3041 && point <= 0xa4cf) ||
    (point >= 0xa960 && point <= 0xa97f) ||
    (point >= 0xac00 && point <= 0xd7a3) ||
    (point >= 0xf900 && point <= 0xfaff) ||
    (point >= 0xfe30 && point <= 0xfe6f) ||
    (point >= 0xff00 && point <= 0xff60) ||
    (point >= 0xffe0 && point <= 0xffe6) ||
    (point >= 0x1f300 && point <= 0x1f64f) ||
    (point >= 0x1f680 && point <= 0x1f6ff) ||
    (point >= 0x1f900 && point <= 0x1f9ff) ||
    (point >= 0x20000 && point <= 0x3fffd)
  )
}

const tabStop = 4

/** One character as it is shown, with the offset in the line that it stands for. */
export interface Cell {
  readonly offset: number
  readonly text: string
  readonly width: number
}

/** A line as it is shown: tabs as blanks up to the next stop, control characters as `�`. */
export function cellsOf(line: string): readonly Cell[] {
  const cells: Cell[] = []
  let column = 0
  let offset = 0
  for (const character of line) {
    const blanks = tabStop - (column % tabStop)
    const isControl = /^\p{Cc}/u.test(character)
    const text = character === '\t' ? ' '.repeat(blanks) : isControl ? '�' : character
    const width = character === '\t' ? blanks : isControl ? 1 : displayWidth(character)
    cells.push({ offset, text, width })
    column += width
    offset += character.length
  }
  return cells
}
