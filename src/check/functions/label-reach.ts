import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { Env } from '../evaluation/env.js'
import { report, withChanges } from '../evaluation/env.js'
import { textOf } from '../evaluation/session.js'
import type { Interval } from '../primitives/intervals.js'
import { numberText, tensorName } from '../values/describe.js'
import type { Tensor } from '../values/value.js'
import type { FunctionCall } from './rule.js'

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
  const made = [label, prediction].flatMap((tensor) =>
    tensor.made === undefined ? [] : [{ span: tensor.made.span, label: `\`${tensor.made.name}\`` }],
  )
  const related = withChanges(prediction.span, made, [label, prediction])
  const facts = { callee, prediction: prediction.range, label: label.range }
  if (!reaches(prediction.range, label.range)) {
    const help = helpToReach(prediction, label.range)
    const all = { ...facts, help }
    const reported = report(env, tensorsDiagnostics.labelOutOfReach, prediction.span, all, related)
    env.graph.rangeMistakes.set(prediction.node, reported)
  } else if (isFarWider(prediction.range, label.range)) {
    const help = helpToFit(prediction, prediction.range, label.range)
    const all = { ...facts, help }
    const reported = report(env, tensorsDiagnostics.predictionBeyondLabel, prediction.span, all, related)
    env.graph.rangeMistakes.set(prediction.node, reported)
  }
}

/** At least twice as wide, both bounded: a factor that is applied twice. An unbounded prediction is nothing to warn of. */
function isFarWider([low, high]: Interval, [otherLow, otherHigh]: Interval): boolean {
  const [width, other] = [high - low, otherHigh - otherLow]
  return Number.isFinite(width) && other > 0 && width >= 1.999 * other
}

function helpToFit(prediction: Tensor, [low, high]: Interval, [labelLow, labelHigh]: Interval): string {
  const name = tensorName(prediction, 'the prediction')
  if (low === 0 && labelLow === 0)
    return `Multiply ${name} by ${factorText(labelHigh / high)}, or leave out a factor that is applied twice, so that it ends at ${labelHigh}.`
  return `Scale and shift ${name} so that its values lie in [${labelLow}, ${labelHigh}].`
}

/** Parts of one score, of which one can be at least twice as large as another, decide by their scale. */
export function checkScales({ env, span, rule }: FunctionCall, parts: readonly Tensor[]): void {
  const known = parts.flatMap(({ range, ...part }) => (range && part.per !== 'batch' ? [{ ...part, range }] : []))
  if (env.abstract || known.length < parts.length) return
  const small = known.find(({ range }) => known.some((other) => isFarWider(other.range, range)))
  const large = small && known.find(({ range }) => isFarWider(range, small.range))
  if (small === undefined || large === undefined) return
  const text = textOf(env.session, large.span)
  const factor = (large.range[1] - large.range[0]) / (small.range[1] - small.range[0])
  const operand = /^[\w.]+$/.test(text) ? text : `(${text})`
  const facts = {
    callee: rule.name,
    parts: known.map((part) => ({ name: `\`${textOf(env.session, part.span)}\``, range: part.range })),
    help: `Write \`${operand} / ${factorText(factor)}\` for \`${text}\`.`,
  }
  env.graph.scales.push({ span: span, parts: parts.map(({ node }) => node), facts })
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

function helpToReach(prediction: Tensor, [labelLow, labelHigh]: readonly [number, number]): string {
  const [low, high] = prediction.range ?? [0, 0]
  const name = tensorName(prediction, 'the prediction')
  if (low === 0 && high > 0 && labelLow === 0 && Number.isFinite(high) && Number.isFinite(labelHigh)) {
    return `Multiply ${name} by ${factorText(labelHigh / high)}, so that it reaches ${labelHigh}; or divide the label.`
  }
  return `Scale and shift ${name} so that its values cover [${labelLow}, ${labelHigh}], or leave out what bounds it.`
}
