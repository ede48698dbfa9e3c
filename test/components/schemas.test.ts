import { describe, expect, test } from 'vitest'
import { components, componentsOf, findComponent } from '../../src/components/registry.js'
import { componentKinds, type JsonValue, type ParameterSchema, type ValueSchema } from '../../src/components/schema.js'
import { violationsOf } from '../../src/components/validate.js'
import { exampleOf, showValue } from '../../src/components/words.js'
import { parseExpression } from '../../src/syntax/parse.js'
import { metricNames } from '../../src/train/metrics/table.js'

const parameters: readonly (readonly [component: string, parameter: string, schema: ParameterSchema])[] =
  components.flatMap(({ kind, name, schema }) =>
    Object.entries(schema.properties).map(([parameter, of]) => [`${kind} ${name}`, parameter, of] as const),
  )

describe('the registry', () => {
  test('every kind has a component, every component its own place', () => {
    for (const kind of componentKinds) expect(componentsOf(kind)).not.toEqual([])
    const ids = components.map(({ schema }) => schema.$id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('metrics are those that evaluation computes', () => {
    const registered = (kind: 'image_metric' | 'pixel_metric' | 'value_metric') =>
      componentsOf(kind)
        .map(({ name }) => name)
        .sort()
    expect(registered('image_metric')).toEqual([...metricNames.image].sort())
    expect(registered('pixel_metric')).toEqual([...metricNames.pixel].sort())
    expect(registered('value_metric')).toEqual([...metricNames.values].sort())
  })

  test('required and positional parameters are there', () => {
    for (const { schema } of components) {
      const known = Object.keys(schema.properties)
      expect(known).toEqual(expect.arrayContaining([...schema.required]))
      expect(known).toEqual(expect.arrayContaining([...schema['x-positional']]))
    }
  })
})

describe('parameters', () => {
  test.each(parameters)(
    '%s: %s has a default that its schema allows and that is read back',
    (id, parameter, schema) => {
      const [kind, name] = id.split(' ')
      const component = components.find((candidate) => candidate.kind === kind && candidate.name === name)
      if (component === undefined || schema.default === undefined) return
      expect(violationsOf(component, { [parameter]: schema.default })).toEqual([])
      expect(parseExpression(showValue(schema, schema.default), parameter).diagnostics).toEqual([])
    },
  )

  test.each(parameters)('%s: %s has a description and an example that parses', (_, parameter, schema) => {
    expect(schema.description).toMatch(/\.$/)
    expect(parseExpression(exampleOf(schema), parameter).diagnostics).toEqual([])
  })

  test('forms and types agree', () => {
    const typesOf: Readonly<Record<ValueSchema['x-form'], readonly string[]>> = {
      number: ['integer', 'number'],
      fraction: ['number'],
      quantity: ['integer', 'number', 'object'],
      boolean: ['boolean'],
      path: ['string'],
      size: ['array'],
      choice: ['string'],
      name: ['string'],
      range: ['array'],
      list: ['array'],
      component: ['object'],
      output: ['string'],
      metric_reference: ['object'],
    }
    const check = (schema: ValueSchema): void => {
      expect(typesOf[schema['x-form']]).toEqual(expect.arrayContaining([schema.type].flat()))
      if (schema['x-form'] === 'component') expect(schema['x-kind']).toBeDefined()
      if (schema['x-form'] === 'quantity') expect(schema['x-units']).not.toEqual([])
      if (schema['x-form'] === 'choice') expect(schema.enum).toBeDefined()
      if (schema.items !== undefined) check(schema.items)
    }
    for (const [, , schema] of parameters) check(schema)
  })
})

describe('violations', () => {
  const told = (
    kind: 'data' | 'synthesis' | 'section' | 'optimizer' | 'schedule',
    name: string,
    values: Readonly<Record<string, JsonValue>>,
  ) => {
    const component = findComponent(kind, name)
    if (component === undefined) throw new Error(`no ${name}`)
    return violationsOf(component, values).map(({ pointer, must, found }) => `${pointer} must be ${must}, is ${found}`)
  }

  test('say the bounds in the unit of the parameter', () => {
    expect(told('synthesis', 'additive', { probability: 1.5, patches: 4, width: [0, { percent: 120 }] })).toEqual([
      '/probability must be from 0% to 100%, is 150%',
      '/width/0 must be at least 1px, is 0px',
      '/width/1/percent must be more than 0% and at most 100%, is 120%',
      '/patches must be from 1 to 3, is 4',
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
