import { type Component, findComponent } from '../../components/registry.js'
import type { ComponentKind, JsonValue } from '../../components/schema.js'

/** The component that a schema's default names, with its parameters as JSON. */
export function defaultComponent(
  kind: ComponentKind,
  value: JsonValue,
): { readonly component: Component; readonly parameters: Readonly<Record<string, JsonValue>> } | undefined {
  if (typeof value !== 'object' || value === null || !('component' in value)) return undefined
  const component = typeof value.component === 'string' ? findComponent(kind, value.component) : undefined
  if (component === undefined) return undefined
  const parameters = value.parameters
  const isRecord = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters)
  return { component, parameters: isRecord ? (parameters as Readonly<Record<string, JsonValue>>) : {} }
}
