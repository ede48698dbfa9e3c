import { diagnosticRow } from '../../diagnostics/codes/index.js'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { type Span, within } from '../../source/span.js'
import type { Binding, ReturnStatement } from '../../syntax/ast.js'
import { damageAt, damaging } from '../loading/damage.js'
import { abstractValue, conform } from '../values/conform.js'
import type { Type } from '../values/type.js'
import { isTensorType } from '../values/type.js'
import { resolveType } from '../values/types.js'
import type { BlockEntity, BlockValue, Value } from '../values/value.js'
import { isPoison, poison } from '../values/value.js'
import { findRecursion, hasParameterTwice } from './block-facts.js'
import type { Env } from './env.js'
import { inStatement, report } from './env.js'
import { slotValue } from './expression.js'
import { GraphBuilder } from './graph.js'
import { Scope } from './scope.js'
import type { BlockFacts, Session } from './session.js'
import { circleKey, reportOnce } from './session.js'
import { checkPixelBlock, kindOfBlock } from './syntheses.js'

/** Checks a block on its own, once, with sizes and static values that nobody knows yet. */
export function blockFacts(block: BlockEntity, session: Session): BlockFacts {
  const { checkedBlocks } = session
  const known = checkedBlocks.get(block.declaration)
  if (known !== undefined) return known
  const facts = checkBlock(block, session)
  checkedBlocks.set(block.declaration, facts)
  return facts
}

function checkBlock(block: BlockEntity, session: Session): BlockFacts {
  const before = session.sink.all.length
  const scope = new Scope()
  const env: Env = {
    session,
    module: block.module,
    scope,
    graph: new GraphBuilder(kindOfBlock(block.declaration) === undefined ? 'open' : 'synthesis'),
    path: '',
    frames: [],
    statement: { layers: [] },
    abstract: true,
  }
  checkBody(block, env)
  const recursion = findRecursion(block)
  if (recursion !== undefined) {
    const { identifier, chain } = recursion
    const broken = reportOnce(session, circleKey(chain), () =>
      report(env, typesDiagnostics.recursion, identifier.span, { block: block.name, chain }),
    )
    // Its body asks for what is known of it.
    session.checkedBlocks.set(block.declaration, { broken, result: poison(block.declaration.span, broken) })
  }
  const types = defineParameters(block, env)
  if (kindOfBlock(block.declaration) !== undefined) checkPixelBlock(block, types, env)
  // A name that the body lacks is most likely that of the parameter.
  if (hasParameterTwice(block.declaration)) return factsOf(block, session, before)
  const { bindings, result } = bodyOf(block)
  for (const binding of bindings) defineBinding(binding, env)
  for (const binding of bindings) {
    const slot = scope.slots.get(binding.path[0]?.name ?? '')
    if (slot) slotValue(slot, env)
  }
  const value = result && evaluateReturn(block, result, env)
  const facts = session.checkedBlocks.get(block.declaration) ?? factsOf(block, session, before, value)
  if (facts.broken === undefined) reportUnused(block, scope, types, env)
  return facts
}

/** `before`: how much was reported before the check. A mistake that can be allowed is a decision about a value that there is. */
function factsOf({ declaration }: BlockEntity, session: Session, before: number, value?: Value): BlockFacts {
  const broken = session.sink.all
    .slice(before)
    .find(({ code, severity }) => severity === 'error' && !diagnosticRow(code)?.allowable)
  const { span } = declaration
  return { broken, result: value ?? poison(span, broken ?? damageAt(session, span)) }
}

function defineParameters(block: BlockEntity, env: Env): ReadonlyMap<string, Type> {
  const types = new Map<string, Type>()
  for (const parameter of block.declaration.parameters) {
    const { name, span } = parameter.name
    const type = resolveType(parameter.type, env)
    if (types.has(name)) {
      report(env, namesDiagnostics.duplicateName, span, { what: 'parameter', name, of: 'another parameter' })
      continue
    }
    types.set(name, type)
    if (parameter.value !== undefined) {
      conform(env.session.evaluate(parameter.value, env, type), type, env, `the default of \`${name}\``)
    }
    env.scope.defineValue(name, span, 'parameter', abstractValue(type, env, name, span))
  }
  return types
}

/** Weights of a block's bindings are named below the path of the call. */
function defineBinding(binding: Binding, env: Env): void {
  const name = binding.path[0]
  if (name === undefined || env.scope.slots.has(name.name)) return
  const inner = inStatement(env, name.name)
  env.scope.define(name.name, name.span, 'binding', () =>
    binding.recovered
      ? poison(name.span, damageAt(env.session, binding.span))
      : named(inner, env.session.evaluate(binding.value, inner), name.span),
  )
}

/** Remembers the binding that a tensor goes by, for messages about shapes. */
export function named(env: Env, value: Value, span: Span): Value {
  return value.kind === 'tensor' ? { ...value, made: { name: env.path, span } } : value
}

function bodyOf(block: BlockEntity): {
  readonly bindings: readonly Binding[]
  readonly result: ReturnStatement | undefined
} {
  const { body } = block.declaration
  return {
    bindings: body.filter((statement) => statement.kind === 'binding'),
    result: body.find((statement) => statement.kind === 'return'),
  }
}

function evaluateReturn(block: BlockEntity, statement: ReturnStatement, env: Env): Value {
  const inner: Env = { ...env, statement: { layers: [] } }
  const { result } = block.declaration
  if (result === undefined) return env.session.evaluate(statement.value, inner)
  const type = resolveType(result, env)
  return conform(env.session.evaluate(statement.value, inner, type), type, inner, `the result of \`${block.name}\``)
}

/** Form of the body: bindings, then one `return`. */
function checkBody(block: BlockEntity, env: Env): void {
  const { declaration } = block
  const seen = new Set<string>(declaration.parameters.map((parameter) => parameter.name.name))
  const where = `the block \`${block.name}\``
  let returned = false
  for (const statement of declaration.body) {
    if (statement.recovered) return
    if (returned && statement.kind !== 'allow') {
      const help = 'Keep one `return`, as the last statement.'
      report(env, typesDiagnostics.blockBody, statement.span, {
        problem: `this stands after the \`return\` of \`${block.name}\``,
        help,
      })
      return
    }
    if (statement.kind === 'return') returned = true
    else if (statement.kind === 'binding') {
      const [name, ...more] = statement.path
      if (name === undefined) continue
      if (more.length > 0)
        report(env, typesDiagnostics.misplaced, statement.span, {
          what: 'a dotted name',
          where,
          help: 'Bind a simple name.',
        })
      else if (seen.has(name.name)) {
        const of = declaration.parameters.some((parameter) => parameter.name.name === name.name)
          ? 'a parameter'
          : 'another binding'
        report(env, namesDiagnostics.duplicateName, name.span, { what: 'binding', name: name.name, of })
      }
      seen.add(name.name)
    } else if (statement.kind !== 'allow') {
      report(env, typesDiagnostics.misplaced, statement.span, {
        what: `\`${statement.kind}\``,
        where,
        help: 'A block has bindings and one `return`.',
      })
    }
  }
  if (!returned && declaration.recovered === undefined) {
    const help = 'End it with `return expression`.'
    report(env, typesDiagnostics.blockBody, declaration.name.span, {
      problem: `the block \`${block.name}\` returns nothing`,
      help,
    })
  }
}

function reportUnused(block: BlockEntity, scope: Scope, types: ReadonlyMap<string, Type>, env: Env): void {
  // What could not be read may have used any of them.
  const behind = block.module.damage.filter(({ extent }) => within(extent, block.declaration.span))
  const causes = behind.slice(0, 1).map(({ diagnostic }) => diagnostic)
  for (const slot of scope.slots.values()) {
    if (slot.used) continue
    // Operands are given by the block's type, whether it needs them or not.
    const type = types.get(slot.name)
    if (slot.what === 'parameter' && type !== undefined && isTensorType(type)) continue
    const facts = { what: slot.what, name: slot.name, of: block.name }
    report(env, namesDiagnostics.unusedBinding, slot.span, facts, [], [...damaging(env.module, slot.name), ...causes])
  }
}

/** The body of a block with all its parameters bound, into the graph: weights are named below the path of the call. */
export function instantiate(value: BlockValue, span: Span, env: Env): Value {
  const { block } = value
  const scope = new Scope()
  const inner: Env = {
    ...env,
    module: block.module,
    scope,
    frames: [...env.frames, { block, callSpan: span, caller: env.module }],
    statement: { layers: [] },
  }
  for (const parameter of block.declaration.parameters) {
    const { name } = parameter.name
    const given = value.bound.get(name)
    if (given !== undefined) scope.defineValue(name, parameter.name.span, 'parameter', given)
    else if (parameter.value !== undefined) {
      const { value: preset } = parameter
      const type = resolveType(parameter.type, inner)
      scope.define(name, parameter.name.span, 'parameter', () =>
        conform(env.session.evaluate(preset, inner, type), type, inner, `\`${name}\``),
      )
    }
  }
  const { bindings, result } = bodyOf(block)
  for (const binding of bindings) defineBinding(binding, inner)
  if (result === undefined) return poison(span, damageAt(env.session, block.declaration.span))
  const returned = evaluateReturn(block, result, inner)
  if (isPoison(returned)) return poison(span, returned)
  return returned.kind === 'tensor' || returned.kind === 'record' ? { ...returned, span } : returned
}
