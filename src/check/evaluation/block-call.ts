import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { invariant } from '../../diagnostics/invariant.js'
import type { Span } from '../../source/span.js'
import type { Argument, BlockParameter, Expression } from '../../syntax/ast.js'
import { abstractLike, abstractValue, conform, mismatch } from '../values/conform.js'
import type { Type } from '../values/type.js'
import { isTensorType } from '../values/type.js'
import { resolveType } from '../values/types.js'
import type { BlockValue, BlockWrapper, Cause, Value } from '../values/value.js'
import { asStatic, isPoison, poison } from '../values/value.js'
import { bindArguments, reportDuplicates, reportExtraOperand } from './arguments.js'
import { hasParameterTwice, hasWeights } from './block-facts.js'
import type { Env } from './env.js'
import { fail, isOfLibrary, pathBelow } from './env.js'
import { sourceValue, withNamedWeights } from './function-call.js'
import { callPretrained } from './pretrained.js'
import { textOf } from './session.js'

const deepest = 64
/** Characters of blocks in one pipeline: a hundred times what a large one has. */
const mostInlined = 1e6

/** Calls a block, or binds its static parameters where no operand is given: `sevnet(scale = single)` is a value. */
export function callBlock(
  callee: BlockValue,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
): Value {
  const { block } = callee
  const inner: Env = { ...env, module: block.module }
  const ambiguous = hasParameterTwice(block.declaration) ? env.session.blockFacts(block, env.session).broken : undefined
  if (ambiguous !== undefined) {
    // Which of the two an argument is for nobody can say: that is reported at the block.
    for (const argument of args) if (argument.value.kind !== 'identifier') env.session.evaluate(argument.value, env)
    return poison(span, ambiguous)
  }
  const open = block.declaration.parameters.filter((parameter) => !callee.bound.has(parameter.name.name))
  const types = new Map(open.map((parameter) => [parameter.name.name, resolveType(parameter.type, inner)]))
  const operands = open.filter(({ name }) => {
    const type = types.get(name.name)
    return type !== undefined && isTensorType(type)
  })
  const signature = {
    callee: block.name,
    parameters: open.map((parameter) => ({ name: parameter.name.name, required: parameter.value === undefined })),
    variadic: false,
    text: blockSignature(callee, env),
  }
  const bound = bindArguments(signature, args, piped, env)
  const values = new Map(callee.bound)
  let broken: Cause | undefined = bound.broken
  // Operands in the wrong order or number are one mistake.
  let confused = bound.broken !== undefined
  let extra: Diagnostic | undefined
  for (const parameter of open) {
    const { name } = parameter.name
    const source = bound.byName.get(name)
    const type = types.get(name)
    if (source === undefined || type === undefined) continue
    const given = sourceValue(source, env, type)
    const isOperand = isTensorType(type)
    const isTaken =
      bound.missing.length === 0 &&
      source.isByPlace &&
      operands.length > 0 &&
      operands.every(({ name }) => bound.byName.has(name.name))
    if (!isOperand && given.kind === 'tensor' && isTaken) {
      const texts = [...operands.map(({ name }) => bound.byName.get(name.name)?.span), source.span]
      extra ??= reportExtraOperand(
        source,
        signature,
        texts.map((at) => (at ? textOf(env.session, at) : '')),
        env,
      )
      continue
    }
    const what = `\`${name}\` of \`${block.name}\``
    const isOther =
      given.kind === 'record' && type.kind !== 'record' && [...types.values()].some(({ kind }) => kind === 'record')
    const value =
      confused && isOperand
        ? given
        : isOther
          ? mismatch(given, type, env, what, `Give the operands in their order: \`${signature.text}\`.`)
          : isOperand && source.isByPlace && open[operands.length] !== undefined && isScalarStatic(given)
            ? mismatch(
                given,
                type,
                env,
                what,
                nameIt(block.name, open[operands.length], textOf(env.session, source.span)),
              )
            : conform(given, type, env, what)
    if (isPoison(value)) broken ??= value.cause
    if (isOperand && isPoison(value) && !isPoison(given)) confused = true
    const isIntoLibrary = block.module.library && !env.module.library
    values.set(name, isIntoLibrary ? givenTo(block.name, name, value, source.span) : value)
  }
  broken ??= extra ?? reportDuplicates(bound, block.name, env)
  if (broken !== undefined) return poison(span, broken)
  if (operands.length > 0 && operands.every((operand) => !bound.byName.has(operand.name.name))) {
    return { ...callee, bound: values, span }
  }
  if (bound.missing.length > 0) {
    return fail(env, typesDiagnostics.missingArgument, span, {
      callee: block.name,
      missing: bound.missing,
      signature: signature.text,
    })
  }
  const bindings: BlockValue = { ...callee, bound: values, span }
  return hasWeights(bindings)
    ? withNamedWeights(block.name, span, env, (named) => callBound(bindings, span, named))
    : callBound(bindings, span, env)
}

/** A static value that no operand can be: numbers become scalars. */
function isScalarStatic(value: Value): boolean {
  return asStatic(value) !== undefined
}

/** Static parameters are given by name where the operands are left out: the block is a value then. */
function nameIt(block: string, parameter: BlockParameter | undefined, text: string): string {
  return `Give the operands first, or name what this is: \`${block}(${parameter?.name.name} = ${text})\` is the block for later calls.`
}

/** Calls a block that has all of its arguments, with what is around it. */
function callBound(callee: BlockValue, span: Span, env: Env): Value {
  const { wrappers = [] } = callee
  const wrapper = wrappers.at(-1)
  if (wrapper === undefined) return callInner(callee, span, env)
  const inner = { ...callee, wrappers: wrappers.slice(0, -1) }
  switch (wrapper.kind) {
    case 'frozen':
      return callBound(inner, span, { ...env, frozen: true })
    case 'initialised':
      return callBound(inner, span, { ...env, deviation: wrapper.deviation })
    case 'repeated':
      return callRepeated(inner, wrapper, span, env)
    case 'pretrained':
      return callPretrained(wrapper, env, () => callBound(inner, span, env))
  }
}

function callRepeated(
  callee: BlockValue,
  { times = 1, operand, place }: Extract<BlockWrapper, { kind: 'repeated' }>,
  span: Span,
  env: Env,
): Value {
  const { block } = callee
  const declared = block.declaration.parameters.find(({ name }) => name.name === operand)
  invariant(declared !== undefined, `${block.name} has no operand ${operand}`)
  const type = resolveType(declared.type, { ...env, module: block.module })
  const bound = new Map(callee.bound)
  let value: Value | undefined
  for (let index = 0; index < times; index += 1) {
    if (place !== undefined) bound.set(place, { kind: 'number', value: index, isInteger: true, span })
    const path = pathBelow(env.path, String(index))
    value = callBound({ ...callee, bound }, span, { ...env, path, statement: { layers: [] } })
    // What is only checked is as the first call gives it.
    if (isPoison(value) || env.abstract) return value
    if (index + 1 < times) value = conform(value, type, env, `the result of \`${block.name}\`, which is repeated`)
    if (isPoison(value)) return value
    bound.set(operand, value)
  }
  return value ?? poison(span, 'undecided')
}

function callInner(callee: BlockValue, span: Span, env: Env): Value {
  const { block } = callee
  const facts = env.session.blockFacts(block, env.session)
  if (facts.broken !== undefined) return poison(span, facts.broken)
  if (env.abstract) {
    const { result } = block.declaration
    if (result !== undefined)
      return abstractValue(resolveType(result, { ...env, module: block.module }), env, block.name, span)
    return abstractLike(facts.result, env, block.name, span)
  }
  if (env.frames.length >= deepest) {
    return fail(env, tensorsDiagnostics.tooDeep, span, { depth: deepest })
  }
  const { start, end } = block.declaration.span
  env.graph.inlined += end - start
  if (env.graph.inlined > mostInlined) {
    const what = `\`${env.path.split('.')[0]}\``
    const help = 'Call the blocks fewer times: each call is inlined, so that calls in calls multiply.'
    return fail(env, tensorsDiagnostics.expandsTooFar, span, { what, limit: '1 MB of inlined blocks', help })
  }
  return env.session.instantiate(callee, span, env)
}

/** A number that the library's code is called with: what is wrong with it there is the caller's mistake. */
function givenTo(callee: string, name: string, value: Value, argument: Span): Value {
  if (value.kind !== 'number') return value
  const span = isOfLibrary(value.span) ? argument : value.span
  return { ...value, given: { callee, name, value: value.value, span } }
}

/** A call of a block of which only the type is known: a parameter of a block that is checked on its own. */
export function callBlockType(
  type: Extract<Type, { kind: 'block' }>,
  callee: Expression,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
): Value {
  const name = textOf(env.session, callee.span)
  const text = `${name}(${type.operands.map((operand) => operand.name).join(', ')})`
  const parameters = type.operands.map((operand) => ({ name: operand.name, required: true }))
  const bound = bindArguments({ callee: name, parameters, variadic: false, text }, args, piped, env)
  for (const operand of type.operands) {
    const source = bound.byName.get(operand.name)
    if (source !== undefined)
      conform(sourceValue(source, env, operand.type), operand.type, env, `\`${operand.name}\` of \`${name}\``)
  }
  const broken = reportDuplicates(bound, name, env) ?? bound.broken
  if (broken !== undefined) return poison(span, broken)
  if (bound.missing.length > 0) {
    return fail(env, typesDiagnostics.missingArgument, span, { callee: name, missing: bound.missing, signature: text })
  }
  return abstractValue(type.result, env, name, span)
}

function blockSignature({ block, bound }: BlockValue, env: Env): string {
  const parameters = block.declaration.parameters
    .filter((parameter) => !bound.has(parameter.name.name))
    .map((parameter) => {
      const preset = parameter.value === undefined ? '' : ` = ${textOf(env.session, parameter.value.span)}`
      return `${parameter.name.name}${preset}`
    })
  return `${block.name}(${parameters.join(', ')})`
}
