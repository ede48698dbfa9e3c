import { basename } from 'node:path'
import type { SettingOrigin } from '../plan/settings.js'
import type { Span } from '../source/span.js'
import type { Env } from './evaluation/env.js'
import type { Session } from './evaluation/session.js'
import { spanKey } from './evaluation/session.js'
import { optionFile } from './loading/overrides.js'
import type { SettingsContext } from './settings/context.js'

/** Where a setting's value was written: the option, the variable of the environment, or file, line and column. */
export function originOf(span: Span, session: Session): Pick<SettingOrigin, 'origin' | 'where'> {
  const variable = session.environmentReads.get(spanKey(span))
  if (variable !== undefined) return { origin: 'environment', where: variable }
  const source = session.sources.get(span.file)
  const position = source?.position(span.start)
  if (source === undefined || position === undefined) return { origin: 'file', where: span.file }
  if (span.file === optionFile) return { origin: 'option', where: `--set ${source.lineText(position.line)}` }
  return { origin: 'file', where: `${basename(span.file)}:${position.line}:${position.column}` }
}

/** What the checks of settings see of the pipeline. The model's outputs are added when they are known. */
export function settingsContext(base: Env, origins: SettingOrigin[]): SettingsContext {
  const { session } = base
  return {
    env: base,
    originOf: (span) => originOf(span, session),
    recordOrigin: (origin) => origins.push(origin),
    ...(session.disk === undefined ? {} : { disk: session.disk }),
    mistakeOf: () => undefined,
    unknownOutputs: new Map(),
    outOfReach: new Map(),
  }
}
