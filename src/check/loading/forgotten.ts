import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Identifier } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { reportOnce } from '../evaluation/session.js'

/** The file of the library that pipelines are written with. */
export const libraryImport = 'std/draem'

/**
 * The mistake that an unknown block or type follows from: of an import that is not there, or of the library's, which was
 * forgotten. That is reported at the first of its names.
 */
export function mistakeOfImport({ name, span }: Identifier, what: string, env: Env): Diagnostic | undefined {
  const { module, session } = env
  const forgotten = `forgotten import in ${module.file}`
  const known = module.lacksImport ?? session.once.get(forgotten)
  if (known !== undefined) return known
  // Imported, it is known, as something else than what is wanted here.
  if (!session.libraryNames().has(name) || module.imported.has(name)) return undefined
  return reportOnce(session, forgotten, () =>
    report(env, namesDiagnostics.unknownName, span, { what, name, from: libraryImport }),
  )
}
