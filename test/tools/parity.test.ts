import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  decodeSafetensors,
  encodeSafetensors,
  float64Tensor,
  type StoredTensor,
  toFloat64,
} from '../../src/plan/safetensors.js'
import type { ParityResult } from '../../src/tools/parity/report.js'
import { rank } from '../../src/train/metrics/ranking.js'
import { projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

const fixtures = join(projectRoot, 'test', 'fixtures')

/** All that `optimizers` holds: nothing in the file promises them, so they are named here. */
const optimizers = [
  'adam_l2_decay1e-1/after',
  'adam_lr1e-2/after',
  'adamw_lr1e-2_decay1e-1/after',
  'sgd_lr1e-1/after',
  'sgd_lr1e-1_momentum0.9_decay1e-2/after',
]

describeNative('npm run parity', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-parity-test-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  let folders = 0
  const tool = join(projectRoot, 'dist', 'tools', 'parity.js')
  function parity(...args: readonly string[]): { readonly status: number | null; readonly result: ParityResult } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args, '--json'], {
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

  test('a training step without a named precision is computed in float64, aloud; evaluation in float32', () => {
    const folder = folderOf('unnamed')
    copyFileSync(join(fixtures, 'draem.safetensors'), join(folder, 'draem.safetensors'))
    const { stdout } = spawnSync(process.execPath, [tool, folder, '--engine', 'native'], { encoding: 'utf8' })
    expect(stdout).toMatch(/^draem +eval +native +float32 /m)
    for (const group of ['train', 'loss', 'grad', 'after'])
      expect(stdout).toMatch(new RegExp(`^draem +${group} +native +float64 `, 'm'))
    expect(stdout).toContain('computed with `precision = float64`: the training steps of draem')
    expect(stdout).toContain('0 beyond what is allowed')
  })

  test('a training step in float32 is held to PyTorch’s own spread, by the L2 norm of each tensor', () => {
    const name = 'grad/discriminative_subnetwork.encoder_segment.block1.0.weight'
    const { metadata } = decodeSafetensors(readFileSync(join(fixtures, 'float32_sevnet.safetensors')))
    const spread: number = JSON.parse(metadata.config ?? '{}').float32_relative_l2[name]
    const folder = changed('float32', 'float32_sevnet', {
      tensors: (all) => {
        const { shape, ...rest } = all.get(name) ?? float64Tensor([0], new Float64Array())
        // Twice what is allowed for the tensor, spread over it.
        const off = Float64Array.from(toFloat64({ shape, ...rest }), (value) => value * (1 + 6 * spread))
        all.set(name, float64Tensor(shape, off))
      },
    })
    const { status, result } = parity(folder, '--engine', 'native')
    expect(result.unrunnable).toEqual([])
    expect(new Set(result.comparisons.map(({ computedIn, norm }) => `${computedIn} ${norm}`))).toEqual(
      new Set(['float32 l2']),
    )
    const beyond = result.comparisons.filter(({ share }) => !(share <= 1))
    expect(beyond.map(({ group, tensor }) => `${group}/${tensor}`)).toEqual([name])
    expect(status).toBe(1)
  })

  /** A fixture of ours with some tensors and settings of its config changed, alone in a folder. */
  function changed(
    folder: string,
    name: string,
    { tensors, config }: { readonly tensors?: (all: Map<string, StoredTensor>) => void; readonly config?: object },
  ): string {
    const path = folderOf(folder)
    const { tensors: original, metadata } = decodeSafetensors(readFileSync(join(fixtures, `${name}.safetensors`)))
    const all = new Map(original)
    tensors?.(all)
    const merged = { ...JSON.parse(metadata.config ?? '{}'), ...config }
    writeFileSync(join(path, `${name}.safetensors`), encodeSafetensors(all, { config: JSON.stringify(merged) }))
    return path
  }

  function interpreted(folder: string) {
    const { status, result } = parity(folder, '--engine', 'interpreter')
    const beyond = result.comparisons.filter(({ share }) => !(share <= 1)).map(({ tensor }) => tensor)
    return { status, beyond, reasons: result.unrunnable.map(({ reason }) => reason), count: result.comparisons.length }
  }

  const conv = 'reconstructive_subnetwork.encoder.block1.0'
  const without = (name: string) => ({ tensors: (all: Map<string, StoredTensor>) => void all.delete(name) })
  const extra = (name: string, shape: readonly number[] = [2]) => ({
    tensors: (all: Map<string, StoredTensor>) =>
      void all.set(name, float64Tensor(shape, new Float64Array(shape.reduce((product, size) => product * size, 1)))),
  })
  const reshaped = (name: string, shape: readonly number[]) => ({
    tensors: (all: Map<string, StoredTensor>) =>
      void all.set(name, { ...(all.get(name) ?? float64Tensor([0], new Float64Array())), shape }),
  })

  test.each([
    ['draem', without(`grad/${conv}.weight`), `it lacks grad/${conv}.weight`],
    ['draem', without('loss/focal'), 'it lacks loss/focal'],
    ['blocks', without('batch_norm_train/running_mean_after'), 'it lacks batch_norm_train/running_mean_after'],
    ['losses_and_metrics', without('metric/auroc'), 'it lacks metric/auroc'],
    ['losses_and_metrics', without('dwa/weights'), 'it lacks dwa/weights'],
    ['losses_and_metrics', without('uncertainty/total'), 'it lacks uncertainty/total'],
    ['blocks', { tensors: (all: Map<string, StoredTensor>) => all.clear() }, 'it holds no result'],
    ['draem', extra('loss/foo', []), 'nothing here knows its loss/foo'],
    ['draem', extra('eval/final_minimum'), 'nothing here knows its eval/final_minimum'],
    ['optimizers', extra('adam_lr1e-2/before'), 'nothing here knows its adam_lr1e-2/before'],
    ['draem', reshaped('input/image', [2, 3, 16, 64]), 'input/image is [2, 3, 16, 64], not [2, 3, 32, 32]'],
    ['draem', { config: { dead_biases: [`${conv}.weight`] } }, `its dead_biases hold ${conv}.weight`],
    ['draem', { config: { sspcab: 1 } }, "its config's sspcab is 1, not true or false"],
    ['draem', { config: { precision: 'bf16' } }, 'its config\'s precision is "bf16", not one of float32, float64'],
    ['draem', { config: { float32_relative_l2: { 'loss/l2': -1 } } }, 'float32_relative_l2 of loss/l2 is -1'],
    ['draem', { config: { kind: 'riddle' } }, 'its kind "riddle" is not known'],
    ['optimizers', { config: { results: ['rmsprop/after'] } }, 'it lacks rmsprop/after'],
  ])('%s: a fixture that is not what it promises is refused, named %#', (name, change, reason) => {
    const { status, reasons, count } = interpreted(changed(`refused-${folders++}`, name, change))
    expect([status, count, reasons.length]).toEqual([1, 0, 1])
    expect(reasons[0]).toContain(reason)
  })

  test('numbers that are none are refused by the name of their tensor, and hang nothing', () => {
    const folder = changed('nan', 'losses_and_metrics', {
      tensors: (all) => {
        const { shape } = all.get('metric/score') ?? { shape: [] }
        all.set('metric/score', float64Tensor(shape, new Float64Array(shape[0] ?? 0).fill(Number.NaN)))
      },
    })
    expect(interpreted(folder).reasons).toEqual(['metric/score holds NaN: only finite numbers can be compared'])
    expect(() => rank(Float64Array.of(0.5, Number.NaN, 0.1), [1, 0, 0])).toThrow('cannot be ranked')
  })

  test('a fixture that holds less and says so is compared', () => {
    const results = ['eval/mask_logits', 'eval/mask_score']
    const folder = changed('fewer', 'draem', {
      config: { results, dead_biases: undefined, float32_max_abs_error: undefined },
      tensors: (all) => {
        for (const name of [...all.keys()]) {
          if (!/^(weights\/|input\/image)/.test(name) && !results.includes(name)) all.delete(name)
        }
      },
    })
    expect(interpreted(folder)).toEqual({ status: 0, beyond: [], reasons: [], count: 2 })
  })

  test('a head whose term weighs nothing is compared too', () => {
    const folder = changed('weightless', 'severity_cnn_with_error_map', {
      config: { severity_weight: 0 },
      tensors: (all) => {
        for (const [name, { shape }] of all) {
          if (name.startsWith('grad/fault_severity')) {
            const length = shape.reduce((product, size) => product * size, 1)
            all.set(name, float64Tensor(shape, new Float64Array(length)))
          }
        }
      },
    })
    const { reasons, beyond } = interpreted(folder)
    expect(reasons).toEqual([])
    // The other gradients and the total were made with the term.
    expect(beyond).toContain('total')
    expect(beyond.filter((name) => /^(severity|fault_severity)/.test(name))).toEqual([])
  })

  test.each([
    [['--foo'], "Unknown option '--foo'"],
    [['--engine', 'tpu', fixtures], 'there is no engine tpu'],
    [[join(fixtures, 'draem.safetensors')], 'is no directory'],
    [[], 'a directory of fixtures is missing'],
  ])('used as %j it tells how to', (args, reason) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [tool, ...args], { encoding: 'utf8' })
    expect([status, stdout]).toEqual([2, ''])
    expect(stderr).toContain(reason)
    expect(stderr).toContain('usage: npm run parity')
  })

  test('a folder without fixtures fails, named, beside another', () => {
    const empty = folderOf('empty')
    const full = changed('full', 'optimizers', {})
    const { status, result } = parity(empty, full, '--engine', 'interpreter')
    expect(status).toBe(1)
    expect(result.unrunnable).toEqual([{ fixture: empty, reason: 'it holds no *.safetensors' }])
    expect(result.comparisons.map(({ tensor }) => tensor)).toEqual(optimizers)
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
