import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { compile } from '../../src/driver/compile.js'
import { compileForMachine } from '../../src/driver/machine.js'
import type { CompileRequest } from '../../src/driver/run-phases.js'
import type { EngineLocation } from '../../src/native/locate.js'
import { addMeasurements, measuredOn, measurementsDirectory, readMeasurements } from '../../src/native/measurements.js'
import { packageRoot } from '../../src/native/package-root.js'
import { describeNative } from '../support/native.js'

let cache = ''
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'draemc-cache-'))
  vi.stubEnv('DRAEMC_CACHE', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true, force: true })
})

/** A step whose widest convolutions, at full size, are just worth measuring. */
function request(precision: 'float32' | 'bf16'): CompileRequest {
  const set = {
    reconstructive_width: 16,
    discriminative_width: 2,
    'data.image': '64x64',
    'synthesis.width': '2px .. 4px',
    'train.precision': precision,
  }
  return {
    file: join(packageRoot(), 'bench', 'draem_sevnet.draem'),
    overrides: Object.entries(set).map(([path, value]) => ({ path, value: String(value) })),
    workingDirectory: packageRoot(),
    environment: {},
    lookAtDisk: false,
    until: 'plan',
  }
}

type Compiled = ReturnType<typeof compileForMachine>

const graphHash = ({ compilation }: Compiled) =>
  createHash('sha256')
    .update(compilation.artefacts.graph?.files.get('saved_model.pb') ?? '')
    .digest('hex')

const files = () => readdirSync(measurementsDirectory()).map((name) => join(measurementsDirectory(), name))

describeNative('compiling for this machine', (engine: EngineLocation) => {
  it('measures what is not known, once, and keeps it', () => {
    const first = compileForMachine(compile, request('float32'), engine, 'measure')
    const [file = ''] = files()
    const kept = readFileSync(file, 'utf8')
    const times = Object.entries(readMeasurements(measuredOn(engine)))
    expect(times.map(([key]) => key)).toContain('conv2d_filter_grad f32 4x64x64x16 by 3x3 to 16')
    for (const [, trials] of times) {
      expect(Object.keys(trials)[0]).toBe('direct')
      expect(Object.values(trials).every((milliseconds) => milliseconds > 0)).toBe(true)
    }
    expect(first.machine?.problem).toBeUndefined()
    const second = compileForMachine(compile, request('float32'), engine, 'measure')
    expect(readFileSync(file, 'utf8')).toBe(kept)
    expect(graphHash(second)).toBe(graphHash(first))
    expect(second.machine).toEqual(first.machine)
  }, 120_000)

  it('makes the graph of the choice, whatever was measured beside it', () => {
    const key = 'conv2d_filter_grad f32 4x64x64x16 by 3x3 to 16'
    const unknown = compileForMachine(compile, request('float32'), engine, 'known')
    expect(unknown.machine?.convolutions).toEqual({})
    const on = measuredOn(engine)
    addMeasurements(on, {
      [key]: { direct: 9, winograd: 5, shifted_products: 4 },
      elsewhere: { direct: 9, winograd: 5 },
    })
    const chosen = compileForMachine(compile, request('float32'), engine, 'known')
    expect(chosen.machine).toMatchObject({ measuredOn: on, convolutions: { [key]: 'shifted_products' } })
    expect(graphHash(chosen)).not.toBe(graphHash(unknown))
    const passes = { machine: { convolutions: chosen.machine?.convolutions ?? {} } }
    expect(graphHash({ compilation: compile({ ...request('float32'), passes }) })).toBe(graphHash(chosen))
  })

  it('knows how bf16 compares with float32', () => {
    const { machine } = compileForMachine(compile, request('bf16'), engine, 'measure')
    expect(machine?.bf16).toBeGreaterThan(0)
  }, 120_000)

  it('goes on by the definition where nothing can be measured, and says why', () => {
    const nowhere = { ...engine, directory: '/nonexistent' }
    const { machine, compilation } = compileForMachine(compile, request('float32'), nowhere, 'measure')
    expect(machine?.problem).toMatch(/^measuring convolutions ended with 1/)
    expect(machine?.convolutions).toEqual({})
    expect(compilation.artefacts.plan).toBeDefined()
  }, 60_000)
})
