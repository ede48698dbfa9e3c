import type { IToken } from 'chevrotain'

/**
 * Documentation by the offset of what it documents: the `///` lines directly above it, each on a line of its own.
 * A blank line or a plain comment between ends the run.
 */
export function documentation(text: string, comments: readonly IToken[]): (start: number) => string | undefined {
  const byNextText = new Map<number, readonly string[]>()
  let run: readonly string[] = []
  let expected = -1
  for (const comment of comments) {
    const isDoc = comment.image.startsWith('///') && !comment.image.startsWith('////')
    if (!isDoc || !ownLine(text, comment.startOffset)) continue
    run = comment.startOffset === expected ? [...run, docLine(comment)] : [docLine(comment)]
    expected = nextText(text, comment.startOffset + comment.image.length)
    byNextText.set(expected, run)
  }
  return (start) => byNextText.get(start)?.join('\n')
}

function docLine(comment: IToken): string {
  return comment.image.slice(3).replace(/^ /, '').trimEnd()
}

function ownLine(text: string, offset: number): boolean {
  for (let i = offset - 1; i >= 0 && !/[\r\n]/.test(text.charAt(i)); i--) if (!/\s/.test(text.charAt(i))) return false
  return true
}

/** Offset of the text on the next line; -1 past a blank line or the end. */
function nextText(text: string, from: number): number {
  let lines = 0
  for (let i = from; i < text.length; i++) {
    const character = text.charAt(i)
    if (character === '\n' || (character === '\r' && text.charAt(i + 1) !== '\n')) lines += 1
    else if (!/\s/.test(character)) return lines === 1 ? i : -1
  }
  return -1
}
