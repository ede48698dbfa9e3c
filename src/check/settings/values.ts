import type { SettingValue } from '../../plan/settings.js'

/** Resolved values as the checks read them: JSON whose shape the schema has already held. */

export function componentName(value: SettingValue | undefined): string | undefined {
  return typeof value === 'object' && value !== null && 'component' in value && typeof value.component === 'string'
    ? value.component
    : undefined
}

export function componentParameter(value: SettingValue | undefined, name: string): SettingValue | undefined {
  if (typeof value !== 'object' || value === null || !('parameters' in value)) return undefined
  const { parameters } = value
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters)) return undefined
  return (parameters as Readonly<Record<string, SettingValue>>)[name]
}

export function strings(value: SettingValue | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

export function numberOr(value: SettingValue | undefined, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

export function pair(value: SettingValue | undefined): readonly [number, number] | undefined {
  if (!Array.isArray(value)) return undefined
  const [first, second] = value as readonly SettingValue[]
  return typeof first === 'number' && typeof second === 'number' ? [first, second] : undefined
}
