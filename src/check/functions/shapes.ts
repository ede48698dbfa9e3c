import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Span } from '../../source/span.js'
import type { PhaseInput } from '../checked.js'
import type { Env } from '../evaluation/env.js'
import { report, withChanges } from '../evaluation/env.js'
import { spanKey, textOf } from '../evaluation/session.js'
import { describePer, shapeText, tensorName } from '../values/describe.js'
import type { PoisonedValue, Tensor } from '../values/value.js'
import { poison } from '../values/value.js'
import type { FunctionCall } from './rule.js'

const places = ['the first', 'the second', 'the third', 'the fourth', 'the fifth']

/** D050 of a call; what it gives then. */
export function failShapes(
  call: FunctionCall,
  rule: string,
  operands: readonly Tensor[],
  help?: string,
): PoisonedValue {
  return reportShapes(call.env, call.span, call.rule.name, rule, operands, help)
}

/** D050 with the shape of each operand and the binding that made it; without `help` it says what would bring them together. */
export function reportShapes(
  env: Env,
  span: Span,
  callee: string,
  rule: string,
  operands: readonly Tensor[],
  help = bringTogether(operands, span, env),
): PoisonedValue {
  // A shape that does not fit one place seldom fits the next: each binding's is reported once.
  const made = operands.filter((tensor) => tensor.made !== undefined && env.graph.nodes[tensor.node]?.op !== 'input')
  const keys = made.map((tensor) => `${spanKey(tensor.made?.span ?? span)} ${shapeText(tensor.shape)}`)
  const known = keys.map((key) => env.graph.shapeMistakes.get(key)).find((mistake) => mistake !== undefined)
  if (known !== undefined) return poison(span, known)
  const shapes = operands.map((tensor, index) => {
    const name = tensorName(tensor, places[index] ?? `operand ${index + 1}`)
    return `${name} is ${tensor.per === 'pixel' ? shapeText(tensor.shape) : describePer(tensor.per, tensor.shape)}`
  })
  const related = operands.flatMap((tensor) =>
    tensor.made === undefined
      ? []
      : [{ span: tensor.made.span, label: `\`${tensor.made.name}\` is ${shapeText(tensor.shape)}` }],
  )
  const reported = report(
    env,
    tensorsDiagnostics.shapeMismatch,
    span,
    { callee, rule, shapes, help },
    withChanges(span, related, operands),
  )
  for (const key of keys) env.graph.shapeMistakes.set(key, reported)
  const sides = operands.flatMap(({ per, shape }) => (per === 'pixel' ? [shapeText(shape.slice(0, 2))] : []))
  for (const { node } of made) {
    env.graph.misshapen.set(node, reported)
    if (new Set(sides).size > 1) env.graph.missized.set(node, reported)
  }
  return poison(span, reported)
}

/** What to write so that operands of different shapes go together: the first two that differ. */
function bringTogether(operands: readonly Tensor[], span: Span, env: Env): string {
  const [frame] = env.frames.slice(-1)
  if (env.module.library && frame !== undefined)
    return `Give \`${frame.block.name}\` operands whose shapes go together there, in ${span.file}.`
  const [first, ...others] = operands
  const other = others.find(({ per, shape }) => per !== first?.per || shapeText(shape) !== shapeText(first.shape))
  if (first === undefined || other === undefined) return 'Change the shape of the operand.'
  // A label is what it is: the other one is changed.
  const [kept, changed] = other.label && !first.label ? [other, first] : [first, other]
  const name = (tensor: Tensor): string => textOf(env.session, tensor.span)
  if (kept.per !== changed.per || kept.shape.length !== changed.shape.length) {
    const label = kept.label && !changed.label ? labelLike(changed, kept, env) : undefined
    return label === undefined ? reduced(kept, changed, name) : `Compare \`${name(changed)}\` with \`${label}\`.`
  }
  const [text, channels] = [name(changed), kept.shape.at(-1)]
  const sides = kept.per === 'pixel' ? sidesTogether(kept, changed, name) : undefined
  const isWider = channels !== changed.shape.at(-1) && channels !== undefined
  if (sides !== undefined) return sides
  if (!isWider) return 'Give both the same shape.'
  const fitted = kept.per === 'pixel' ? `conv2d(${text}, ${channels}, kernel = 1)` : `dense(${text}, ${channels})`
  const bind = `Bind \`fitted = ${fitted}\` and use \`fitted\` for \`${text}\``
  const label = kept.label && !changed.label ? labelLike(changed, kept, env) : undefined
  if (label !== undefined)
    return `Compare \`${text}\` with \`${label}\`, or bind \`fitted = ${fitted}\` and compare that.`
  return kept.label ? `${bind}.` : `${bind}; \`concat(${name(first)}, ${name(other)})\` puts the two side by side.`
}

/** Another label than the one at hand, of the shape of the prediction. */
function labelLike({ per, shape }: Tensor, taken: Tensor, { graph }: Env): PhaseInput | undefined {
  const image = graph.nodes[graph.inputs.get('image') ?? -1]?.tensor.shape
  const label =
    per === 'image' && shape.length === 0
      ? 'fault_severity'
      : per !== 'pixel'
        ? undefined
        : shape[2] === 1
          ? 'fault_mask'
          : image !== undefined && shape[2] === image[2]
            ? 'clean'
            : undefined
  return label !== undefined && graph.inputs.get(label) === taken.node ? undefined : label
}

function sidesTogether(kept: Tensor, changed: Tensor, name: (tensor: Tensor) => string): string | undefined {
  const [h, w] = kept.shape
  const [height, width] = changed.shape
  if (h === undefined || w === undefined || height === undefined || width === undefined) return undefined
  if (h === height && w === width) return undefined
  const isSmaller = height <= h && width <= w
  const [small, large, factor] = isSmaller ? [changed, kept, h / height] : [kept, changed, height / h]
  if (Number.isInteger(factor) && factor === (isSmaller ? w / width : width / w))
    return `Write \`upsample(${name(small)}, ${factor})\` for \`${name(small)}\`, or \`max_pool(${name(large)}, ${factor})\` for \`${name(large)}\`.`
  const to = `to = ${h}x${w}`
  if (isSmaller) return `Write \`pad(${name(changed)}, ${to})\` for \`${name(changed)}\`.`
  if (height >= h && width >= w) return `Write \`crop(${name(changed)}, ${to})\` for \`${name(changed)}\`.`
  return `Bring \`${name(changed)}\` to ${h}x${w} with a \`pad\` and a \`crop\`.`
}

/** One number for many: how the larger of two kinds becomes the smaller. */
function reduced(a: Tensor, b: Tensor, name: (tensor: Tensor) => string): string {
  const rank = ({ per, shape }: Tensor): number => (per === 'batch' ? -1 : shape.length)
  const [small, large] = rank(a) < rank(b) ? [a, b] : [b, a]
  const text = name(large)
  if (rank(small) === -1) return `Write \`mean(${text})\` for \`${text}\`.`
  if (rank(large) === 1) return `Bind \`one = dense(${text}, 1)\` and write \`squeeze(one)\` for \`${text}\`.`
  if (rank(small) === 0) return `Write \`image_mean(${text})\` or \`image_max(${text})\` for \`${text}\`.`
  const channels = small.shape[0]
  const pooled = `global_average_pool(${text})`
  return channels === undefined || channels === large.shape[2]
    ? `Write \`${pooled}\` for \`${text}\`.`
    : `Bind \`fitted = dense(${pooled}, ${channels})\` and use \`fitted\` for \`${text}\`.`
}
