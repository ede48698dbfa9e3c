import { join } from 'node:path'
import { readText } from '../files/reading.js'
import { packageRoot } from '../native/package-root.js'
import type { BlockDeclaration, EnumDeclaration, TypeDeclaration } from '../syntax/ast.js'
import { parse } from '../syntax/parse.js'
import { inCell, markdownTable } from './markdown.js'

type Documented = BlockDeclaration | EnumDeclaration | TypeDeclaration

const files = [
  { file: 'std/draem.draem', blocks: 'Blocks', types: 'Types', enums: 'Enums' },
  {
    file: 'std/synthesis.draem',
    blocks: 'Syntheses of faults and augmentations',
    types: 'Types of syntheses',
    enums: 'Words of syntheses',
  },
  { file: 'std/resnet.draem', blocks: 'Residual encoders', types: 'Types of encoders', enums: 'Words of encoders' },
] as const

/** `docs/reference/library.md`: what the files of the library declare, with doc comments and signatures. */
export function libraryReference(): string {
  const parts = files.flatMap(({ file, blocks, types, enums }) => {
    const text = readText(join(packageRoot(), 'grammar', file))
    const { declarations } = parse(text, file).file
    const of = <Kind extends Documented['kind']>(kind: Kind, title: string) => {
      const all = declarations.filter(
        (declaration): declaration is Extract<Documented, { kind: Kind }> => declaration.kind === kind,
      )
      return all.length === 0 ? [] : [`## ${title}`, ...all.map((declaration) => describe(declaration, text))]
    }
    return [...of('block', blocks), ...of('type', types), ...of('enum', enums)]
  })
  return `${[intro, ...parts].join('\n\n')}\n`
}

const intro = `# Library

<!-- Generated from grammar/std by \`npm run generate\`. -->

\`import "std/draem"\` gives the networks and heads of the DRAEM family, \`import "std/synthesis"\` the syntheses of faults, which the setting
\`synthesis\` knows without an import, \`import "std/resnet"\` encoders for weights that are there already. All are written in the language itself: a block can be copied into a file of one's own and changed.
\`draemc doc NAME\` prints one. Where it is a setting, a synthesis has one more parameter: \`probability\`, the share of the training images that
get a fault, 50 % if it is left out. So has an augmentation (a block that gives \`augmented\`): the share that it changes, 100 % if it is left out.`

function describe(declaration: Documented, text: string): string {
  const signature = text.slice(declaration.span.start, endOfSignature(declaration)).trim()
  const head = `### \`${declaration.name.name}\``
  const documented = declaration.kind === 'block' && declaration.parameters.some(({ doc }) => doc !== undefined)
  if (!documented) return [head, `\`${signature}\``, declaration.doc ?? ''].join('\n\n')
  const of = (from: { readonly start: number; readonly end: number }): string =>
    `\`${text.slice(from.start, from.end)}\``
  const rows = declaration.parameters.map(({ name, type, value, doc = '' }) =>
    [`\`${name.name}\``, of(type.span), value === undefined ? 'must be given' : of(value.span), doc].map(inCell),
  )
  const table = markdownTable(['parameter', 'type', 'default', 'what it is'], rows)
  const result = declaration.result === undefined ? [] : [`Gives: ${of(declaration.result.span)}.`]
  return [head, declaration.doc ?? '', table, ...result].join('\n\n')
}

function endOfSignature(declaration: Documented): number {
  if (declaration.kind !== 'block') return declaration.span.end
  const { result, parameters, name } = declaration
  return result?.span.end ?? (parameters.at(-1)?.span.end ?? name.span.end) + 1
}
