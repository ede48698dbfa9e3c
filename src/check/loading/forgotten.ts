import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { Identifier } from '../../syntax/ast.js'
import type { Env } from '../evaluation/env.js'
import { report } from '../evaluation/env.js'
import { reportOnce } from '../evaluation/session.js'
import { libraryImport } from './library.js'

/**
 * The mistake that an unknown name follows from: it stands in text that could not be read, is reported already, or may be of
 * an import that is not there. An import of the library that was forgotten is reported at the first of its names.
 */
export function mistakeBehind({ name, span }: Identifier, what: string, env: Env): Diagnostic | undefined {
  const { module, scope, session } = env
  const known = module.damaged.get(name) ?? scope.reportOfUnknown(name)
  const isOfLibrary = session.libraryNames().has(name)
  // A plain name is seldom that of something imported.
  if (known !== undefined || (what === 'name' && !isOfLibrary)) return known
  const forgotten = `forgotten import in ${module.file}`
  const ofImport = module.lacksImport ?? session.once.get(forgotten)
  // Imported, it is known, as something else than what is wanted here.
  if (ofImport !== undefined || !isOfLibrary || module.imported.has(name)) return ofImport
  return reportOnce(session, forgotten, () =>
    report(env, namesDiagnostics.unknownName, span, { what, name, from: libraryImport }),
  )
}
