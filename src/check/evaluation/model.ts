import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import type { PhaseInput } from '../checked.js'
import type { FlatPipeline } from '../flattening/flat.js'
import type { Known } from '../primitives/intervals.js'
import type { FlatSection } from '../settings/context.js'
import type { CheckedData, CheckedSynthesis } from '../settings/results.js'
import { describeValue } from '../values/describe.js'
import type { Cause, Dim, Tensor, Value } from '../values/value.js'
import { changedBy, isPoison, poison } from '../values/value.js'
import { named } from './blocks.js'
import type { Env } from './env.js'
import { inStatement, report, whereWritten } from './env.js'
import { type LabelInput, labelInputs } from './phase.js'
import { Scope } from './scope.js'

/** A tensor that a user can name, records flattened, or why there is none. */
export type OutputValue =
  | { readonly name: string; readonly tensor: Tensor }
  | { readonly name: string; readonly tensor?: undefined; readonly cause: Cause }

export interface ModelScopes {
  readonly model: Env
  readonly loss: Env
  /** What the inputs are made of: those of equal texts are the same. */
  readonly input: string
}

/** The scopes of `model` and `loss` over the params: the model sees `image`, the loss all that training has, and the model's bindings. */
export function openScopes(
  base: Env,
  data: CheckedData | undefined,
  synthesis: CheckedSynthesis | undefined,
  { settings }: FlatPipeline,
): ModelScopes {
  const image: readonly Dim[] = data
    ? [data.image.height, data.image.width, data.isChannelsKnown ? data.image.channels : undefined]
    : [undefined, undefined, undefined]
  const [height, width] = image
  base.graph.batch = data?.value?.parameters.batch
  const at = data?.imageSpan ?? base.module.source.span
  const grid = data && {
    height: data.image.height,
    width: data.image.width,
    span: data.imageSpan,
    isImage: true,
    downHeight: 1,
    downWidth: 1,
  }
  const changed = (name: string, ...parameters: readonly string[]): readonly Span[] => {
    const setting = settings.get(name)
    return [setting?.change, ...parameters.map((each) => setting?.replaced.get(each)?.span)].filter(
      (span) => span !== undefined,
    )
  }
  const ofImage = changed('data', 'image', 'channels', 'range')
  const ofSeverity = changed('synthesis', 'severity')
  const input = (name: PhaseInput, per: Tensor['per'], shape: readonly Dim[], range: Known) => (): Value => {
    const label = name !== 'image'
    const changes = name === 'fault_severity' ? ofSeverity : ofImage
    const onPixels = per === 'pixel' ? grid : undefined
    const tensor = base.graph.add(
      { op: 'input', operands: [], attributes: { name }, type: { per, shape }, range, grid: onPixels, label },
      { ...base, path: name, span: at, changes },
    )
    base.graph.inputs.set(name, tensor.node)
    return per === 'pixel' && data ? { ...tensor, made: { name, span: at } } : tensor
  }
  const model = new Scope(base.scope)
  model.define('image', at, 'input', input('image', 'pixel', image, data?.range))
  const loss = new Scope(model)
  const labels: Readonly<Record<LabelInput, () => Value>> = {
    clean: input('clean', 'pixel', image, data?.range),
    fault_mask: input('fault_mask', 'pixel', [height, width, 1], [0, 1]),
    fault_severity: input('fault_severity', 'image', [], synthesis?.severity),
  }
  for (const name of labelInputs) {
    loss.define(name, at, 'input', labels[name])
    // What uses it in the model has a mistake, and a type.
    model.define(name, at, 'label', labels[name])
  }
  const { batch } = base.graph
  const of = [image, data?.range, synthesis?.severity, batch, at, ofImage, ofSeverity, base.session.floorPoolings]
  return { model: { ...base, scope: model }, loss: { ...base, scope: loss }, input: JSON.stringify(of) }
}

/** Defines a section's bindings. What the parser could not read is known by name alone. */
export function defineSection(section: FlatSection, env: Env): void {
  for (const [name, damage] of damagedNames(section)) {
    if (env.scope.find(name) === undefined)
      env.scope.defineValue(name, damage.span, 'binding', poison(damage.span, damage)).used = true
  }
  for (const [name, at] of section.removed) env.scope.removed.set(name, at)
  for (const [name, { binding, change }] of section.settings) {
    const at = binding.path[0]?.span ?? binding.span
    const taken = env.scope.find(name)
    if (taken !== undefined) {
      const what = taken.what === 'input' || taken.what === 'label' ? 'an input' : `a ${taken.what}`
      const related =
        taken.what === 'input' || taken.what === 'label' ? [] : [{ span: taken.span, label: 'first given here' }]
      const facts = { what: 'binding', name, of: what }
      const mistake = report(env, namesDiagnostics.duplicateName, at, facts, related)
      // Whatever uses the name means one of the two.
      if (!env.scope.slots.has(name)) env.scope.defineValue(name, at, 'binding', poison(at, mistake)).used = true
      continue
    }
    const inner = inStatement(whereWritten(env, binding.value), name)
    const changes = change === undefined ? [] : [change]
    env.scope.define(name, at, 'binding', () =>
      changedBy(named(inner, env.session.evaluate(binding.value, inner), at), changes),
    )
  }
}

/** Bindings that the parser could not read, and nothing else binds. */
function damagedNames({ damaged, settings }: FlatSection): readonly (readonly [string, Diagnostic])[] {
  return [...damaged].filter(([name]) => !settings.has(name))
}

/** What the model gives by name: `recon`, `seg.mask`, `seg.features.0`. */
export function outputsOf(section: FlatSection, env: Env): readonly OutputValue[] {
  const outputs: OutputValue[] = []
  const visit = (name: string, value: Value): void => {
    if (value.kind === 'tensor') outputs.push({ name, tensor: value })
    else if (isPoison(value)) outputs.push({ name, cause: value.cause })
    else if (value.kind === 'record') for (const [field, inner] of value.fields) visit(`${name}.${field}`, inner)
    else if (value.kind === 'list') for (const [index, inner] of value.items.entries()) visit(`${name}.${index}`, inner)
  }
  for (const [name, cause] of damagedNames(section)) outputs.push({ name, cause })
  for (const name of section.settings.keys()) {
    const slot = env.scope.slots.get(name)
    if (slot?.what !== 'binding' || slot.value === undefined) continue
    // A bare block in the model is most likely a call that lacks its operands.
    if (slot.value.kind === 'block' && !slot.used) {
      const block = slot.value.block.name
      const facts = {
        what: `\`${name}\``,
        expected: 'a tensor',
        found: describeValue(slot.value),
        help: `Give \`${block}\` its operands.`,
      }
      outputs.push({ name, cause: report(env, typesDiagnostics.typeMismatch, slot.value.span, facts) })
    } else visit(name, slot.value)
  }
  return outputs
}

/** `total`, one number a batch; undefined when it is not, which is reported. */
export function totalOf(section: FlatSection, env: Env): Tensor | undefined {
  const slot = env.scope.slots.get('total')
  if (slot?.what !== 'binding') {
    if (section.settings.has('total') || section.damaged.has('total')) return undefined
    const example = '`total = ...`, the sum that training makes small'
    const meant = suggest('total', [...section.settings.keys()])
    const facts = {
      what: '`total` in its `loss`',
      example: meant === undefined ? example : `it: write \`total\` for \`${meant}\``,
    }
    const at = meant === undefined ? undefined : spanOfBinding(section, meant)
    report(env, namesDiagnostics.missingPart, at ?? section.span, facts)
    return undefined
  }
  slot.used = true
  const value = slot.value
  if (value === undefined || value.kind === 'unknown') return undefined
  if (value.kind === 'tensor' && value.per === 'batch') return value
  report(env, tensorsDiagnostics.notScalar, value.span, { found: describeValue(value) })
  return undefined
}

export function spanOfBinding(section: FlatSection, name: string): Span | undefined {
  const binding = section.settings.get(name)?.binding
  return binding?.path[0]?.span ?? binding?.span
}
