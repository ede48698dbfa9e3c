import type { EagerSize } from '../../../bench/eager-draem.js'
import { openAlone, type Workload } from './alone.js'
import { median } from './support.js'

export interface EagerResult {
  /** Milliseconds a step. */
  readonly compiled: number
  /** The same model in eager tfjs, started as `node` starts any script. */
  readonly eager: number
  readonly ratio: number
  /** Eager tfjs with the environment of draemc's engine process: its memory stays with it. */
  readonly eagerTuned: number
}

const size: EagerSize = { side: 128, batch: 4, reconstructiveWidth: 32, discriminativeWidth: 16 }
const rounds = 6
const sliceMilliseconds = 4000

/** The same step compiled and as eager operators, on the same library; each in a process of its own, in turn. */
export async function measureEager(program: string, engine: string): Promise<EagerResult> {
  const set = {
    reconstructive_width: size.reconstructiveWidth,
    discriminative_width: size.discriminativeWidth,
    'data.batch': size.batch,
  }
  const compiled: Workload = { kind: 'compiled', file: 'draem_sevnet.draem', set }
  const eager: Workload = { kind: 'eager', size }
  const children = [
    await openAlone(program, engine, compiled),
    await openAlone(program, engine, { ...eager, environment: 'plain' }),
    await openAlone(program, engine, eager),
  ]
  try {
    const times: number[][] = []
    for (let round = 0; round < rounds; round++) {
      const taken: number[] = []
      for (const child of children) taken.push((1000 * size.batch) / (await child.measure(sliceMilliseconds)))
      times.push(taken)
    }
    const of = (index: number) => median(times.map((taken) => taken[index] ?? Number.NaN))
    const ratios = times.map(([ours = Number.NaN, theirs = Number.NaN]) => theirs / ours)
    return { compiled: of(0), eager: of(1), ratio: median(ratios), eagerTuned: of(2) }
  } finally {
    for (const child of children) child.close()
  }
}
