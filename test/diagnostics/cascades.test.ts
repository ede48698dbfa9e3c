import { expect, it } from 'vitest'
import { withoutCascades } from '../../src/diagnostics/cascades.js'
import { define, diagnose, isOf } from '../../src/diagnostics/define.js'
import type { Diagnostic, Severity } from '../../src/diagnostics/diagnostic.js'

interface Facts {
  readonly name: string
}

function row(code: string, severity: Severity = 'error') {
  return define<Facts>({ code, name: code, severity, allowable: true, message: ({ name }) => `no ${name}` })
}

const mistake = row('D901')
const consequence = row('D902')
const warning = row('D903', 'warning')

function report(definition: typeof mistake, start: number, causes: readonly Diagnostic[] = []): Diagnostic {
  return diagnose(definition, { file: 'a.draem', start, end: start + 1 }, { name: 'x' }, [], causes)
}

it('leaves out what follows from what is reported, over causes that are not reported too', () => {
  const first = report(mistake, 0)
  const unreported = report(mistake, 1, [first])
  const unrelated = report(consequence, 2)
  const follows = [report(consequence, 3, [first]), report(consequence, 4, [unrelated, unreported])]
  expect(withoutCascades([first, ...follows, unrelated])).toEqual([first, unrelated])
  expect(withoutCascades(follows)).toEqual(follows)
})

it('knows a cause by code and place, as the collector does', () => {
  const follows = report(consequence, 3, [report(mistake, 0)])
  expect(withoutCascades([follows, report(mistake, 0)])).toHaveLength(1)
})

it('never leaves an error out for a warning', () => {
  const cause = report(warning, 0)
  const kept = [cause, report(mistake, 1, [cause])]
  expect(withoutCascades([...kept, report(warning, 2, [cause])])).toEqual(kept)
})

it('gives facts their type back', () => {
  const diagnostic = report(mistake, 0)
  expect(isOf(mistake, diagnostic) && diagnostic.facts.name).toBe('x')
  expect(isOf(consequence, diagnostic)).toBe(false)
})
