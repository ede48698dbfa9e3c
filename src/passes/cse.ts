import type { IrFunction, Operation, ValueId } from '../ir/types.js'
import { own } from '../source/own.js'
import { counted, type FunctionResult, type Pass, rewriteFunctions } from './pass.js'
import { Rewriter } from './rewriter.js'

/**
 * Computes every value once. All operators but `assign` are pure (random numbers are a function of key and step), so equal operator,
 * operands and attributes are equal values.
 */
export const cse: Pass = {
  name: 'cse',
  summary: 'compute equal values once',
  place: 'after simplification, which makes what was written differently equal',
  run: (module) => rewriteFunctions(module, shared),
}

function shared(source: IrFunction): FunctionResult {
  const rewriter = new Rewriter(source)
  const known = new Map<string, readonly ValueId[]>()
  let saved = 0
  for (const operation of source.operations) {
    if (operation.op === 'assign') {
      rewriter.copy(operation)
      continue
    }
    const key = keyOf(operation, rewriter)
    const same = known.get(key)
    if (same) {
      saved += 1
      operation.results.forEach((result, place) => {
        const value = same[place]
        if (value !== undefined) rewriter.replace(result, value)
      })
    } else {
      rewriter.copy(operation)
      known.set(
        key,
        operation.results.map((result) => rewriter.value(result)),
      )
    }
  }
  return saved === 0
    ? { function: source, changes: [] }
    : { function: rewriter.finish(), changes: [`shared ${counted(saved, 'operation')}`] }
}

const commutative: ReadonlySet<string> = new Set(['add', 'mul', 'maximum', 'minimum', 'equal', 'logical_and'])

function keyOf(operation: Operation, rewriter: Rewriter): string {
  const operands = operation.operands.map((operand) => rewriter.value(operand))
  if (commutative.has(operation.op)) operands.sort((a, b) => a - b)
  const names = Object.keys(operation.attributes).sort()
  // JSON knows neither infinity nor -0, which constants can be.
  const attributes = names.map((name) => {
    const value = own(operation.attributes, name)
    return typeof value === 'number' ? (Object.is(value, -0) ? '-0' : `${value}`) : JSON.stringify(value)
  })
  return `${operation.op}(${operands.join()})${names.join()}=${attributes.join(';')}`
}
