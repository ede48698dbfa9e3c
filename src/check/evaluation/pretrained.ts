import { weightsDiagnostics } from '../../diagnostics/codes/weights.js'
import type { Span } from '../../source/span.js'
import { assign } from '../../weights/assign.js'
import { namingNames } from '../../weights/names.js'
import type { Value, WeightSource } from '../values/value.js'
import { isPoison } from '../values/value.js'
import type { Env } from './env.js'
import { report } from './env.js'

/**
 * Calls a block, and says of the weights that the call made where in the file each is. One that an inner call has taken from a file
 * keeps that.
 */
export function callPretrained(source: WeightSource & { readonly span: Span }, env: Env, call: () => Value): Value {
  const { graph } = env
  const before = new Set(graph.parameters.keys())
  const value = call()
  if (env.abstract || isPoison(value)) return value
  const made = [...graph.parameters.values()].filter((each) => !before.has(each.name) && each.source === undefined)
  const begin = env.path === '' ? 0 : env.path.length + 1
  const { file, prefix, naming, span } = source
  const wanted = made.flatMap(({ name, shape }) => {
    const sides = shape.filter((side) => side !== undefined)
    return sides.length === shape.length ? [{ name: name.slice(begin), shape: sides }] : []
  })
  const found = assigned(source, wanted, env)
  for (const each of made) {
    const place = found?.get(each.name.slice(begin))
    graph.parameters.set(each.name, {
      ...each,
      source: { file, prefix, naming, span, ...(place === undefined ? {} : { place }) },
    })
  }
  return value
}

type Wanted = Parameters<typeof assign>[1]
type Place = Pick<ReturnType<typeof assign>['assignments'][number], 'tensor' | 'layout'>

/** Where each weight is; undefined where files are not looked at, or after a mistake. */
function assigned(
  source: WeightSource & { readonly span: Span },
  wanted: Wanted,
  env: Env,
): ReadonlyMap<string, Place> | undefined {
  const { file, prefix, span } = source
  const table = env.session.readWeights?.(file)
  if (table === undefined) return undefined
  if (table.kind === 'refused') {
    report(env, weightsDiagnostics.unusable, span, { file, problem: table.problem })
    return undefined
  }
  const { assignments, missing, misshapen, surplus } = assign(table, wanted, source)
  const isElsewhere = assignments.length + misshapen.length === 0
  if (missing.length > 0) {
    const there = [...table.tensors.keys()]
    const better = namingNames.find(
      (naming) => assign(table, wanted, { prefix, naming }).missing.length < missing.length,
    )
    report(env, weightsDiagnostics.missing, span, { file, missing, prefix, there, isElsewhere, better })
  }
  if (misshapen.length > 0) report(env, weightsDiagnostics.misshapen, span, { file, misshapen })
  if (surplus.length > 0 && !isElsewhere) report(env, weightsDiagnostics.surplus, span, { file, surplus })
  return new Map(assignments.map(({ name, tensor, layout }) => [name, { tensor, layout }]))
}
