import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'

/** Programs that users have: the pipelines and the library of this project. */
export function realPrograms(): readonly string[] {
  const folders = ['../../pipelines/', '../../grammar/std/', '../golden/syntax/good/design_pipeline/']
  return folders.flatMap((folder) => {
    const path = fileURLToPath(new URL(folder, import.meta.url))
    const files = readdirSync(path).filter((file) => file.endsWith('.draem'))
    return files.map((file) => readFileSync(path + file, 'utf8'))
  })
}

const names = ['a', 'b', 'seg', 'px', 'epochs', 'param', 'return', 'model', 'block', 'x1', '_y']
const name = fc.constantFrom(...names)
const gap = fc.constantFrom('', ' ', '   ')
/** Between items in parentheses: anything blank, and comments to the end of their line. */
const space = fc.constantFrom('', ' ', '\n', '\n\n  ', ' // note\n', '\n  // own line\n')
const number = fc.constantFrom(
  '1',
  '0.5',
  '1e-4',
  '97_496_710',
  '16px',
  '16 px',
  '50%',
  '10 epochs',
  '1 step',
  '90deg',
  '256x256',
)
const operator = fc.constantFrom('+', '-', '*', '/', 'and', 'or', '==', '..', '<=')

/** Expressions of bounded depth as text, with blanks, new lines and comments wherever they may stand. */
const expression: fc.Arbitrary<string> = fc.letrec<{ expression: string; operand: string; primary: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    tie('operand'),
    fc.tuple(tie('operand'), gap, operator, gap, tie('operand')).map(([a, , o, , b]) => `(${a}) ${o} (${b})`),
    fc
      .tuple(tie('operand'), operator, tie('operand'))
      .filter(([a, o, b]) => !/[<=.]/.test(o + a + b))
      .map((parts) => parts.join(' ')),
    fc.tuple(tie('operand'), fc.constantFrom(' ', '\n  '), name).map(([a, s, n]) => `${a}${s}|> ${n}(${n} = 1) |> f`),
  ),
  operand: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    tie('primary'),
    fc.tuple(fc.constantFrom('-', 'not ', '- '), tie('primary')).map((parts) => parts.join('')),
    fc.tuple(name, space, tie('expression'), space).map(([n, s, e, u]) => `${n}(${s}${e},${u}k = ${e})`),
    fc.tuple(name, name, tie('expression')).map(([a, b, e]) => `${a}.${b}[${e}]`),
  ),
  primary: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'expression' },
    name,
    number,
    fc.constantFrom('"text"', '"a \\" // no comment"', 'true', 'false'),
    fc.array(tie('expression'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.tuple(space, tie('expression'), space).map(([s, e, u]) => `(${s}${e}${u})`),
    fc.tuple(name, tie('expression'), tie('expression')).map(([n, a, b]) => `{ ${n} = ${a}, k = ${b} }`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `if (${a}) { ${b} } else { ${a} }`),
    fc.tuple(tie('expression'), tie('expression')).map(([a, b]) => `match m {\n  one => ${a}\n\n  _ => ${b}\n}`),
  ),
})).expression

const blankLine = fc.constantFrom('', '', '\n', '// a comment\n', '\n\n\n', '/// documented\n')
const statement: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(name, gap, expression).map(([n, g, e]) => `${n}${g}=${g}${e}`),
  expression.map((e) => `param p: float = ${e}`),
  expression.map((e) => `expect (${e}) == 1`),
  fc.constantFrom('allow D031 because "so"', 'remove loss.a', 'param q: block(x: map) -> [ { m: map } ]'),
  fc
    .tuple(name, expression, expression)
    .map(([n, a, b]) => `${n === 'return' ? 'loss' : n} {\n x = ${a}\n\n\n y   =${b} // end\n}`),
)

/** Whole programs as text. */
export const program: fc.Arbitrary<string> = fc
  .tuple(fc.array(fc.tuple(blankLine, statement), { maxLength: 5 }), expression, blankLine)
  .map(([items, e, blank]) => {
    const body = items.map(([before, text]) => `${before}   ${text}\n`).join('')
    return `import "std/draem" // library\n${blank}block u(x: map, n: int = 3) -> map\n{\nreturn ${e}\n}\n/// doc\npipeline p extends q {\n${body}}\n`
  })
