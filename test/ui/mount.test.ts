import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createRunStore } from '../../src/report/store.js'
import { runDirectory, wholeRun } from '../report/events.js'
import { asStream, Terminal } from './terminal.js'

// Ink looks for CI when it is loaded and then draws nothing; the command never shows a live view there, this test does.
const ciVariables = [
  'CI',
  'CONTINUOUS_INTEGRATION',
  ...Object.keys(process.env).filter((name) => name.startsWith('CI_')),
]
let mountRunView: typeof import('../../src/ui/mount.js').mountRunView
beforeAll(async () => {
  for (const name of ciVariables) vi.stubEnv(name, undefined)
  vi.resetModules()
  mountRunView = (await import('../../src/ui/mount.js')).mountRunView
})
afterAll(() => {
  vi.unstubAllEnvs()
})

async function show(terminal: Terminal, during?: (index: number) => void, pause = 15) {
  const store = createRunStore()
  const view = mountRunView(store, asStream(terminal))
  for (const [i, event] of wholeRun().entries()) {
    store.dispatch(event)
    during?.(i)
    if (i % 4 === 0) await sleep(pause)
  }
  await sleep(120)
  await view.finish()
}

describe('on a terminal', () => {
  test('frames replace each other; the last one stays, and the cursor is back', async () => {
    const terminal = new Terminal(80, 40)
    let shownWhileDrawing = false
    await show(terminal, (i) => {
      if (i === 20) shownWhileDrawing = terminal.isCursorShown
    })
    expect(shownWhileDrawing).toBe(false)
    expect(terminal.isCursorShown).toBe(true)
    expect(terminal.clears).toBe(0)
    const lines = terminal.text.split('\n')
    expect(lines[0]).toMatch(/^quickstart {2}done after 60 steps {2}12\.4 s$/)
    expect(lines.filter((line) => line.startsWith('domain_A'))).toHaveLength(1)
    expect(lines.at(-1)).toContain('written to runs/quickstart/')
    expect(terminal.text).not.toContain('Ctrl-C')
  })

  test('draws at most ten frames a second', async () => {
    const terminal = new Terminal(80, 40)
    const start = performance.now()
    await show(terminal, undefined, 40)
    const seconds = (performance.now() - start) / 1000
    expect(terminal.frames).toBeGreaterThan(3)
    // One at the start and one at the end besides.
    expect(terminal.frames).toBeLessThanOrEqual(10 * seconds + 3)
  })

  test('a terminal that shrinks drops rows, and never clears the screen', async () => {
    const terminal = new Terminal(80, 40)
    await show(terminal, (i) => {
      // In the third epoch all rows are there.
      if (i === 44) terminal.resize(80, 8)
    })
    expect(terminal.clears).toBe(0)
    expect(terminal.isCursorShown).toBe(true)
  })

  test.each([8, 16])(
    'in %i rows the end is whole, and once: the table, and where the run was written',
    async (rows) => {
      const terminal = new Terminal(80, rows)
      await show(terminal)
      expect(terminal.clears).toBe(0)
      const lines = terminal.text.split('\n')
      expect(lines.filter((line) => line.startsWith('quickstart'))).toHaveLength(1)
      for (const row of ['domain_A', 'domain_B', 'domain_C', 'mean      target'])
        expect(lines.filter((line) => line.startsWith(row))).toHaveLength(1)
      expect(lines.at(-1)).toBe(`written to ${runDirectory}`)
    },
  )
})
