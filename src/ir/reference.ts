import { opDefinitions } from './ops/definitions.js'
import { opNames } from './ops/table.js'

/** The page `docs/reference/operators.md`, from the definitions. */
export function generateOperatorReference(): string {
  const rows = opNames.map((name) => {
    const { summary, operands, isVariadic, results, attributes, typeRule, countsAsMatrixWork } = opDefinitions[name]
    const settings = Object.entries(attributes).map(([attribute, kind]) => `${attribute}: ${kind}`)
    const cells = [
      `\`${name}\``,
      isVariadic ? `${operands.join(', ')}, ..` : operands.join(', '),
      settings.join(', '),
      results.join(', '),
      typeRule,
      `${summary}${countsAsMatrixWork ? ' (matrix work)' : ''}`,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return `${[...head, ...rows].join('\n')}\n`
}

const head = [
  '<!-- Generated from src/ir/ops by `npm run generate`. -->',
  '# Operators of the intermediate representation',
  '',
  'Tensors are NHWC, kernels HWIO, shapes static. Dtypes are f32, f64, bf16, i32 and bool; "float" is one of the first three. Elementwise operators',
  'broadcast as NumPy does. Every attribute is required. The reference interpreter (`src/ir/interpret/`) defines what each means.',
  '"Matrix work" is what a share of the machine\'s matrix-product peak is counted in: 2 FLOPs for each multiplication and addition.',
  '',
  '| operator | operands | attributes | results | types | meaning |',
  '|---|---|---|---|---|---|',
]
