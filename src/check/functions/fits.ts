import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { diagnose } from '../../diagnostics/define.js'
import { isOfLibrary, report } from '../evaluation/env.js'
import type { DraftNode, GraphBuilder } from '../evaluation/graph.js'
import type { Tensor } from '../values/value.js'
import type { FunctionCall } from './rule.js'

/** D083: every image gets its box somewhere, so the largest must fit into the image. @returns whether it does */
export function checkFits(call: FunctionCall, side: 'height' | 'width', { node, range }: Tensor): boolean {
  const { graph, abstract, module, session } = call.env
  const { canvas } = graph
  const [length, high] = [canvas?.[side], range?.[1]]
  if (canvas === undefined || length === undefined || high === undefined || abstract) return true
  const largest = Math.max(1, Math.floor(high))
  if (largest <= length) return true
  if (graph.unfit.has(node)) return false
  graph.unfit.add(node)
  const size = `${canvas.height}x${canvas.width}`
  const draws = drawsBehind(graph, node)
  // What makes a patch larger than the length that is drawn for it comes first.
  const enlarging = draws.filter(({ op, tensor }) => op === 'draw' && (tensor.range?.[1] ?? 0) > 1)
  const written = [...enlarging, ...draws].flatMap(({ id }) => graph.drawn.get(id) ?? [])
  const facts = { side, patch: `${largest}px`, image: length, size, fix: fixOf(draws, (length + 1) / high) }
  const related = canvas.imageSpan === undefined ? [] : [{ span: canvas.imageSpan, label: `the image is ${size}` }]
  const place = written.find((span) => !isOfLibrary(span)) ?? written[0] ?? call.spanOf(side)
  // What the user wrote says all: the way from there to here is the library's.
  if (module.library && !isOfLibrary(place))
    session.sink.report(diagnose(settingsDiagnostics.patchDoesNotFit, place, facts, related))
  else {
    const drawn = { span: place, label: 'drawn from this' }
    report(call.env, settingsDiagnostics.patchDoesNotFit, call.span, facts, [...related, drawn])
  }
  return false
}

/** The draws that a number is made of. */
function drawsBehind({ nodes }: GraphBuilder, id: number): readonly DraftNode[] {
  const node = nodes[id]
  if (node === undefined) return []
  const before = node.operands.flatMap((operand) => drawsBehind({ nodes } as GraphBuilder, operand))
  return node.op === 'draw' || node.op === 'draw_int' ? [node] : before
}

/** What to write for each of them, if the others stay. */
function fixOf(draws: readonly DraftNode[], factor: number): string {
  const ranges = draws.flatMap(({ op, tensor: { range } }) => {
    if (range === undefined) return []
    const [low, high] = range
    const [unit, digits] = op === 'draw_int' ? ['px', 1] : ['', 100]
    // The product must stay below the next whole pixel.
    const top = (Math.ceil(high * factor * digits) - 1) / digits
    return top > 0 ? [`\`${Math.min(low, top)}${unit} .. ${top}${unit}\``] : []
  })
  return ranges.length === 0 ? 'Make it smaller.' : `Draw it from ${ranges.join(', or ')}.`
}
