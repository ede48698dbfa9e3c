import { componentsOf } from './registry.js'
import { type Component, type ComponentKind, componentKinds, type ParameterSchema, type ValueSchema } from './schema.js'
import { boundsInWords, describeForm, showValue, withUnit } from './words.js'

/** `docs/reference/components.md`: every registered component with its parameters, from their schemas alone. */
export function componentsReference(): string {
  const parts = componentKinds.map((kind) =>
    [`## ${kindTitles[kind]}`, ...componentsOf(kind).map((component) => describeComponent(component))].join('\n\n'),
  )
  return `${[intro, ...parts].join('\n\n')}\n`
}

const intro = `# Components

<!-- Generated from the schemas in src/components; do not edit. -->

What is not a tensor is registered: data sources, syntheses of faults, optimizers, metrics and the settings of the
sections \`train\` and \`evaluate\`. Each is written as a call, \`adamw(lr = 1e-4)\`; one that needs no parameters may be
written as its name alone. Parameters in **bold** may be given without their name, in this order.`

const kindTitles: Readonly<Record<ComponentKind, string>> = {
  data: 'Data sources: `data = ...`',
  synthesis: 'Syntheses of faults: `synthesis = ...`',
  normalisation: 'Normalisations: `normalise = ...` of a data source',
  validation: 'Validation sets: `validation = ...` of a data source',
  optimizer: 'Optimizers: `optimizer = ...` in `train`',
  schedule: 'Schedules: `learning_rate = ...` in `train`',
  interval: 'Intervals: `validate = ...` in `train`',
  early_stop: 'Early stopping: `early_stop = ...` in `train`',
  checkpoint: 'Checkpoints: `checkpoint = ...` in `train`',
  image_metric: 'Metrics of images: `image = [...]` in `evaluate`',
  pixel_metric: 'Metrics of pixels: `pixel = [...]` in `evaluate`',
  value_metric: 'Metrics of values: `values = [...]` in `evaluate`',
  section: 'Sections',
}

function describeComponent({ name, schema }: Component): string {
  const head = `### \`${name}\`\n\n${schema.description}`
  const entries = Object.entries(schema.properties)
  if (entries.length === 0) return `${head}\n\nNo parameters.`
  const rows = entries.map(([parameter, of]) => {
    const shown = schema['x-positional'].includes(parameter) ? `**\`${parameter}\`**` : `\`${parameter}\``
    return `| ${[shown, describeValue(of), defaultOf(of, schema.required.includes(parameter)), of.description].map(inCell).join(' | ')} |`
  })
  return [head, '', '| parameter | value | default | what it is |', '|---|---|---|---|', ...rows].join('\n')
}

/** Form, unit and bounds: `a whole number of images, at least 1`. */
function describeValue(schema: ParameterSchema): string {
  const counts = schema['x-counts'] === undefined ? '' : ` of ${schema['x-counts']}`
  const of = schema['x-form'] === 'list' && schema.items !== undefined ? itemsOf(schema.items) : ''
  const bounds = boundsOf(schema['x-form'] === 'range' && schema.items !== undefined ? schema.items : schema)
  const words = schema['x-words']?.map((word) => ` or \`${word}\``).join('') ?? ''
  const only = schema.enum !== undefined && schema['x-form'] === 'number' ? schema.enum.join(' or ') : undefined
  const form = schema['x-form'] === 'list' ? `a list${of}${words}` : `${describeForm(schema)}${counts}`
  return [only ?? form, ...(bounds === '' ? [] : [bounds])].join(', ')
}

function itemsOf(items: ValueSchema): string {
  if (items['x-form'] === 'choice') return ` of ${describeForm(items)}`
  if (items['x-form'] === 'name') return ' of names'
  if (items['x-form'] === 'quantity') return `, each ${describeForm(items)}`
  return items['x-kind'] === undefined ? '' : ` of ${kindTitles[items['x-kind']].split(':')[0]?.toLowerCase()}`
}

function boundsOf(schema: ValueSchema): string {
  return boundsInWords(schema, (bound) => {
    const unit = schema['x-units']?.[0]
    if (schema['x-form'] === 'quantity' && unit !== undefined) return withUnit(bound, unit)
    return showValue(schema, bound)
  })
}

function defaultOf(schema: ParameterSchema, isRequired: boolean): string {
  if (schema.default !== undefined) return `\`${showValue(schema, schema.default)}\``
  return isRequired ? 'must be given' : 'none'
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|')
}
