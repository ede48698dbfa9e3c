import { Ajv, type Options, type SchemaObject, type ValidateFunction } from 'ajv'
import type { Component } from './registry.js'

/**
 * Ajv as components need it. Whether their schemas are schemas is a question of a test: asked here, it would cost a tenth of a second at
 * each start.
 */
export function newAjv(options: Options = {}): Ajv {
  const ajv = new Ajv({
    strict: true,
    allErrors: true,
    verbose: true,
    allowUnionTypes: true,
    meta: false,
    validateSchema: false,
    ...options,
  })
  for (const keyword of ['form', 'units', 'counts', 'kind', 'only', 'inWords', 'words', 'proper', 'optional'])
    ajv.addKeyword(keyword)
  return ajv
}

/** Parameters that are missing are not the schema's affair: the checker refuses them before. */
export function schemaOf({ parameters: properties }: Component): SchemaObject {
  return { type: 'object', properties, additionalProperties: false }
}

const ajv = newAjv()
const compiled = new Map<Component['parameters'], ValidateFunction>()

/**
 * The function that validates a component's parameters. The bundle of the command line has another module in the place of
 * this one, in which all of them were compiled when it was built (`standalone-validators.ts`).
 */
export function validatorOf(component: Component): ValidateFunction {
  const validate = compiled.get(component.parameters) ?? ajv.compile(schemaOf(component))
  compiled.set(component.parameters, validate)
  return validate
}
