import { invariant } from '../../diagnostics/invariant.js'
import { textOf } from './attributes.js'
import { noFlops, type OpDefinition } from './definition.js'

const shared = { attributes: { state: 'string' }, countsAsMatrixWork: false, flops: noFlops } as const

export const read: OpDefinition = {
  ...shared,
  summary: 'value of a state variable at entry, wherever it stands',
  operands: [],
  results: ['value'],
  effect: 'reads_state',
  typeRule: 'the type of the state',
  types: (_operands, attributes, stateType) => {
    const name = textOf(attributes, 'state')
    const type = stateType(name)
    invariant(type, `no state is called ${JSON.stringify(name)}`)
    return [type]
  },
}

export const assign: OpDefinition = {
  ...shared,
  summary: 'sets the value of a state variable at exit; at most once a function',
  operands: ['x'],
  results: [],
  effect: 'assigns_state',
  typeRule: 'no result; x has the type of the state',
  types: () => [],
}
