import type { ConvolutionResult } from './convolutions.js'
import type { EagerResult } from './eager.js'
import type { ShareResult, StartupResult, SteadyResult } from './measurements.js'
import type { Ratio } from './pairing.js'
import type { PyTorchResult } from './pytorch.js'
import type { ReadingResult } from './reading.js'
import type { RunResult } from './run.js'
import type { StartResult } from './start.js'
import type { SynthesisResult } from './synthesis.js'
import type { TrainingResult } from './training.js'

export interface BenchResults {
  readonly start?: StartResult
  readonly reading?: readonly ReadingResult[]
  readonly synthesis?: readonly SynthesisResult[]
  readonly eager?: EagerResult
  readonly float32?: ShareResult
  readonly bf16?: ShareResult
  readonly startup?: StartupResult
  readonly steady?: SteadyResult
  readonly convolutions?: readonly ConvolutionResult[]
  readonly training?: TrainingResult
  readonly run?: RunResult
  readonly pytorch?: PyTorchResult
}

/** What was measured, beside the bar that it is held to. */
type Row = readonly [what: string, measured: string, bar: string]

export function benchTable(results: BenchResults): string {
  const { start, reading, synthesis, eager, float32, bf16, startup, steady, convolutions, training, run, pytorch } =
    results
  const rows: Row[] = []
  if (start !== undefined) {
    rows.push(
      ['second `npm start`: the first step begins after', ms(start.begins), '< 5000 ms'],
      ['second `npm start`: the first step is done after', ms(start.firstStep), ''],
    )
  }
  for (const { kind, bytes, parse, check, growth } of reading ?? []) {
    rows.push([
      `${(bytes / (1 << 20)).toFixed(2)} MB of ${kind}`,
      `read in ${ms(parse)}, checked in ${ms(check)}, ${growth.toFixed(1)} times as long as half of it`,
      '< 2000 ms, <= 2.5 times',
    ])
  }
  for (const { call, perSecond } of synthesis ?? [])
    rows.push([`faulty images of 256 x 256 x 3 by ${call}`, `${perSecond.toFixed(0)} a second`, '>= 20 a second'])
  if (eager !== undefined) {
    rows.push(
      ['eager tfjs, 128 x 128, batch 4, widths 32/16', ms(eager.eager), ''],
      ["eager tfjs with the environment of draemc's engine", ms(eager.eagerTuned), ''],
      ['compiled step, the same', ms(eager.compiled), ''],
      ['compiled against eager', times(eager.ratio), '>= 3'],
    )
  }
  for (const [precision, share, bar] of [
    ['float32', float32, '>= 90 %'],
    ['bf16', bf16, '>= 75 %'],
  ] as const) {
    if (share === undefined) continue
    rows.push(
      [`${precision} step, 128 x 128, batch 2, widths 128/64`, ms(share.step), ''],
      [`${precision} matrix product's peak, side ${share.peakSize}`, `${share.peak.toFixed(0)} GFLOP/s`, ''],
      [`${precision} step's share of it`, `${share.gigaflops.toFixed(0)} GFLOP/s, ${percent(share.share)}`, bar],
      [`${precision} peak memory`, `${share.peakMemoryMiB.toFixed(0)} MiB`, ''],
    )
    const { direct } = share
    rows.push([`${precision} step, convolutions by definition`, `${ms(direct.step)}, ${percent(direct.share)}`, ''])
  }
  for (const { phase, milliseconds } of startup?.phases ?? []) rows.push([`full size: ${phase}`, ms(milliseconds), ''])
  if (steady !== undefined) {
    rows.push(
      [`live tensors grown, steps 200 to ${steady.steps}`, String(steady.liveTensorsGrown), '0'],
      ['resident memory grown in these', percent(steady.residentGrowth), '< 2 %'],
    )
  }
  for (const { name, imagesPerSecond, alone, share } of run?.runs ?? []) {
    rows.push([
      `${name}: a real run against the step alone`,
      `${imagesPerSecond.toFixed(1)} of ${alone.toFixed(1)} img/s, ${percent(share.median)} (middle half ${percent(share.low)} to ${percent(share.high)})`,
      '>= 95 %',
    ])
  }
  for (const { name, algorithms } of convolutions ?? []) {
    for (const { name: algorithm, milliseconds, error } of algorithms)
      rows.push([`${name}: ${algorithm}`, `${ms(milliseconds)}, error ${power(error)}`, ''])
  }
  if (training !== undefined) rows.push(...trainingRows(training))
  if (pytorch !== undefined) rows.push(...pytorchRows(pytorch))
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = ([what, measured, bar]: Row) =>
    `${what.padEnd(widths[0] ?? 0)}  ${measured.padStart(widths[1] ?? 0)}  ${bar}`.trimEnd()
  return `${rows.map(line).join('\n')}\n`
}

/** The same step in PyTorch and compiled, measured in alternate slices. */
function pytorchRows({ reason, version, rows }: PyTorchResult): readonly Row[] {
  if (reason !== undefined) return [['PyTorch', reason, '']]
  return rows.map(({ side, batch, widths, precision, compiled, pytorch, ratio, bar }) => [
    `PyTorch ${version} and compiled, ${precision}, ${side} x ${side}, batch ${batch}, widths ${widths.join('/')}`,
    `${ms(pytorch)}, ${ms(compiled)}, ${times(ratio)}`,
    precision === 'float32' ? `>= ${bar}` : '',
  ])
}

/** Where training ends in draemc and in PyTorch. */
function trainingRows({ reason, steps, seeds, last, terms }: TrainingResult): readonly Row[] {
  if (reason !== undefined) return [['training', reason, '']]
  return terms.map(({ name, draemc, pytorch, standardError }) => [
    `loss ${name} of PyTorch and draemc, ${steps} steps, mean of the last ${last} and of ${seeds} seeds`,
    `${digits(pytorch)}, ${digits(draemc)}, apart by ${(Math.abs(draemc - pytorch) / standardError).toFixed(2)} standard errors`,
    '<= 2',
  ])
}

function digits(value: number): string {
  return value.toPrecision(4)
}

/** Median and the middle half of the rounds. */
function times({ median, low, high }: Ratio): string {
  return `${median.toFixed(2)} times as fast (${low.toFixed(2)} to ${high.toFixed(2)})`
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`
}

function power(error: number): string {
  return error.toExponential(1)
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}
