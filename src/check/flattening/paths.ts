import { findComponent } from '../../components/registry.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import { spanning } from '../../source/span.js'
import type { Identifier } from '../../syntax/ast.js'
import type { FlatSetting } from '../settings/context.js'

/** Every path that can be set: what is written first, then what has a default. */
export function settablePaths(
  params: ReadonlyMap<string, unknown>,
  settings: ReadonlyMap<string, FlatSetting>,
  sections: ReadonlyMap<string, { readonly settings: ReadonlyMap<string, FlatSetting> }>,
): readonly string[] {
  const written = [...params.keys(), ...settings.keys()]
  const open: string[] = []
  for (const [section, { settings: inner }] of sections) {
    written.push(...[...inner.keys()].map((name) => `${section}.${name}`))
    const known = findComponent('section', section)?.parameters ?? {}
    open.push(...Object.keys(known).map((name) => `${section}.${name}`))
  }
  for (const [name, { binding }] of settings) {
    const { value } = binding
    if (value.kind !== 'call') continue
    for (const argument of value.args) if (argument.name) written.push(`${name}.${argument.name.name}`)
    if ((name !== 'data' && name !== 'synthesis') || value.callee.kind !== 'identifier') continue
    const known = findComponent(name, value.callee.name)?.parameters ?? {}
    open.push(...Object.keys(known).map((parameter) => `${name}.${parameter}`))
  }
  return [...new Set([...written, ...open])]
}

/** The path that ends with the name, or one that is near. */
export function suggestPath(text: string, paths: readonly string[]): string | undefined {
  return paths.find((path) => path.endsWith(`.${text}`)) ?? suggest(text, paths)
}

export function pathText(path: readonly Identifier[]): string {
  return path.map((part) => part.name).join('.')
}

export function pathSpan(path: readonly Identifier[]): Span {
  const [first] = path
  const last = path.at(-1)
  return first === undefined || last === undefined ? { file: '', start: 0, end: 0 } : spanning(first.span, last.span)
}
