import type { IToken } from 'chevrotain'

/**
 * Documentation by the offset of what it documents: the `///` lines directly above it, each on a line of its own.
 * A blank line or a plain comment between ends the run.
 */
export function documentation(text: string, comments: readonly IToken[]): (start: number) => string | undefined {
  const byNextText = new Map<number, readonly string[]>()
  let run: string[] = []
  let expected = -1
  for (const comment of comments) {
    const isDoc = comment.image.startsWith('///') && !comment.image.startsWith('////')
    if (!isDoc || !ownLine(text, comment.startOffset)) continue
    if (comment.startOffset !== expected) run = []
    run.push(docLine(comment))
    expected = nextText(text, comment.startOffset + comment.image.length)
    byNextText.set(expected, run)
  }
  return (start) => byNextText.get(start)?.join('\n')
}

function docLine(comment: IToken): string {
  return comment.image.slice(3).replace(/^ /, '').trimEnd()
}

function ownLine(text: string, offset: number): boolean {
  for (let at = offset - 1; at >= 0; at--) {
    const character = text.charCodeAt(at)
    if (character === 10 || character === 13) return true
    if (text.charAt(at).trim() !== '') return false
  }
  return true
}

const lineBreak = /[^\S\r\n]*(?:\r\n|\r|\n)[^\S\r\n]*(?=\S)/y

/** Offset of the text on the next line; -1 before a blank line or the end. */
function nextText(text: string, from: number): number {
  lineBreak.lastIndex = from
  return lineBreak.test(text) ? lineBreak.lastIndex : -1
}
