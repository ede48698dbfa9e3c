import { join } from 'node:path'
import { readText } from '../files/reading.js'
import { packageRoot } from '../native/package-root.js'
import type { BlockDeclaration, EnumDeclaration, TypeDeclaration } from '../syntax/ast.js'
import { parse } from '../syntax/parse.js'

const file = 'std/draem.draem'

type Documented = BlockDeclaration | EnumDeclaration | TypeDeclaration

/** `docs/reference/library.md`: what `import "std/draem"` gives, with its doc comments and signatures. */
export function libraryReference(): string {
  const text = readText(join(packageRoot(), 'grammar', file))
  const { declarations } = parse(text, file).file
  const of = <Kind extends Documented['kind']>(kind: Kind) =>
    declarations
      .filter((declaration): declaration is Extract<Documented, { kind: Kind }> => declaration.kind === kind)
      .map((declaration) => describe(declaration, text))
  return `${[intro, '## Blocks', ...of('block'), '## Types', ...of('type'), '## Enums', ...of('enum')].join('\n\n')}\n`
}

const intro = `# Library: \`import "std/draem"\`

<!-- Generated from grammar/std/draem.draem by \`npm run generate\`. -->

Networks and heads of the DRAEM family, written in the language itself: a block can be copied into a file of one's own and changed.
\`draemc doc NAME\` prints one.`

function describe(declaration: Documented, text: string): string {
  const signature = text.slice(declaration.span.start, endOfSignature(declaration)).trim()
  return [`### \`${declaration.name.name}\``, `\`${signature}\``, declaration.doc ?? ''].join('\n\n')
}

function endOfSignature(declaration: Documented): number {
  if (declaration.kind !== 'block') return declaration.span.end
  const { result, parameters, name } = declaration
  return result?.span.end ?? (parameters.at(-1)?.span.end ?? name.span.end) + 1
}
