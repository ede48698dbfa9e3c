import { invariant } from '../../diagnostics/invariant.js'
import { type EngineBinding, loadEngine } from '../../train/engine-binding.js'
import { type BenchPipeline, compileBench, readyStep, stepFlops } from './compiled.js'
import { measureConvolutions } from './convolutions.js'
import { bestSize, type Precision, productGraphs } from './peak.js'
import { median } from './support.js'
import { measureTraining } from './training.js'

/** Each runs in a process of its own, so that memory and threads are its own. Times in milliseconds. */
export const measurements = {
  float32: (directory: string) => measureShare(directory, 'float32'),
  bf16: (directory: string) => measureShare(directory, 'bf16'),
  startup: measureStartup,
  steady: measureSteady,
  convolutions: (directory: string) => measureConvolutions(loadEngine(directory)),
  training: measureTraining,
} as const

export type MeasurementName = keyof typeof measurements

function pipeline(widths: readonly [number, number], batch: number, precision: Precision): BenchPipeline {
  const set = {
    reconstructive_width: widths[0],
    discriminative_width: widths[1],
    'data.batch': batch,
    'train.precision': precision,
  }
  return { file: 'draem_sevnet.draem', set }
}

export interface ShareResult {
  readonly step: number
  /** Of convolutions and dense products, each multiplication and addition one, convolutions as by their definition. */
  readonly gigaflopsPerStep: number
  /** GFLOP/s of the step. */
  readonly gigaflops: number
  /** GFLOP/s of the best product, its matrices' side in `peakSize`. */
  readonly peak: number
  readonly peakSize: number
  readonly share: number
  readonly peakMemoryMiB: number
  /** The same step with every convolution by its definition: without the pass `convolution_algorithms`. */
  readonly direct: { readonly step: number; readonly share: number }
}

/**
 * Full width: FLOP/s of the step against the best matrix product's. Products and steps take turns, and each step is held
 * against the better of the products just before and just after it, so that what else the machine does weighs on both.
 */
function measureShare(directory: string, precision: Precision): ShareResult {
  const engine = loadEngine(directory)
  const full = pipeline([128, 64], 2, precision)
  const ready = readyStep(compileBench(full), engine)
  for (let warm = 0; warm < 3; warm++) ready.step()
  const peakMemoryMiB = process.resourceUsage().maxRSS / 1024
  const definition = compileBench(full, { without: ['convolution_algorithms'] })
  const direct = readyStep(definition, engine)
  for (let warm = 0; warm < 3; warm++) direct.step()
  const flops = stepFlops(definition)
  const products = productGraphs(engine, precision)
  const takeTurns = () => products.map((product) => product.run())
  const [steps, directs, rounds]: [number[], number[], number[][]] = [[], [], [takeTurns()]]
  for (let round = 0; round < 7; round++) {
    steps.push(ready.step())
    directs.push(direct.step())
    rounds.push(takeTurns())
  }
  const best = bestSize(rounds)
  const peaks = steps.map((_, i) => Math.max(rounds[i]?.[best] ?? 0, rounds[i + 1]?.[best] ?? 0))
  const rates = (times: readonly number[]) => times.map((step) => flops / step / 1e6)
  const share = (times: readonly number[]) => median(rates(times).map((rate, i) => rate / (peaks[i] ?? Number.NaN)))
  return {
    step: median(steps),
    gigaflopsPerStep: flops / 1e9,
    gigaflops: median(rates(steps)),
    peak: median(peaks),
    peakSize: products[best]?.size ?? 0,
    share: share(steps),
    peakMemoryMiB,
    direct: { step: median(directs), share: share(directs) },
  }
}

export interface StartupResult {
  readonly phases: readonly { readonly phase: string; readonly milliseconds: number }[]
  readonly total: number
}

/** Full-size text to the end of the first step, by phase. */
function measureStartup(directory: string): StartupResult {
  const phases: { phase: string; milliseconds: number }[] = []
  const timed = <Result>(phase: string, work: () => Result): Result => {
    const start = performance.now()
    const result = work()
    phases.push({ phase, milliseconds: performance.now() - start })
    return result
  }
  const compilation = timed('text to graph', () => compileBench(pipeline([128, 64], 2, 'float32')))
  phases.splice(
    0,
    1,
    ...compilation.times.map(({ phase, milliseconds }) => ({ phase: `compile: ${phase}`, milliseconds })),
  )
  const engine = timed('load the engine', () => loadEngine(directory))
  const ready = timed('load the graph, initialise', () => readyStep(compilation, engine))
  timed('first step', () => ready.step())
  timed('second step', () => ready.step())
  return { phases, total: phases.reduce((sum, { milliseconds }) => sum + milliseconds, 0) }
}

export interface SteadyResult {
  readonly steps: number
  readonly liveTensors: number
  /** Live tensors at the end less those after the first 200 steps. */
  readonly liveTensorsGrown: number
  readonly residentMiB: number
  readonly residentGrowth: number
}

/** A narrow model for 2,000 steps: what grows? */
function measureSteady(directory: string): SteadyResult {
  const engine: EngineBinding = loadEngine(directory)
  const set = { ...pipeline([4, 2], 2, 'float32').set, 'data.image': '32x32', 'synthesis.width': '2px .. 4px' }
  const ready = readyStep(compileBench({ file: 'draem_sevnet.draem', set }), engine)
  const steps = 2000
  let after: { readonly live: number; readonly resident: number } | undefined
  for (let step = 1; step <= steps; step++) {
    ready.step()
    if (step === 200) after = { live: engine.getNumOfTensors(), resident: process.memoryUsage().rss }
  }
  invariant(after !== undefined, 'there are more than 200 steps')
  const resident = process.memoryUsage().rss
  return {
    steps,
    liveTensors: engine.getNumOfTensors(),
    liveTensorsGrown: engine.getNumOfTensors() - after.live,
    residentMiB: resident / 2 ** 20,
    residentGrowth: resident / after.resident - 1,
  }
}
