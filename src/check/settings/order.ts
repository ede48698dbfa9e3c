import type { Component } from '../../components/registry.js'
import type { JsonValue, ParameterSchema } from '../../components/schema.js'
import { showValue } from '../../components/words.js'

/** What JSON Schema cannot say: that one value must not be above another, and that both ends of a range have one unit. */
export type OrderMistake =
  | {
      readonly kind: 'order'
      readonly parameter: string
      readonly low: string
      readonly high: string
      readonly mayBeEqual: boolean
      /** How it is written, where it is no range. */
      readonly instead?: string
    }
  | { readonly kind: 'units'; readonly parameter: string; readonly written: string }

export function orderMistakes(
  component: Component,
  values: Readonly<Record<string, JsonValue>>,
): readonly OrderMistake[] {
  const mistakes: OrderMistake[] = []
  for (const [parameter, schema] of Object.entries(component.parameters)) {
    const value = values[parameter]
    if (schema.form !== 'range' || !Array.isArray(value)) continue
    const mistake = rangeMistake(schema, parameter, value, schema.proper !== true)
    if (mistake !== undefined) mistakes.push(mistake)
  }
  const [lowName = '', highName = ''] = component.ascending ?? []
  const [low, high] = [values[lowName], values[highName]]
  if (typeof low === 'number' && typeof high === 'number' && low >= high) {
    const instead = `${component.name}(${lowName} = ${high}, ${highName} = ${low})`
    mistakes.push({
      kind: 'order',
      parameter: highName,
      low: String(low),
      high: String(high),
      mayBeEqual: false,
      instead,
    })
  }
  return mistakes
}

function rangeMistake(
  schema: ParameterSchema,
  parameter: string,
  [low, high]: readonly JsonValue[],
  mayBeEqual: boolean,
): OrderMistake | undefined {
  const [bottom, top] = [measure(low), measure(high)]
  if (bottom === undefined || top === undefined || low === undefined || high === undefined) return undefined
  if (bottom.unit !== top.unit) return { kind: 'units', parameter, written: showValue(schema, [low, high]) }
  if (bottom.count < top.count || (mayBeEqual && bottom.count === top.count)) return undefined
  const show = (value: JsonValue): string =>
    schema.items === undefined ? String(value) : showValue(schema.items, value)
  return { kind: 'order', parameter, low: show(low), high: show(high), mayBeEqual }
}

/** A number, or a number with its unit (`{ percent: 10 }`). */
export function measure(value: JsonValue | undefined): { readonly count: number; readonly unit: string } | undefined {
  if (typeof value === 'number') return { count: value, unit: '' }
  if (typeof value !== 'object' || value === null) return undefined
  const [entry] = Object.entries(value)
  return entry !== undefined && typeof entry[1] === 'number' ? { count: entry[1], unit: entry[0] } : undefined
}
