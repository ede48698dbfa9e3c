import { invariant } from '../diagnostics/invariant.js'
import type { Attributes, IrFunction, IrModule, Operation, TensorType, ValueId } from '../ir/types.js'
import { stateOf } from './analysis.js'
import { type FunctionResult, type Pass, type PassResult, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Everything in float64, on request: weights, statistics, optimiser slots, losses, outputs, in all functions. What comes in float32
 * by its nature is cast once: images and labels, which the data's workers write in float32, and random numbers. Scalars of the host
 * (learning rate, batch-norm momentum) are fed in float64.
 */
export const doublePrecision: Pass = {
  name: 'double_precision',
  summary: 'everything in float64, on request (precision = float64)',
  place: 'before gradients, which follow the types of what they belong to, and the optimiser, whose slots do',
  run: (module, { precision }) => (precision === 'float64' ? widened(module) : { module, changes: [] }),
}

function widened(module: IrModule): PassResult {
  const { module: rewritten, changes } = rewriteFunctions(module, widenedFunction)
  if (changes.length === 0) return { module, changes }
  const state = rewritten.state.map((variable) => ({ ...variable, type: wide(variable.type) }))
  return { module: { ...rewritten, state }, changes }
}

function wide(type: TensorType): TensorType {
  return type.dtype === 'f32' ? { ...type, dtype: 'f64' } : type
}

function widenedFunction(source: IrFunction): FunctionResult {
  const scalars = source.inputs.filter(({ value }) => source.types.get(value)?.shape.length === 0)
  const types = new Map(source.types)
  for (const { value } of scalars) types.set(value, wide(typeOf(source, value)))
  const rewriter = new Rewriter({ ...source, types })
  let casts = 0
  const cast = (old: ValueId, path?: string) => {
    casts += 1
    rewriter.replace(old, rewriter.one('cast', [rewriter.value(old)], { dtype: 'f64' }, path))
  }
  for (const { value } of source.inputs) if (rewriter.type(rewriter.value(value)).dtype === 'f32') cast(value)
  for (const operation of source.operations) {
    write(operation, source, rewriter)
    if (isRandom(operation)) for (const result of operation.results) cast(result, operation.path)
  }
  const count = source.operations.length
  if (count === 0) return { function: source, changes: [] }
  return { function: rewriter.finish(), changes: [`${count} operations in float64, ${casts} casts`] }
}

function write(operation: Operation, source: IrFunction, rewriter: Rewriter): void {
  const { op, operands, attributes, results, path } = operation
  if (op === 'read') {
    const [result = -1] = results
    rewriter.replace(result, rewriter.read(stateOf(operation) ?? '', wide(typeOf(source, result)), path))
    return
  }
  if (op === 'assign') {
    rewriter.copy(operation)
    return
  }
  const written = rewriter.emit(
    op,
    operands.map((operand) => rewriter.value(operand)),
    wideAttributes(attributes),
    path,
  )
  results.forEach((result, place) => {
    rewriter.replace(result, written[place] ?? -1)
  })
}

/** Their values are float32 by definition: a dropped activation is the same in every precision. */
function isRandom({ op }: Operation): boolean {
  return op === 'random_uniform' || op === 'random_normal'
}

/** A constant, a table or a cast says its dtype. */
function wideAttributes(attributes: Attributes): Attributes {
  return attributes.dtype === 'f32' ? { ...attributes, dtype: 'f64' } : attributes
}

function typeOf(source: IrFunction, value: ValueId): TensorType {
  const type = source.types.get(value)
  invariant(type, `%${value} of ${source.name} has no type`)
  return type
}
