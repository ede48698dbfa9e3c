import { describe, expect, test } from 'vitest'
import { CompilerBug } from '../../src/diagnostics/invariant.js'
import { lowerPipeline } from '../../src/lower/lower.js'
import { convolutionOf, keyOf } from '../../src/passes/convolution_algorithms/convolution.js'
import { passes } from '../../src/passes/registry.js'
import { describeReport, runPasses } from '../../src/passes/runner.js'
import { drawnPipeline } from '../lower/support/drawn.js'

const { module, training } = lowerPipeline(
  drawnPipeline({ layers: ['unit'], dropout: 0, zeroTerm: false, optimizer: 'adamw' }),
)
const names = passes.map((pass) => pass.name)

describe('runPasses', () => {
  test('runs all in order and reports each', () => {
    const { reports } = runPasses(module, training, { verify: true })
    expect(reports.map((report) => report.name)).toEqual(names)
    expect(reports.every((report) => report.operations > 0 && report.milliseconds >= 0)).toBe(true)
  })

  test('stops after the pass named, or after so many', () => {
    expect(runPasses(module, training, { stopAfter: 'differentiate' }).reports.at(-1)?.name).toBe('differentiate')
    expect(runPasses(module, training, { passLimit: 2 }).reports.map((report) => report.name)).toEqual(
      names.slice(0, 2),
    )
    expect(runPasses(module, training, { passLimit: 0 })).toEqual({ module, portable: module, reports: [] })
    expect(() => runPasses(module, training, { stopAfter: 'none' })).toThrow(CompilerBug)
  })

  test('leaves a pass out for a device that it is not for, or when told to', () => {
    const run = (options: Parameters<typeof runPasses>[2]) =>
      runPasses(module, training, options).reports.map((report) => report.name)
    const otherThan = (...left: readonly string[]) => names.filter((name) => !left.includes(name))
    expect(run({ device: 'cuda' })).toEqual(otherThan('dilated_gradients', 'convolution_algorithms'))
    expect(run({ device: 'cpu' })).toEqual(names)
    expect(run({ without: ['cse'] })).toEqual(otherThan('cse'))
  })

  test('keeps the program as it was before what is fast on one machine alone', () => {
    const convolution = module.functions.flatMap(({ operations, types }) =>
      operations.flatMap((operation) => convolutionOf(operation, types) ?? []),
    )[0]
    const convolutions = { [convolution === undefined ? '' : keyOf(convolution)]: 'winograd' as const }
    const { module: fast, portable } = runPasses(module, training, { machine: { convolutions } })
    const plain = runPasses(module, training, { stopAfter: 'dilated_gradients' }).module
    expect(portable).toEqual(plain)
    expect(fast).not.toEqual(runPasses(module, training).module)
    const { module: usual, portable: same } = runPasses(module, training)
    expect(same).toBe(usual)
  })

  test('a pass that changes nothing says so', () => {
    const lines = runPasses(module, training).reports.map(describeReport)
    expect(lines).toContain('prune_zero_terms: changes nothing')
    expect(lines).toContain('mixed_precision: changes nothing')
    expect(lines).toContain('dead_conv_bias: train_step: 1 bias before batch norm is not added')
    expect(lines).toContain('fold_batch_norm: eval_step, predict: 1 batch norm folded into convolutions')
  })

  test('names are unique and each row says what it does and why it stands there', () => {
    expect(new Set(names).size).toBe(names.length)
    expect(passes.every((pass) => pass.summary.length > 10 && pass.place.length > 10)).toBe(true)
  })
})
