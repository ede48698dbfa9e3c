import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeSafetensors, encodeSafetensors, float64Tensor, toFloat64 } from '../../src/plan/safetensors.js'
import type { ParityResult } from '../../src/tools/parity/report.js'
import { projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

const fixtures = join(projectRoot, 'test', 'fixtures')

describeNative('npm run parity', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-parity-test-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  function parity(folder: string): { readonly status: number | null; readonly result: ParityResult } {
    const tool = join(projectRoot, 'dist', 'tools', 'parity.js')
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, folder, '--json'], {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
    })
    if (stdout === '') throw new Error(`the tool ended with ${status} and said nothing but ${stderr}`)
    return { status, result: JSON.parse(stdout) }
  }

  function folderOf(name: string): string {
    const folder = join(directory, name)
    mkdirSync(folder)
    return folder
  }

  test('blocks, losses, optimizers and a model are within what is allowed, in both engines', () => {
    const folder = folderOf('right')
    const names = ['blocks', 'losses_and_metrics', 'optimizers', 'sevnet_single_scale']
    for (const name of names) copyFileSync(join(fixtures, `${name}.safetensors`), join(folder, `${name}.safetensors`))
    const { status, result } = parity(folder)
    expect(result.unrunnable).toEqual([])
    expect(result.comparisons.filter(({ share }) => !(share <= 1))).toEqual([])
    expect(status).toBe(0)
    const compared = new Set(result.comparisons.map(({ fixture, engine }) => `${fixture} ${engine}`))
    expect([...compared].sort()).toEqual(names.flatMap((name) => [`${name} interpreter`, `${name} native`]).sort())
    const groups = result.comparisons.filter(({ fixture }) => fixture === 'sevnet_single_scale')
    expect([...new Set(groups.map(({ group }) => group))].sort()).toEqual(['after', 'eval', 'grad', 'loss', 'train'])
  })

  test('one number that is off by more than is allowed fails, named', () => {
    const folder = folderOf('perturbed')
    const { tensors, metadata } = decodeSafetensors(readFileSync(join(fixtures, 'optimizers.safetensors')))
    const name = [...tensors.keys()].find((key) => key.endsWith('/after')) ?? ''
    const values = toFloat64(tensors.get(name) ?? float64Tensor([0], new Float64Array()))
    const last = values.length - 1
    const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    values[last] = (values[last] ?? 0) + 1e-3 * largest
    const shape = tensors.get(name)?.shape ?? []
    const perturbed = new Map([...tensors, [name, float64Tensor(shape, values)]])
    writeFileSync(join(folder, 'optimizers.safetensors'), encodeSafetensors(perturbed, metadata))
    const { status, result } = parity(folder)
    expect(status).toBe(1)
    const beyond = result.comparisons.filter(({ share }) => !(share <= 1))
    expect(beyond.map(({ fixture, tensor, engine }) => [fixture, tensor, engine])).toEqual([
      ['optimizers', name, 'interpreter'],
      ['optimizers', name, 'native'],
    ])
  })

  test('a fixture that cannot be run fails, named, and the others are still compared', () => {
    const folder = folderOf('unknown')
    copyFileSync(join(fixtures, 'optimizers.safetensors'), join(folder, 'optimizers.safetensors'))
    const { tensors } = decodeSafetensors(readFileSync(join(fixtures, 'optimizers.safetensors')))
    const riddle = encodeSafetensors(tensors, { config: JSON.stringify({ kind: 'riddle' }) })
    writeFileSync(join(folder, 'riddle.safetensors'), riddle)
    writeFileSync(join(folder, 'torn.safetensors'), riddle.subarray(0, 100))
    const { status, result } = parity(folder)
    expect(status).toBe(1)
    expect(result.unrunnable.map(({ fixture }) => fixture)).toEqual(['riddle', 'torn'])
    expect(result.comparisons.length).toBeGreaterThan(0)
    expect(result.comparisons.every(({ share }) => share <= 1)).toBe(true)
  })
})
