import type { CheckedNode, CheckedParameter, CheckedPipeline, TensorType } from './checked.js'

/** A checked pipeline as text: settings with their origins, tensors with their types, weights, losses. For `--emit checked`, run directories and goldens. */
export function dumpChecked(pipeline: CheckedPipeline): string {
  const outputs = new Map(pipeline.outputs.map((output) => [output.name, output.node]))
  return [
    `pipeline ${pipeline.name}`,
    '',
    'settings',
    ...columns(pipeline.origins.map(({ path, value, origin, where }) => [path, `= ${value}`, `${origin} ${where}`.trim()])),
    '',
    'tensors',
    ...columns(pipeline.nodes.map((node) => [`%${node.id}`, nodeText(node), `: ${typeText(node.type)}`, node.path])),
    '',
    'weights',
    ...columns(pipeline.parameters.map(parameterRow)),
    '',
    'outputs',
    ...columns([...outputs].map(([name, node]) => [name, `%${node}`])),
    '',
    'losses',
    ...columns(pipeline.lossTerms.map(({ name, node }) => [name, `%${node}`])),
    ...pipeline.allows.flatMap(({ code, because, where }) => ['', `allowed ${code} at ${where}: ${because}`]),
    '',
  ].join('\n')
}

function nodeText({ op, operands, attributes }: CheckedNode): string {
  const inputs = operands.map((operand) => `%${operand}`)
  const named = Object.entries(attributes).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
  return `${op}(${[...inputs, ...named].join(', ')})`
}

/** `pixel[32,96,2] logits in [0, 1]` */
function typeText({ per, shape, meaning, range }: TensorType): string {
  const words = [`${per}[${shape.join(',')}]`]
  if (meaning !== 'plain') words.push(meaning)
  if (range) words.push(`in [${range[0]}, ${range[1]}]`)
  return words.join(' ')
}

function parameterRow({ name, kind, shape, initializer, trainable }: CheckedParameter): readonly string[] {
  const state = kind === 'statistic' ? 'statistic' : trainable ? 'trained' : 'frozen'
  const start = Object.entries(initializer).map(([key, value]) => (key === 'kind' ? String(value) : `${key} ${value}`))
  return [name, `[${shape.join(',')}]`, state, start.join(' ')]
}

/** Rows with their columns under each other. */
function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) row.forEach((cell, at) => (widths[at] = Math.max(widths[at] ?? 0, cell.length)))
  return rows.map((row) => `  ${row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  ')}`.trimEnd())
}
