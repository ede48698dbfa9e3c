import { number, quantity, range, share, size, whole } from './parameters.js'
import { type BlockKind, declare, type ParameterSchema } from './schema.js'

const length = quantity(['px', 'percent'], 'An end.')
const sharesItem = share('An end.', { minimum: 0, maximum: 1 })

/** The parameters of a synthesis are those of a block: each type of the language that a value known while checking can have, as one. */
export const blockParameters = declare('', {
  int: whole(''),
  float: number(''),
  bool: { form: 'boolean', type: 'boolean', description: '' } satisfies ParameterSchema<boolean>,
  string: { form: 'name', type: 'string', description: '' } satisfies ParameterSchema<string>,
  path: { form: 'path', type: 'string', description: '' } satisfies ParameterSchema<string>,
  size: size('', 4096),
  length: quantity(['px', 'percent'], ''),
  share: share('', { minimum: 0, maximum: 1 }),
  range: range(number('An end.'), ''),
  lengths: range(length, ''),
  shares: range(sharesItem, ''),
})

/** What their validator goes by. */
export const blockParametersName = 'block_parameters'

export type BlockParameterType = keyof typeof blockParameters.parameters

const types = new WeakMap<ParameterSchema, BlockParameterType>()

/** A parameter of a synthesis whose type has bounds of its own. */
export function blockParameter(type: BlockParameterType, rest: Partial<ParameterSchema>): ParameterSchema {
  const schema: ParameterSchema = { ...blockParameters.parameters[type], ...rest }
  types.set(schema, type)
  return schema
}

/** Beside its own parameters each of these blocks has `probability`. */
export const probabilities: Readonly<Record<BlockKind, ParameterSchema>> = {
  synthesis: blockParameter('share', { description: 'Share of the training images that get a fault.', default: 0.5 }),
  augmentation: blockParameter('share', { description: 'Share of the training images that are changed.', default: 1 }),
}

export function typeOfParameter(schema: ParameterSchema): BlockParameterType | undefined {
  return types.get(schema)
}
