/**
 * Connected components of a mask [height, width] (a pixel is set where it is above 0.5), 8 neighbours.
 * Returns the component of each pixel from 1 (0: background), numbered in row-major order of their first pixels.
 */
export function labelRegions(
  mask: ArrayLike<number>,
  height: number,
  width: number,
): { readonly labels: Int32Array; readonly count: number } {
  const labels = new Int32Array(height * width)
  const pending: number[] = []
  let count = 0
  for (let start = 0; start < labels.length; start++) {
    if ((mask[start] as number) <= 0.5 || labels[start] !== 0) continue
    labels[start] = ++count
    pending.push(start)
    for (let pixel = pending.pop(); pixel !== undefined; pixel = pending.pop()) {
      const row = Math.floor(pixel / width)
      const column = pixel - row * width
      for (let r = Math.max(0, row - 1); r <= Math.min(height - 1, row + 1); r++) {
        for (let c = Math.max(0, column - 1); c <= Math.min(width - 1, column + 1); c++) {
          const neighbour = r * width + c
          if ((mask[neighbour] as number) > 0.5 && labels[neighbour] === 0) {
            labels[neighbour] = count
            pending.push(neighbour)
          }
        }
      }
    }
  }
  return { labels, count }
}
