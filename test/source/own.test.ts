import { relative } from 'node:path'
import ts from 'typescript'
import { expect, it } from 'vitest'
import { own, setOwn } from '../../src/source/own.js'
import { projectRoot } from '../support/draemc.js'

it('an entry is what a table has itself', () => {
  const table: Record<string, number> = { a: 1 }
  expect([own(table, 'a'), own(table, 'b'), own(table, 'constructor'), own(table, '__proto__')]).toEqual([
    1,
    undefined,
    undefined,
    undefined,
  ])
  setOwn(table, '__proto__', 2)
  expect([own(table, '__proto__'), Object.keys(table), Object.getPrototypeOf(table)]).toEqual([
    2,
    ['a', '__proto__'],
    Object.prototype,
  ])
})

/**
 * What is written `table[name]` finds what every object inherits (`constructor`), and writes to its prototype (`__proto__`). The types tell
 * names that are known (`'mean' | 'sum'`) from those that may be any.
 */
it('no source looks an entry up by a name that may be any but through own and setOwn', { timeout: 60_000 }, () => {
  const path = ts.findConfigFile(projectRoot, ts.sys.fileExists)
  const config = ts.getParsedCommandLineOfConfigFile(
    path ?? '',
    { noEmit: true, incremental: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  )
  const program = ts.createProgram(config?.fileNames ?? [], config?.options ?? {})
  const checker = program.getTypeChecker()
  const places: string[] = []
  let files = 0
  for (const source of program.getSourceFiles()) {
    const file = relative(projectRoot, source.fileName)
    if (!/^(src|grammar)\//.test(file) || file === 'src/source/own.ts') continue
    files += 1
    const visit = (node: ts.Node): void => {
      if (ts.isElementAccessExpression(node) && mayBeAny(checker.getTypeAtLocation(node.argumentExpression))) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart())
        if (!isEnvironment(node.expression)) places.push(`${file}:${line + 1}: ${node.getText()}`)
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  expect(files).toBeGreaterThan(300)
  expect(places).toEqual([])
})

function mayBeAny(type: ts.Type): boolean {
  return (type.isUnion() ? type.types : [type]).some(({ flags }) => (flags & ts.TypeFlags.String) !== 0)
}

/** Node answers for the names of variables itself. */
function isEnvironment(object: ts.Expression): boolean {
  return object.getText() === 'process.env'
}
