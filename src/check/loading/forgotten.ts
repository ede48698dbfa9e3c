import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import type { Identifier } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'

/** The file of the library that pipelines are written with. */
export const libraryImport = 'std/draem'

/**
 * Whether an unknown block or type is the mistake of an import: of one that is not there, which is told at the import, or
 * of the library's, which was forgotten. That is told at the first of its names, and not at the others.
 */
export function isOfAnImport({ name, span }: Identifier, what: string, env: Env): boolean {
  const { module, session } = env
  if (module.lacksImport) return true
  // Imported, it is known, as something else than what is wanted here.
  if (!session.libraryNames().has(name) || module.imported.has(name)) return false
  module.lacksImport = true
  report(env, namesDiagnostics.unknownName, span, { what, name, from: libraryImport })
  return true
}
