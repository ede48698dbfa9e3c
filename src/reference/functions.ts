import { boundsText } from '../check/functions/bounds.js'
import type { FunctionParameter, FunctionRule } from '../check/functions/rule.js'
import { signatureText } from '../check/functions/rule.js'
import { functionGroups } from '../check/functions/table.js'
import { primitiveNames, primitiveRow } from '../check/primitives/table.js'
import { builtinEnums } from '../check/values/builtin-enums.js'
import { isWhole, shortType } from '../check/values/type.js'
import { inCell, markdownTable } from './markdown.js'

/** `docs/reference/functions.md`: every function of the language that is not written in it, from the declarations. */
export function functionsReference(): string {
  return `${[
    intro,
    ...functionGroups.flatMap(({ title, functions }) => [`## ${title}`, ...functions.map(describeFunction)]),
    '## Words',
    ...[...builtinEnums.values()].map(
      ({ name, doc, values }) =>
        `### \`${name.name}\`\n\n${doc ?? ''}\n\nOne of ${values.map((value) => `\`${value.name}\``).join(', ')}.`,
    ),
  ].join('\n\n')}\n`
}

const intro = `# Functions

<!-- Generated from src/check/functions by \`npm run generate\`. -->

What networks, heads and losses are made of; \`draemc doc NAME\` prints one. The batch is left out of shapes: a map is [H, W, C], a
vector [C], a value one number an image, a scalar one number a batch. Arguments go by place, in the order of the table, or by name;
\`x |> f(a)\` is \`f(x, a)\`. Beside them stand \`+ - * /\` on tensors, \`x[anomaly]\` and \`x[0]\` (one channel), and the blocks of the
[library](library.md).

In the examples \`hidden\` is a map of 8 channels and \`features\` a vector of 8; \`recon\`, \`seg\`, \`severity\` (in [0, 2]) and \`anomaly_map\`
are those of \`pipelines/quickstart.draem\`, and \`unit\` is a block of a convolution of so many \`channels\`, a \`batch_norm\` and \`relu\`; in those of syntheses \`image\` is the image that gets a fault.`

function describeFunction(of: FunctionRule): string {
  const { name, doc, result, example, parameters, variadic } = of
  const rows = parameters.map((parameter) => [
    `\`${parameter.name}\``,
    valueText(parameter),
    defaultText(parameter),
    parameter.doc,
  ])
  const operands = variadic
    ? [['`a`, `b`, ...', 'maps, vectors, values or scalars', 'two or more', 'Operands, by place.']]
    : []
  const all = [...operands, ...rows]
  return [
    `### \`${name}\``,
    `\`${signatureText(of)}\``,
    doc,
    ...(of.parametric
      ? ['It has weights, named by the binding: several in a statement are also named by their operators.']
      : []),
    ...(all.length === 0 ? [] : [markdownTable(['parameter', 'value', 'default', 'what it is'], all)]),
    `Gives: ${result}. Example: \`${example}\``,
  ].join('\n\n')
}

function valueText(parameter: FunctionParameter): string {
  const { type, bounds } = parameter
  if (type.kind === 'tensor') return 'map, vector, value or scalar'
  if (type.kind === 'any') return type.shown
  if (type.kind === 'part') return 'a name of the model'
  if (type.kind === 'enum') return type.declaration.values.map(({ name }) => `\`${name}\``).join(', ')
  if (bounds === undefined) return shortType(type)
  return `${type.kind === 'float' ? 'a number ' : ''}${boundsText(bounds, isWhole(type))}${type.kind === 'sides' ? ', or two: 3x5' : ''}`
}

function defaultText({ default: preset }: FunctionParameter): string {
  if (preset === undefined) return 'must be given'
  return preset === 'none' ? 'none' : `\`${String(preset)}\``
}

/** `docs/reference/primitives.md`: what functions and operators become in a checked graph. */
export function primitivesReference(): string {
  const rows = primitiveNames.map((name) => {
    const { doc, operands, result, parameters, attributes } = primitiveRow(name)
    const weights = Object.entries(parameters).map(([parameter, { kind, shape }]) =>
      kind === 'weight' ? `${parameter} ${shape}` : `${parameter} ${shape} (statistic)`,
    )
    const settings = Object.entries(attributes).map(([attribute, kind]) => `${attribute}: ${kind}`)
    return [`\`${name}\``, operands.join(', '), weights.join(', '), settings.join(', '), result, doc].map(inCell)
  })
  const head = `# Primitives

<!-- Generated from src/check/primitives/table.ts by \`npm run generate\`. -->

What a checked graph (\`--emit checked\`) is made of: functions and operators of the language become these, and lowering turns each into
operators of the [intermediate representation](operators.md). A pair is [down, across], sides are [top, bottom, left, right].`
  return `${head}\n\n${markdownTable(['primitive', 'operands', 'weights and statistics', 'attributes', 'result', 'what it is'], rows)}\n`
}
