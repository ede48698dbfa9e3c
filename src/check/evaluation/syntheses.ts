import type { Component } from '../../components/registry.js'
import {
  type BlockKind,
  isBlockKind,
  type JsonValue,
  type ParameterSchema,
  type Parameters,
} from '../../components/schema.js'
import { type BlockParameterType, blockParameter, blockParameters, probabilities } from '../../components/synthesis.js'
import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { diagnose } from '../../diagnostics/define.js'
import { setOwn } from '../../source/own.js'
import type { Span } from '../../source/span.js'
import type { Argument, BlockDeclaration, BlockParameter } from '../../syntax/ast.js'
import { lookUp, namesOfKind } from '../loading/module.js'
import { describeType, isTensorType, type Type } from '../values/type.js'
import { resolveType } from '../values/types.js'
import type { BlockEntity, ComponentValue, Tensor, Value } from '../values/value.js'
import { isPoison, poison } from '../values/value.js'
import { callBlock } from './block-call.js'
import type { Env } from './env.js'
import { isOfLibrary, pathBelow, report } from './env.js'
import { GraphBuilder } from './graph.js'
import { Scope } from './scope.js'

/**
 * Syntheses of faults are blocks that give a `fault`, augmentations those that give an `augmented` image. Where one is a setting, its
 * parameters are those of a component.
 */

/** The parameter that each of them has beside its own. */
export const probability = 'probability'

const results: Readonly<Record<BlockKind, string>> = { synthesis: 'fault', augmentation: 'augmented' }

/** What a block is as a setting, by the name of the type that it gives. */
export function kindOfBlock({ result }: BlockDeclaration): BlockKind | undefined {
  if (result?.kind !== 'named_type') return undefined
  return blockKinds.find((kind) => results[kind] === result.name.name)
}
const blockKinds = ['synthesis', 'augmentation'] as const satisfies readonly BlockKind[]

/** One of the file, of what it imports, or of `std/synthesis`. */
function blockNamed(kind: BlockKind, name: string, { module, session }: Env): BlockEntity | undefined {
  const entity = lookUp(module, name) ?? session.presets()?.own.get(name)
  return entity?.kind === 'block' && kindOfBlock(entity.declaration) === kind ? entity : undefined
}

export function findBlock(kind: BlockKind, name: string, env: Env): Component | undefined {
  const block = blockNamed(kind, name, env)
  return block && componentOf(kind, block, env)
}

export function blockNames(kind: BlockKind, env: Env): readonly string[] {
  const presets = env.session.presets()
  const names = [...namesOfKind(env.module, 'block'), ...(presets === undefined ? [] : namesOfKind(presets, 'block'))]
  return [...new Set(names)].filter((name) => blockNamed(kind, name, env) !== undefined)
}

const components = new WeakMap<BlockDeclaration, Component>()
const blocks = new WeakMap<Component, BlockEntity>()

/** The block that a component was made of. */
export function blockOf(component: Component): BlockEntity | undefined {
  return blocks.get(component)
}

function componentOf(kind: BlockKind, block: BlockEntity, env: Env): Component {
  const { declaration, name, module } = block
  const known = components.get(declaration)
  if (known !== undefined) return known
  const inner: Env = {
    ...env,
    module,
    scope: new Scope(),
    graph: new GraphBuilder('open'),
    frames: [],
    abstract: false,
  }
  const parameters: Record<string, ParameterSchema> = { [probability]: probabilities[kind] }
  for (const parameter of declaration.parameters) {
    const schema = schemaOf(parameter, resolveType(parameter.type, inner), inner)
    if (schema !== undefined) setOwn(parameters, parameter.name.name, schema)
  }
  const component: Component = {
    kind,
    name,
    doc: declaration.doc ?? '',
    parameters: parameters as Parameters,
    positional: [],
  }
  components.set(declaration, component)
  blocks.set(component, block)
  return component
}

/** Undefined for the image, and for a type that a setting cannot have. */
function schemaOf({ value, doc = '' }: BlockParameter, type: Type, env: Env): ParameterSchema | undefined {
  const made = parameterOf(type, { description: doc })
  if (made === undefined || value === undefined) return made
  const preset = jsonOf(made, env.session.evaluate(value, env, type))
  // The block itself has the default of what JSON has no word for.
  return parameterOf(type, { description: doc, ...(preset === undefined ? { optional: true } : { default: preset }) })
}

type Rest = Pick<ParameterSchema, 'description' | 'default' | 'optional'>

function parameterOf(type: Type, rest: Rest): ParameterSchema | undefined {
  if (isBlockParameter(type.kind)) return blockParameter(type.kind, rest)
  switch (type.kind) {
    case 'enum':
      return { form: 'choice', type: 'string', enum: type.declaration.values.map((word) => word.name), ...rest }
    case 'setting':
      return isBlockKind(type.schema.kind) ? { ...type.schema, ...rest } : undefined
    case 'list': {
      const items = parameterOf(type.item, { description: '' })
      return items && { form: 'list', type: 'array', items, ...rest }
    }
    default:
      return undefined
  }
}

function isBlockParameter(kind: string): kind is BlockParameterType {
  return Object.hasOwn(blockParameters.parameters, kind)
}

function jsonOf(schema: ParameterSchema, value: Value): JsonValue | undefined {
  switch (value.kind) {
    case 'number':
      if (schema.form === 'quantity') return { [value.unit ?? '']: value.value }
      return value.unit === 'percent' ? value.value / 100 : value.value
    case 'boolean':
    case 'string':
    case 'enum':
      return value.value
    case 'size':
      return [value.height, value.width]
    case 'range':
    case 'list': {
      const items = value.kind === 'range' ? [value.low, value.high] : value.items
      const all = items.map((item) => schema.items && jsonOf(schema.items as ParameterSchema, item))
      return all.every((each) => each !== undefined) ? all : undefined
    }
    default:
      return undefined
  }
}

/** What makes a block no synthesis and no augmentation: other operands than the image, parameters that no setting can have. */
export function checkPixelBlock({ declaration, name }: BlockEntity, types: ReadonlyMap<string, Type>, env: Env): void {
  const kind = kindOfBlock(declaration) ?? 'synthesis'
  const operands = declaration.parameters.filter((parameter) => {
    const type = types.get(parameter.name.name)
    return type !== undefined && isTensorType(type)
  })
  for (const parameter of declaration.parameters) {
    const type = types.get(parameter.name.name)
    if (type === undefined || type.kind === 'unknown') continue
    const isImage = parameter === operands[0] && type.kind === 'map'
    if (parameter.name.name === probability) {
      const help = `Take another name: every ${kind} has \`${probability}\` already.`
      const facts = {
        what: `the parameter \`${probability}\` of \`${name}\``,
        expected: 'another name',
        found: 'its own',
        help,
      }
      report(env, typesDiagnostics.typeMismatch, parameter.name.span, facts)
    } else if (!isImage && parameterOf(type, { description: '' }) === undefined) {
      const found = describeType(type)
      const expected = isTensorType(type) ? 'known before training, but for the image' : 'what a setting can be'
      const help = `It takes one map, the image, and settings: numbers, ranges, lengths, shares, paths, words.`
      const what = `\`${parameter.name.name}\` of the ${kind} \`${name}\``
      report(env, typesDiagnostics.typeMismatch, parameter.type.span, { what, expected, found, help })
    }
  }
  if (operands.length === 0) {
    const facts = {
      problem: `the ${kind} \`${name}\` takes no image`,
      help: 'Make its first parameter `image: map`.',
    }
    report(env, typesDiagnostics.blockBody, declaration.name.span, facts)
  }
}

/** A synthesis or augmentation that a param or a parameter holds, called like a block: `faults(image)`. */
export function callPixelBlock(
  value: ComponentValue,
  args: readonly Argument[],
  piped: Value | undefined,
  span: Span,
  env: Env,
): Value {
  const block = blockOf(value.component)
  if (block === undefined) return poison(span, 'undecided')
  const chance = value.parameters.get(probability)
  if (value.component.kind === 'synthesis' && chance !== undefined && !isPoison(chance) && !env.abstract) {
    const facts = {
      parameter: probability,
      why: `\`${value.component.name}\` is a part of another synthesis, which says how often there is a fault`,
      help: `Give \`${probability}\` to the synthesis of the pipeline.`,
    }
    env.session.sink.report(diagnose(settingsDiagnostics.settingWithoutEffect, chance.span, facts))
  }
  const broken = env.session.blockFacts(block, env.session).broken
  if (broken !== undefined) return poison(span, broken)
  const made = callBlock({ kind: 'block', block, bound: boundOf(value, env), span: value.span }, args, piped, span, env)
  const share = chance?.kind === 'number' ? (chance.unit === 'percent' ? chance.value / 100 : chance.value) : 1
  const isSometimes = value.component.kind === 'augmentation' && share < 1
  return isSometimes && made.kind === 'tensor' && piped?.kind === 'tensor' ? sometimes(share, made, piped, env) : made
}

/** The changed image for a share of the images, the others as they are. */
function sometimes(share: number, changed: Tensor, image: Tensor, env: Env): Tensor {
  const place = { ...env, span: changed.span }
  const attributes = { name: env.graph.nameDraw(pathBelow(env.path, probability)), low: 0, high: 1 }
  const drawn = env.graph.add({ op: 'draw', operands: [], attributes }, place)
  const isDrawn = env.graph.add({ op: 'greater', operands: [env.graph.constant(share, place), drawn] }, place)
  return env.graph.add({ op: 'where', operands: [isDrawn, changed, image] }, place)
}

/** What is given to a synthesis, as values of the block's parameters. */
export function boundOf(value: ComponentValue, env: Env): ReadonlyMap<string, Value> {
  const block = blockOf(value.component)
  const bound = new Map<string, Value>()
  for (const parameter of block?.declaration.parameters ?? []) {
    const { name } = parameter.name
    const given = value.parameters.get(name)
    if (block === undefined || given === undefined) continue
    const type = resolveType(parameter.type, { ...env, module: block.module })
    const made = asLanguage(given, type)
    const isPlain = made.kind === 'number' && block.module.library && !isOfLibrary(made.span)
    const origin = { callee: block.name, name, value: made.kind === 'number' ? made.value : 0, span: given.span }
    bound.set(name, isPlain ? { ...made, given: origin } : made)
  }
  return bound
}

/** A value of a setting as one of the language: there a share has its unit, a range its own form, a word its enum. */
function asLanguage(given: Value, type: Type): Value {
  switch (type.kind) {
    case 'share':
      return given.kind === 'number' ? percentOf(given) : given
    case 'range':
    case 'lengths':
    case 'shares': {
      const ends = given.kind === 'range' ? [given.low, given.high] : given.kind === 'list' ? given.items : []
      const [low, high] = ends.map((end) => (end.kind === 'number' && type.kind === 'shares' ? percentOf(end) : end))
      if (low?.kind !== 'number' || high?.kind !== 'number') return given
      return { kind: 'range', low, high, span: given.span }
    }
    case 'enum':
      return given.kind === 'word'
        ? { kind: 'enum', declaration: type.declaration, value: given.name, span: given.span }
        : given
    case 'list':
      return given.kind === 'list' ? { ...given, items: given.items.map((item) => asLanguage(item, type.item)) } : given
    default:
      return given
  }
}

function percentOf(value: Extract<Value, { kind: 'number' }>): Extract<Value, { kind: 'number' }> {
  return value.unit === 'percent' ? value : { ...value, value: value.value * 100, unit: 'percent' }
}
