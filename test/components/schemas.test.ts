import { createRequire } from 'node:module'
import { describe, expect, test } from 'vitest'
import { type Component, componentsOf, findComponent } from '../../src/components/registry.js'
import {
  type ComponentKind,
  componentKinds,
  isBlockKind,
  type JsonValue,
  type ParameterSchema,
  type ValueSchema,
} from '../../src/components/schema.js'
import { standaloneValidators } from '../../src/components/standalone-validators.js'
import { blockParameter, probabilities } from '../../src/components/synthesis.js'
import { violationsOf } from '../../src/components/validate.js'
import { newAjv, schemaOf, validatorOf } from '../../src/components/validators.js'
import { exampleOf, showValue } from '../../src/components/words.js'
import { parseExpression } from '../../src/syntax/parse.js'

const kinds = Object.keys(componentKinds) as readonly ComponentKind[]
const components = kinds.flatMap((kind) => componentsOf(kind))
const parameters = components.flatMap((component) =>
  Object.entries(component.parameters).map(([name, of]): readonly [string, ParameterSchema, Component] => [
    `${component.kind} ${component.name}: ${name}`,
    of,
    component,
  ]),
)

describe('the registry', () => {
  test('every kind has a component', () => {
    // Syntheses are written in the language.
    for (const kind of kinds) expect(componentsOf(kind).length > 0).toBe(!isBlockKind(kind))
  })

  test('what a declaration names is there', () => {
    for (const { parameters: known, positional, ascending } of components)
      expect(Object.keys(known)).toEqual(expect.arrayContaining([...positional, ...(ascending ?? [])]))
  })
})

test('every schema is one, by the rules of JSON Schema and the strict ones of ajv', () => {
  const ajv = newAjv({ meta: true, validateSchema: true })
  for (const component of components) expect(() => ajv.compile(schemaOf(component))).not.toThrow()
})

test('validators that were compiled to source say what those compiled at run time say', () => {
  const module = { exports: {} as { validatorOf: typeof validatorOf } }
  new Function('module', 'exports', 'require', standaloneValidators())(
    module,
    module.exports,
    createRequire(import.meta.url),
  )
  for (const component of components) {
    for (const value of [{}, { unknown: 1 }, ...Object.keys(component.parameters).flatMap(wrongValues)]) {
      const [standing, compiled] = [module.exports.validatorOf(component), validatorOf(component)]
      expect(standing(value)).toBe(compiled(value))
      expect(standing.errors).toEqual(compiled.errors)
    }
  }
})

const wrongValues = (name: string) => [-1, 1e9, '', '..', [], [1, 1], {}, true].map((value) => ({ [name]: value }))

describe('parameters', () => {
  test.each(parameters)('%s has a default that its schema allows and that is read back', (id, schema, component) => {
    const parameter = id.split(': ')[1] ?? ''
    if (schema.default === undefined) return
    expect(violationsOf(component, { [parameter]: schema.default })).toEqual([])
    expect(parseExpression(showValue(schema, schema.default), parameter).diagnostics).toEqual([])
  })

  test.each(parameters)('%s has a description and an example that parses', (parameter, schema) => {
    expect(schema.description).toMatch(/\.$/)
    expect(parseExpression(exampleOf(schema), parameter).diagnostics).toEqual([])
  })

  test('forms and types agree', () => {
    const typesOf: Readonly<Record<ValueSchema['form'], readonly string[]>> = {
      number: ['integer', 'number'],
      fraction: ['number'],
      count: ['integer'],
      quantity: ['object'],
      boolean: ['boolean'],
      path: ['string'],
      size: ['array'],
      choice: ['string'],
      name: ['string'],
      range: ['array'],
      list: ['array', 'string'],
      component: ['object'],
      output: ['string'],
      monitor: ['object'],
    }
    const check = (schema: ValueSchema): void => {
      expect(typesOf[schema.form]).toEqual(expect.arrayContaining([schema.type].flat()))
      if (schema.form === 'component') expect(schema.kind).toBeDefined()
      if (schema.form === 'quantity') expect(schema.units).not.toEqual([])
      if (schema.form === 'choice') expect(schema.enum).toBeDefined()
      if (schema.items !== undefined) check(schema.items)
    }
    for (const [, schema] of parameters) check(schema)
  })
})

/** As the checker makes one of a block. */
const synthesis: Component = {
  kind: 'synthesis',
  name: 'additive',
  doc: '',
  positional: [],
  parameters: {
    probability: probabilities.synthesis,
    width: blockParameter('lengths', {}),
    jitter: blockParameter('share', {}),
    patches: blockParameter('int', {}),
  },
}

describe('violations', () => {
  const told = (
    kind: 'data' | 'synthesis' | 'section' | 'optimizer' | 'schedule',
    name: string,
    values: Readonly<Record<string, JsonValue>>,
  ) => {
    const component = kind === 'synthesis' ? synthesis : findComponent(kind, name)
    if (component === undefined) throw new Error(`no ${name}`)
    return violationsOf(component, values).map(({ pointer, must, found }) => `${pointer} must be ${must}, is ${found}`)
  }

  test('say the bounds in the unit of the parameter', () => {
    expect(
      told('synthesis', 'additive', {
        probability: 1.5,
        jitter: 0.5,
        patches: 4,
        width: [{ px: 0 }, { percent: 120 }],
      }),
    ).toEqual([
      '/probability must be from 0% to 100%, is 150%',
      '/width/0/px must be at least 1px, is 0px',
      '/width/1/percent must be more than 0% and at most 100%, is 120%',
    ])
    expect(told('optimizer', 'sgd', { lr: 0, momentum: 1 })).toEqual([
      '/lr must be more than 0, is 0',
      '/momentum must be at least 0 and less than 1, is 1',
    ])
  })

  test('of lists, choices and texts', () => {
    expect(told('schedule', 'steps', { at: [] })).toEqual(['/at must be a list that is not empty, is an empty list'])
    expect(told('data', 'hdmap', { root: '', channels: 2 })).toEqual([
      '/root must be a text that is not empty, is an empty text',
      '/channels must be 1 or 3, is 2',
    ])
    expect(told('section', 'evaluate', { on: ['source.test', 'source.test'] })).toEqual([
      '/on/1 must be a list without repetition, is source.test again',
    ])
  })

  test('missing parameters are left to the checker, which knows their place', () => {
    expect(told('data', 'hdmap', {})).toEqual([])
  })
})
