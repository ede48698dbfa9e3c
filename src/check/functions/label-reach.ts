import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import type { Interval } from '../primitives/intervals.js'
import { numberText, tensorName } from '../values/describe.js'
import type { Tensor } from '../values/value.js'

/** A prediction whose range does not contain its label's can never be right on part of the labels (the reference's SevNet: a sigmoid against labels up to 2). */
export function checkLabelReach(env: Env, callee: string, a: Tensor, b: Tensor): void {
  const pair =
    a.label && !b.label ? { label: a, prediction: b } : b.label && !a.label ? { label: b, prediction: a } : undefined
  if (pair === undefined) return
  const { label, prediction } = pair
  if (prediction.meaning === 'logits' || prediction.meaning === 'log_probabilities') {
    report(env, tensorsDiagnostics.wrongMeaning, prediction.span, {
      callee: callee,
      expected: 'what can be compared with the label',
      found: prediction.meaning.replace('_', ' '),
      help: 'Put a `softmax` before it and choose the class: `softmax(x)[anomaly]`, or use `focal` or `cross_entropy`.',
    })
    return
  }
  if (!prediction.learned || prediction.range === undefined || label.range === undefined) return
  if (reaches(prediction.range, label.range)) return
  env.graph.outOfReach.add(prediction.node)
  const related = [label, prediction].flatMap((tensor) =>
    tensor.made === undefined ? [] : [{ span: tensor.made.span, label: `\`${tensor.made.name}\`` }],
  )
  report(
    env,
    tensorsDiagnostics.labelOutOfReach,
    prediction.span,
    { callee: callee, prediction: prediction.range, label: label.range, help: mend(prediction, label.range) },
    related.slice(0, 2),
  )
}

/** Ends that are neared count as reached (0 by an exponential, 1 by a sigmoid), and so do those that rounding misses. */
export function reaches([low, high]: Interval, [labelLow, labelHigh]: Interval): boolean {
  const width = labelHigh - labelLow
  const near = 1e-6 * (Number.isFinite(width) ? width : 1)
  return low <= labelLow + near && high >= labelHigh - near
}

/** Four digits are enough, rounded up: what is reached may be more than the label. */
export function factorText(factor: number): string {
  const short = Number(factor.toPrecision(4))
  return numberText(short >= factor ? short : Number((1.0005 * factor).toPrecision(4)), false)
}

function mend(prediction: Tensor, [labelLow, labelHigh]: readonly [number, number]): string {
  const [low, high] = prediction.range ?? [0, 0]
  const name = tensorName(prediction, 'the prediction')
  if (low === 0 && high > 0 && labelLow === 0 && Number.isFinite(high) && Number.isFinite(labelHigh)) {
    return `Multiply ${name} by ${factorText(labelHigh / high)}, so that it reaches ${labelHigh}; or divide the label.`
  }
  return `Scale and shift ${name} so that its values cover [${labelLow}, ${labelHigh}], or leave out what bounds it.`
}
