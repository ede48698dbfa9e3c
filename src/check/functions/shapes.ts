import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { spanKey } from '../evaluation/session.js'
import { describePer, shapeText, tensorName } from '../values/describe.js'
import type { Tensor } from '../values/value.js'

const places = ['the first', 'the second', 'the third', 'the fourth', 'the fifth']

/** D050 with the shape of each operand and the binding that made it. A shape that does not fit one place seldom fits the next: each is reported once. */
export function reportShapes(
  env: Env,
  span: Span,
  callee: string,
  rule: string,
  operands: readonly Tensor[],
  help?: string,
): Diagnostic {
  const made = operands.filter((tensor) => tensor.made !== undefined && env.graph.nodes[tensor.node]?.op !== 'input')
  const keys = made.map((tensor) => `${spanKey(tensor.made?.span ?? span)} ${shapeText(tensor.shape)}`)
  for (const key of keys) {
    const known = env.graph.shapeMistakes.get(key)
    if (known !== undefined) return known
  }
  const sides = operands.flatMap(({ per, shape }) => (per === 'pixel' ? [shapeText(shape.slice(0, 2))] : []))
  for (const { node } of made) {
    env.graph.misshapen.add(node)
    if (new Set(sides).size > 1) env.graph.missized.add(node)
  }
  const shapes = operands.map((tensor, index) => {
    const name = tensorName(tensor, places[index] ?? `operand ${index + 1}`)
    return `${name} is ${tensor.per === 'pixel' ? shapeText(tensor.shape) : describePer(tensor.per, tensor.shape)}`
  })
  const related = operands.flatMap((tensor) =>
    tensor.made === undefined
      ? []
      : [{ span: tensor.made.span, label: `\`${tensor.made.name}\` is ${shapeText(tensor.shape)}` }],
  )
  const facts = { callee, rule, shapes }
  const all = help === undefined ? facts : { ...facts, help }
  const reported = report(env, tensorsDiagnostics.shapeMismatch, span, all, related)
  for (const key of keys) env.graph.shapeMistakes.set(key, reported)
  return reported
}
