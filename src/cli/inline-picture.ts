/**
 * A PNG as the terminal at hand shows it between lines of text; undefined where none is known to. The protocols are those of iTerm2
 * (iterm2.com/documentation-images.html) and of kitty (sw.kovidgoyal.net/kitty/graphics-protocol).
 */
export function inlinePicture(
  png: Buffer,
  { TERM, TERM_PROGRAM }: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const text = png.toString('base64')
  if (TERM_PROGRAM === 'iTerm.app' || TERM_PROGRAM === 'WezTerm')
    return `\u001b]1337;File=inline=1;size=${png.length}:${text}\u0007`
  if (TERM !== 'xterm-kitty') return undefined
  // Chunks of at most 4096; m says whether another follows.
  const chunks = text.match(/.{1,4096}/g) ?? []
  return chunks
    .map((chunk, index) => {
      const more = index < chunks.length - 1 ? 1 : 0
      return `\u001b_G${index === 0 ? 'f=100,a=T,' : ''}m=${more};${chunk}\u001b\\`
    })
    .join('')
}
