import { programLines } from '../plan/pixel-program.js'
import type { CheckedNode, CheckedPipeline, Initializer, TensorType } from './checked.js'
import { intervalText } from './primitives/intervals.js'
import type { AttributeValue } from './primitives/table.js'

/** A checked pipeline as text, for `--emit checked` and goldens: settings, nodes with their types, weights. */
export function dumpChecked(pipeline: CheckedPipeline): string {
  const { image, train, evaluate } = pipeline
  const named = new Map<number, string[]>()
  const note = (node: number, text: string) => named.set(node, [...(named.get(node) ?? []), text])
  for (const { name, node } of pipeline.outputs) note(node, name)
  for (const { name, node } of pipeline.lossTerms) note(node, `loss.${name}`)
  const lines = [
    `pipeline ${pipeline.name}`,
    `seed ${pipeline.seed}; image ${image.height}x${image.width}x${image.channels}; batch ${pipeline.batch}, ${pipeline.evalBatch} in evaluation`,
    `data ${pipeline.data.component} ${sorted(pipeline.data.parameters)}`,
    `synthesis ${pipeline.synthesis.component} ${sorted(pipeline.synthesis.parameters)}`,
    `train ${sorted(train)}`,
    `evaluate ${sorted(evaluate)}`,
    '',
    'settings',
    ...pipeline.origins.map(({ path, value, origin, where }) => `  ${path} = ${value} (${origin}: ${where})`),
    ...pipeline.allows.map(({ code, because, where }) => `  allow ${code} because "${because}" (${where})`),
    '',
    'nodes',
    ...pipeline.nodes.map(
      (node) => `  ${nodeText(node)}${(named.get(node.id) ?? []).map((name) => ` -> ${name}`).join('')}`,
    ),
    '',
    `total %${pipeline.total}`,
    '',
    ...(pipeline.augmentation === undefined
      ? []
      : ['augmentation', ...programLines(pipeline.augmentation.program).map((line) => `  ${line}`), '']),
    'faults',
    ...programLines(pipeline.synthesis.program).map((line) => `  ${line}`),
    '',
    'parameters',
    ...pipeline.parameters.map(({ name, kind, shape, initializer, trainable }) => {
      const state = kind === 'statistic' ? ', statistic' : trainable ? '' : ', frozen'
      return `  ${name} [${shape.join(', ')}] ${initializerText(initializer)}${state}`
    }),
  ]
  return `${lines.join('\n')}\n`
}

function nodeText({ id, op, operands, attributes, type, path }: CheckedNode): string {
  const values = Object.entries<AttributeValue>(attributes).map(([name, value]) => `${name}=${attributeText(value)}`)
  const suffix = values.length === 0 ? '' : ` {${values.join(', ')}}`
  const source = op === 'input' || op === 'constant' ? '' : `  @${path}`
  return `%${id} = ${op}(${operands.map((operand) => `%${operand}`).join(', ')})${suffix}: ${typeText(type)}${source}`
}

function typeText({ per, shape, meaning, range }: TensorType): string {
  const kind = per === 'pixel' ? 'map' : per === 'batch' ? 'scalar' : shape.length === 0 ? 'value' : 'vector'
  const size = shape.length === 0 ? '' : ` ${shape.join('x')}`
  const words = meaning === 'plain' ? '' : ` ${meaning}`
  return `${kind}${size}${words}${range === undefined ? '' : ` in ${intervalText(range)}`}`
}

function attributeText(value: AttributeValue): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value)
}

function initializerText(initializer: Initializer): string {
  switch (initializer.kind) {
    case 'constant':
      return `= ${initializer.value}`
    case 'uniform':
      return `uniform ${initializer.low} .. ${initializer.high}`
    case 'normal':
      return `normal ${initializer.mean} +- ${initializer.deviation}`
  }
}

/** JSON with its keys in order: the same pipeline gives the same text. */
function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  )
}
