/** `width` cells, filled to the share in eighths: as fine as a terminal draws. */
export function bar(share: number, width: number): { readonly filled: string; readonly empty: string } {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * width * 8)
  const whole = Math.floor(eighths / 8)
  const rest = eighths % 8
  const filled = '█'.repeat(whole) + (rest === 0 ? '' : '▏▎▍▌▋▊▉'.charAt(rest - 1))
  return { filled, empty: '░'.repeat(width - whole - (rest === 0 ? 0 : 1)) }
}

/** The last `width` values between the smallest and the largest of them. */
export function sparkline(values: readonly number[], width: number): string {
  const shown = width > 0 ? values.slice(-width) : []
  const low = Math.min(...shown)
  const span = Math.max(...shown) - low
  return shown.map((value) => '▁▂▃▄▅▆▇█'.charAt(span === 0 ? 0 : Math.round((7 * (value - low)) / span))).join('')
}
