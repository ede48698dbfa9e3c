import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { diagnose } from '../../diagnostics/define.js'
import type { GraphBuilder, PoolingEvent } from '../evaluation/graph.js'
import type { Session } from '../evaluation/session.js'
import { spanKey } from '../evaluation/session.js'

/** One report for all poolings below one map: the sizes that they need together, at the place where that map got its size. */
export function reportPoolings(graph: GraphBuilder, session: Session): void {
  const groups = new Map<string, PoolingEvent[]>()
  for (const event of graph.poolings) {
    const key = spanKey(event.grid.span)
    groups.set(key, [...(groups.get(key) ?? []), event])
  }
  for (const events of groups.values()) {
    const broken = events.find((event) => !event.divides)
    if (broken === undefined) continue
    const { grid } = broken
    const multipleHeight = events.reduce((multiple, event) => leastCommonMultiple(multiple, event.grid.downHeight), 1)
    const multipleWidth = events.reduce((multiple, event) => leastCommonMultiple(multiple, event.grid.downWidth), 1)
    const [heights, widths] = [near(grid.height, multipleHeight), near(grid.width, multipleWidth)]
    const smaller = `${heights.below}x${widths.below}`
    const padded = `${heights.above}x${widths.above}`
    const nearest = heights.below === 0 || widths.below === 0 || smaller === padded ? padded : `${smaller} or ${padded}`
    const call = broken.env.frames[0]
    const where =
      call === undefined
        ? { span: broken.span, label: 'pooled here' }
        : { span: call.callSpan, label: `pooled in \`${call.block.name}\`` }
    const what = grid.isImage ? 'the image' : 'the map'
    const facts = {
      what,
      height: grid.height,
      width: grid.width,
      multipleHeight,
      multipleWidth,
      nearest,
      isImage: grid.isImage,
      padded,
    }
    session.sink.report(diagnose(tensorsDiagnostics.poolingDoesNotDivide, grid.span, facts, [where]))
  }
}

function near(size: number, multiple: number): { readonly below: number; readonly above: number } {
  return { below: Math.floor(size / multiple) * multiple, above: Math.ceil(size / multiple) * multiple }
}

/** A side that an `upsample` made finer than its root has no whole number of pixels, and asks for none. */
function leastCommonMultiple(a: number, b: number): number {
  if (!Number.isInteger(b)) return a
  let [x, y] = [a, b]
  while (y !== 0) [x, y] = [y, x % y]
  return (a / x) * b
}
