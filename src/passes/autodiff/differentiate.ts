import { invariant } from '../../diagnostics/invariant.js'
import { type OperationWriter, single } from '../../ir/builder.js'
import { isFloat, showType } from '../../ir/ops/shape.js'
import type { Operation, ValueId } from '../../ir/types.js'
import { GradientSite } from './rule.js'
import { gradientRules } from './rules.js'

/**
 * Appends the gradient of `loss` (f32[]) by each value of `wrt` to the function that `writer` writes, by reverse accumulation over
 * `operations`, what was written so far. Only what lies on a path from `wrt` to the loss is differentiated. A value that the loss does
 * not depend on has a gradient of zeros. Gradient operations carry the path of the operation that they differentiate.
 */
export function differentiate(
  writer: OperationWriter,
  operations: readonly Operation[],
  loss: ValueId,
  wrt: readonly ValueId[],
): readonly ValueId[] {
  const lossType = writer.type(loss)
  const { dtype, shape } = lossType
  invariant(
    (dtype === 'f32' || dtype === 'f64') && shape.length === 0,
    `a loss is f32[] or f64[], not ${showType(lossType)}`,
  )
  const forward = [...operations]
  const varying = reachedFrom(writer, forward, wrt)
  const gradients = new Map<ValueId, ValueId>()
  if (varying.has(loss)) gradients.set(loss, single(writer, 'constant', [], { value: 1, shape: [], dtype }))

  for (const operation of forward.reverse()) {
    const byResult = operation.results.map((result) => gradients.get(result))
    const wanted = operation.operands.map((operand) => varying.has(operand))
    if (!wanted.includes(true) || byResult.every((gradient) => gradient === undefined)) continue
    const rule = gradientRules[operation.op]
    if (rule === 'zero') continue
    invariant(rule !== 'none', `${operation.op} is not differentiated`)
    rule(new GradientSite(writer, operation, byResult, wanted)).forEach((gradient, place) => {
      const operand = operation.operands[place]
      if (gradient === undefined || operand === undefined || !wanted[place]) return
      const known = gradients.get(operand)
      gradients.set(
        operand,
        known === undefined ? gradient : single(writer, 'add', [known, gradient], {}, operation.path),
      )
    })
  }
  return wrt.map((value) => {
    const { dtype, shape } = writer.type(value)
    return gradients.get(value) ?? single(writer, 'constant', [], { value: 0, shape, dtype })
  })
}

/** Float values that depend on one of these through operators that pass gradients, these with them. */
function reachedFrom(
  writer: OperationWriter,
  operations: readonly Operation[],
  wrt: readonly ValueId[],
): ReadonlySet<ValueId> {
  const reached = new Set(wrt)
  for (const { op, operands, results } of operations) {
    if (gradientRules[op] === 'zero' || !operands.some((operand) => reached.has(operand))) continue
    for (const result of results) if (isFloat(writer.type(result).dtype)) reached.add(result)
  }
  return reached
}
