import { inStatement } from '../evaluation/env.js'
import { faultType, settingType } from '../values/type.js'
import type { ComponentValue, Tensor, Value } from '../values/value.js'
import { type Declared, declareFunction, map, optional } from './declare.js'
import type { FunctionCall } from './rule.js'
import { drawName } from './rule.js'
import { failShapes } from './shapes.js'

const synthesisParameter: Declared<ComponentValue | undefined> = {
  type: {
    kind: 'list',
    item: settingType({ form: 'component', kind: 'synthesis', type: 'object' }, 'faults', 'one_of'),
  },
  doc: 'Syntheses of faults.',
  read: () => undefined,
}

/** One of several syntheses, drawn by weight: the others are not computed. */
function oneOf(call: FunctionCall<'faults' | 'weights'>, image: Tensor): Value {
  const { env, span } = call
  const [faults, given] = [call.values.get('faults'), call.values.get('weights')]
  if (faults?.kind !== 'list') return { kind: 'record', span, fields: abstractFault(call, image) }
  const weights = given?.kind === 'list' ? given.items.map((each) => (each.kind === 'number' ? each.value : 1)) : []
  if (faults.items.length === 0) return call.refuse('faults', 'a list of at least one synthesis', 'empty')
  if (weights.length > 0 && weights.length !== faults.items.length)
    return call.refuse('weights', `as many as there are syntheses (${faults.items.length})`, `${weights.length}`)
  if (weights.some((weight) => weight < 0) || (weights.length > 0 && weights.every((weight) => weight === 0)))
    return call.refuse('weights', 'from 0 on, and not all 0', weights.join(', '))
  const all = weights.length > 0 ? weights : faults.items.map(() => 1)
  const place = call.emit({ op: 'draw_choice', operands: [], attributes: { name: drawName(call), weights: all } })
  const made: Value[] = faults.items.map((item) =>
    item.kind === 'component'
      ? env.session.callPixelBlock(item, [], image, item.span, inStatement(env, item.component.name))
      : item,
  )
  const poisoned = made.find((each) => each.kind !== 'record')
  if (poisoned !== undefined) return poisoned
  const fields = [...faultType.fields.keys()].map((field) => {
    const tensors = made.flatMap((each) => {
      const found = each.kind === 'record' ? each.fields.get(field) : undefined
      return found?.kind === 'tensor' ? [found] : []
    })
    const isAlike = new Set(tensors.map(({ shape }) => shape.join('x'))).size === 1
    if (!isAlike) return [field, failShapes(call, `the same shape for \`${field}\` of all syntheses`, tensors)] as const
    return [field, call.emit({ op: 'choose', operands: [place, ...tensors] })] as const
  })
  return { kind: 'record', span, fields: new Map<string, Value>(fields) }
}

/** In a block that is checked on its own. */
function abstractFault(call: FunctionCall, image: Tensor): ReadonlyMap<string, Value> {
  const severity = call.emit({
    op: 'draw',
    operands: [],
    attributes: { name: drawName(call), low: undefined, high: undefined },
  })
  const mask = call.emit({ op: 'grey', operands: [image] })
  return new Map<string, Value>([
    ['image', image],
    ['mask', mask],
    ['severity', severity],
  ])
}

export const oneOfFunction = declareFunction('one_of', {
  doc: 'The fault of one of several syntheses, drawn by weight. What the others would make is not computed.',
  parameters: {
    image: map('The image.'),
    faults: synthesisParameter,
    weights: optional<undefined>({
      type: { kind: 'list', item: { kind: 'float' } },
      doc: 'How likely each is, beside the others; left out, or empty: equally.',
      read: () => undefined,
    }),
  },
  result: 'fault',
  example: 'one_of(image, [draem(), cut_paste()], weights = [2.0, 1.0]).image',
  where: 'synthesis',
  apply: ({ image }, call) => oneOf(call, image),
})
