import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { EngineLocation } from '../../src/native/locate.js'
import { addMeasurements, measuredOn, measurementsDirectory, readMeasurements } from '../../src/native/measurements.js'

const engine: EngineLocation = { directory: '', name: 'tensorflow-cpu', device: 'cpu', manifest: undefined }
let cache = ''

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'draemc-cache-'))
  vi.stubEnv('DRAEMC_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true, force: true })
})

test('times are kept, and added to', () => {
  const on = measuredOn(engine)
  expect(readMeasurements(on)).toEqual({})
  addMeasurements(on, { one: { direct: 2, winograd: 1 } })
  addMeasurements(on, { two: { direct: 3 } })
  expect(readMeasurements(on)).toEqual({ one: { direct: 2, winograd: 1 }, two: { direct: 3 } })
})

test('what was measured first stays, so that a choice does not change under a user', () => {
  const on = measuredOn(engine)
  addMeasurements(on, { one: { direct: 2 } })
  addMeasurements(on, { one: { direct: 5 } })
  expect(readMeasurements(on)).toEqual({ one: { direct: 2 } })
})

test('times hold for a processor, a number of threads and an engine', () => {
  const on = measuredOn(engine)
  addMeasurements(on, { one: { direct: 2 } })
  vi.stubEnv('TF_NUM_INTRAOP_THREADS', String(on.threads + 1))
  expect(measuredOn(engine).threads).toBe(on.threads + 1)
  expect(readMeasurements(measuredOn(engine))).toEqual({})
  expect(readMeasurements({ ...on, processor: 'another' })).toEqual({})
  expect(readMeasurements({ ...on, tensorflow: '3.0' })).toEqual({})
})

test.each(['', '{', '{"times": {"one": {"direct": "fast"}}}', '[]'])(
  'a broken file is measured anew: %j',
  (content) => {
    const on = measuredOn(engine)
    addMeasurements(on, { one: { direct: 2 } })
    for (const name of readdirSync(measurementsDirectory())) writeFileSync(join(measurementsDirectory(), name), content)
    expect(readMeasurements(on)).toEqual({})
  },
)
