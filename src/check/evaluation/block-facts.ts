import type { BlockDeclaration, Identifier } from '../../syntax/ast.js'
import { functions } from '../functions/table.js'
import type { Module } from '../loading/module.js'
import { lookUp } from '../loading/module.js'
import { calleesIn, identifiersIn } from '../loading/names-in.js'
import type { BlockEntity, BlockValue } from '../values/value.js'

/** The names of others that a block's body calls or passes on, in the order of the text. */
function calledNames({ parameters, body }: BlockDeclaration): readonly Identifier[] {
  const values = body.flatMap((each) => (each.kind === 'binding' || each.kind === 'return' ? [each.value] : []))
  const called = new Set(calleesIn(values))
  const own = new Set(parameters.map(({ name }) => name.name))
  const bindings = new Set(body.flatMap((each) => (each.kind === 'binding' ? each.path[0]?.name : [])))
  // A binding hides a block of its name where it is used, and not where it is called.
  return identifiersIn(values).filter((each) => !own.has(each.name) && (called.has(each) || !bindings.has(each.name)))
}

function calledBlocks(
  block: BlockEntity,
): readonly { readonly entity: BlockEntity; readonly identifier: Identifier }[] {
  return calledNames(block.declaration).flatMap((identifier) => {
    const entity = lookUp(block.module, identifier.name)
    return entity?.kind === 'block' ? [{ entity, identifier }] : []
  })
}

export function hasParameterTwice({ parameters }: BlockDeclaration): boolean {
  return new Set(parameters.map(({ name }) => name.name)).size < parameters.length
}

const weighted = new WeakMap<BlockDeclaration, boolean>()

/** Whether a call of the block makes weights: it, or what it calls, applies a layer. */
export function hasWeights(value: BlockValue): boolean {
  if (ownWeights(value.block)) return true
  return [...value.bound.values()].some((bound) => bound.kind === 'block' && hasWeights(bound))
}

function ownWeights(block: BlockEntity): boolean {
  const known = weighted.get(block.declaration)
  if (known !== undefined) return known
  // Recursion is refused elsewhere; here it must only end.
  weighted.set(block.declaration, false)
  const direct = calledNames(block.declaration).some(
    ({ name }) => lookUp(block.module, name) === undefined && functions.get(name)?.parametric === true,
  )
  const result = direct || calledBlocks(block).some(({ entity }) => ownWeights(entity))
  weighted.set(block.declaration, result)
  return result
}

/** The first call on a circle through the block, with the names on the circle; undefined when there is none. */
export function findRecursion(
  block: BlockEntity,
): { readonly identifier: Identifier; readonly chain: readonly string[] } | undefined {
  for (const { entity, identifier } of calledBlocks(block)) {
    const chain = pathTo(entity, block.declaration, new Set())
    if (chain !== undefined) return { identifier, chain: [block.name, ...chain] }
  }
  return undefined
}

function pathTo(
  from: BlockEntity,
  target: BlockDeclaration,
  visited: Set<BlockDeclaration>,
): readonly string[] | undefined {
  if (from.declaration === target) return [from.name]
  if (visited.has(from.declaration)) return undefined
  visited.add(from.declaration)
  for (const { entity } of calledBlocks(from)) {
    const rest = pathTo(entity, target, visited)
    if (rest !== undefined) return [from.name, ...rest]
  }
  return undefined
}

export function modulesBlocks(module: Module): readonly BlockEntity[] {
  return [...module.own.values()].filter((entity) => entity.kind === 'block')
}
