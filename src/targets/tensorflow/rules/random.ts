import { attr, dataType, keyTensor } from '../data-types.js'
import { operand, type Rule, resultType, text } from '../rule.js'

/** Algorithm 1 of the stateless operators is Philox4x32-10. */
const philox = 1

/** Counter-based: key from the operation, counter [0, step]. */
export function random(op: 'StatelessRandomUniformV2' | 'StatelessRandomNormalV2'): Rule {
  return (operation, context) => {
    const step = context.node(
      operation,
      'Cast',
      [context.tensor(operand(operation, 0))],
      { SrcT: attr.type('i32'), DstT: attr.rawType(dataType.uint64) },
      '_step',
    )
    const unsigned = { SrcT: attr.type('i32'), DstT: attr.rawType(dataType.uint64) }
    const zero = context.node(operation, 'Cast', [context.ints([0], [])], unsigned, '_block')
    const counter = context.node(
      operation,
      'Pack',
      [zero, step],
      { N: attr.int(2), T: attr.rawType(dataType.uint64), axis: attr.int(0) },
      '_counter',
    )
    const hex = text(operation, 'key')
    const key = context.graph.constant(context.scope, `key ${hex}`, attr.rawType(dataType.uint64), keyTensor(hex))
    const { shape } = resultType(operation, context)
    return [
      context.node(operation, op, [context.ints(shape), key, counter, context.ints([philox], [])], {
        dtype: attr.type('f32'),
        Tshape: attr.type('i32'),
      }),
    ]
  }
}
