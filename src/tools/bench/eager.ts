import type { EagerSize } from '../../../bench/eager-draem.js'
import { openAlone, type Workload } from './alone.js'
import { inverse, type Ratio, ratioToReference, takeTurns, withPeers } from './pairing.js'
import { median } from './support.js'

export interface EagerResult {
  /** Milliseconds a step. */
  readonly compiled: number
  /** The same model in eager tfjs, started as `node` starts any script. */
  readonly eager: number
  /** How many times as fast the compiled step is. */
  readonly ratio: Ratio
  /** Eager tfjs with the environment of draemc's engine process: its memory stays with it. */
  readonly eagerTuned: number
}

const size: EagerSize = { side: 128, batch: 4, reconstructiveWidth: 32, discriminativeWidth: 16 }

/** The same step compiled and as eager operators, on the same library. */
export function measureEager(program: string, engine: string): Promise<EagerResult> {
  const set = {
    reconstructive_width: size.reconstructiveWidth,
    discriminative_width: size.discriminativeWidth,
    'data.batch': size.batch,
  }
  const compiled: Workload = { kind: 'compiled', file: 'draem_sevnet.draem', set }
  const eager: Workload = { kind: 'eager', size }
  const open = [
    () => openAlone('the compiled step', program, engine, compiled),
    () => openAlone('eager tfjs', program, engine, { ...eager, environment: 'plain' }),
    () => openAlone("eager tfjs in draemc's environment", program, engine, eager),
  ]
  return withPeers(open, async (peers) => {
    const turns = await takeTurns(peers, { rounds: 6, sliceMilliseconds: 4000 })
    const step = (rates: readonly number[] = []) => (1000 * size.batch) / median(rates)
    return {
      compiled: step(turns.reference),
      eager: step(turns.others[0]),
      ratio: inverse(ratioToReference(turns, 0)),
      eagerTuned: step(turns.others[1]),
    }
  })
}
