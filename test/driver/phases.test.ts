import { describe, expect, test } from 'vitest'
import { compile } from '../../src/driver/compile.js'
import { parseEmit, phases } from '../../src/driver/phases/table.js'
import { totalMilliseconds } from '../../src/driver/run-phases.js'

const request = {
  file: 'pipelines/quickstart.draem',
  overrides: [],
  workingDirectory: process.cwd(),
  environment: {},
  lookAtDisk: false,
} as const

describe('the table of phases', () => {
  test('has each phase after those that it reads', () => {
    for (const [index, { inputs }] of phases.entries())
      expect(phases.slice(0, index).map(({ name }) => name)).toEqual(expect.arrayContaining([...inputs]))
  })

  test.each(phases.map(({ name }) => name))(
    'stops after %s, which is made and printed, and times what ran',
    (until) => {
      const { artefacts, times } = compile({ ...request, until })
      const ran = phases.slice(0, phases.findIndex(({ name }) => name === until) + 1)
      expect(Object.keys(artefacts)).toEqual(ran.map(({ name }) => name))
      expect(times.filter(({ within }) => within === undefined).map(({ phase }) => phase)).toEqual(
        Object.keys(artefacts),
      )
      for (const row of phases) expect(row.print(artefacts) === undefined).toBe(!ran.includes(row))
    },
  )

  test('goes no further than the checker where the file has errors', () => {
    const overrides = [{ path: 'train.epochs', value: '"many"' }]
    const { artefacts, diagnostics } = compile({ ...request, overrides, until: 'plan' })
    expect(Object.keys(artefacts)).toEqual(['ast', 'checked'])
    expect(diagnostics.length).toBeGreaterThan(0)
  })

  test('counts the time of passes once, within their phase', () => {
    const { times } = compile({ ...request, until: 'ir' })
    const sum = (of: typeof times): number => of.reduce((total, { milliseconds }) => total + milliseconds, 0)
    const [inside, outside] = [times.filter(({ within }) => within), times.filter(({ within }) => !within)]
    expect(sum(inside)).toBeGreaterThan(0)
    expect(sum(inside)).toBeLessThanOrEqual(outside.find(({ phase }) => phase === 'ir')?.milliseconds ?? 0)
    expect(totalMilliseconds(times)).toBe(sum(outside))
  })

  test('is what --emit knows', () => {
    expect(parseEmit('graph')).toMatchObject({ phase: { name: 'graph' } })
    expect(parseEmit('graf')).toBe(
      '--emit takes ast, checked, lowered, ir, passes, graph, plan or ir:after=PASS, not graf',
    )
  })
})
