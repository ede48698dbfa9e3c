import standalone from 'ajv/dist/standalone/index.js'
import { setOwn } from '../source/own.js'
import { componentsOf } from './registry.js'
import { type ComponentKind, componentKinds } from './schema.js'
import { blockParameters, blockParametersName } from './synthesis.js'
import { newAjv, schemaOf } from './validators.js'

/** A CommonJS module with the `validatorOf` of `validators.ts`, every validator compiled to source. */
export function standaloneValidators(): string {
  const ajv = newAjv({ code: { source: true } })
  const names: Record<string, string> = {}
  for (const kind of Object.keys(componentKinds) as readonly ComponentKind[]) {
    for (const component of componentsOf(kind)) {
      const name = `${kind}_${component.name}`
      ajv.addSchema(schemaOf(component), name)
      setOwn(names, name, name)
    }
  }
  const ofBlocks = `section_${blockParametersName}`
  ajv.addSchema(schemaOf({ ...blockParameters, kind: 'section', name: blockParametersName }), ofBlocks)
  setOwn(names, ofBlocks, ofBlocks)
  return `${standalone.default(ajv, names)}\nexports.validatorOf = ({ kind, name }) => exports[\`\${kind}_\${name}\`]\n`
}
