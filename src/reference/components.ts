import { metrics } from '../components/metrics.js'
import { type Component, componentsOf, componentTables, isRequired } from '../components/registry.js'
import { componentKinds, type ParameterSchema, type ValueSchema } from '../components/schema.js'
import { alternatives, boundsInWords, describeForm, showValue, withUnit } from '../components/words.js'
import { markdownTable } from './markdown.js'

/** `docs/reference/components.md`: every registered component with its parameters, from their schemas alone. */
export function componentsReference(): string {
  const parts = (Object.keys(componentTables) as (keyof typeof componentTables)[]).map((kind) =>
    [`## ${componentKinds[kind].title}`, ...componentsOf(kind).map((component) => describeComponent(component))].join(
      '\n\n',
    ),
  )
  return `${[intro, ...parts].join('\n\n')}\n`
}

const intro = `# Components

<!-- Generated from the schemas in src/components; do not edit. -->

What is not a tensor is registered: data sources, optimizers, metrics and the settings of the
sections \`train\` and \`evaluate\`. Each is written as a call, \`adamw(lr = 1e-4)\`; one that needs no parameters may be
written as its name alone. Parameters in **bold** may be given without their name, in this order. Syntheses of faults are blocks of the
[library](library.md).`

function describeComponent({ kind, name, doc, parameters, positional }: Component): string {
  const head = [`### \`${name}\``, doc, ...(kind === 'metric' ? [metricNote(name)] : [])].join('\n\n')
  const entries = Object.entries(parameters)
  if (entries.length === 0) return `${head}\n\nNo parameters.`
  const rows = entries.map(([parameter, of]) => {
    const shown = positional.includes(parameter) ? `**\`${parameter}\`**` : `\`${parameter}\``
    return [shown, describeValue(of), defaultOf(of), of.description]
  })
  return `${head}\n\n${markdownTable(['parameter', 'value', 'default', 'what it is'], rows)}`
}

function metricNote(name: string): string {
  const { lists, better } = metrics[name as keyof typeof metrics]
  return `In ${alternatives(lists.map((list) => `\`${list}\``))}; ${better} is better.`
}

/** Form, unit and bounds: `a whole number of images, at least 1`. */
function describeValue(schema: ParameterSchema): string {
  const counts = schema.counts === undefined ? '' : ` of ${schema.counts}`
  const of = schema.form === 'list' && schema.items !== undefined ? itemsOf(schema.items) : ''
  const bounds = boundsOf(schema.form === 'range' && schema.items !== undefined ? schema.items : schema)
  const words = schema.words?.map((word) => ` or \`${word}\``).join('') ?? ''
  const only = schema.enum !== undefined && schema.form === 'number' ? schema.enum.join(' or ') : undefined
  const form = schema.form === 'list' ? `a list${of}${words}` : `${describeForm(schema)}${counts}`
  return [only ?? form, ...(bounds === '' ? [] : [bounds])].join(', ')
}

function itemsOf(items: ValueSchema): string {
  if (items.form === 'choice') return ` of ${describeForm(items)}`
  if (items.form === 'name') return ' of names'
  if (items.form === 'quantity') return `, each ${describeForm(items)}`
  if (items.only !== undefined) return ` of ${alternatives(items.only.map((each) => `\`${each}\``))}`
  return items.kind === undefined ? '' : `, each ${componentKinds[items.kind].inWords}`
}

function boundsOf(schema: ValueSchema): string {
  return boundsInWords(schema, (bound) => {
    const unit = schema.units?.[0]
    if (schema.form === 'count' && unit !== undefined) return withUnit(bound, unit)
    return showValue(schema, bound)
  })
}

function defaultOf(schema: ParameterSchema): string {
  if (schema.default !== undefined) return `\`${showValue(schema, schema.default)}\``
  return isRequired(schema) ? 'must be given' : 'none'
}
