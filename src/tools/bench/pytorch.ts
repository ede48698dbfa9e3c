import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { readText } from '../../files/reading.js'
import { packageRoot } from '../../native/package-root.js'
import { openAlone } from './alone.js'
import { inverse, type Ratio, ratioToReference, takeTurns, withPeers } from './pairing.js'
import type { Precision } from './peak.js'
import { Peer, reportsByLine } from './peer.js'
import { median } from './support.js'

export interface PyTorchResult {
  /** Why there are no rows. */
  readonly reason?: string
  readonly version?: string
  readonly rows: readonly PyTorchRow[]
}

export interface PyTorchRow extends Size {
  readonly precision: Precision
  /** Milliseconds a step. */
  readonly compiled: number
  readonly pytorch: number
  /** How many times as fast the compiled step is. */
  readonly ratio: Ratio
}

interface Size {
  readonly side: number
  readonly batch: number
  readonly widths: readonly [reconstructive: number, discriminative: number]
  /** What the ratio is held to in float32. */
  readonly bar: number
}

const sizes: readonly Size[] = [
  { side: 128, batch: 4, widths: [32, 16], bar: 1.1 },
  { side: 128, batch: 2, widths: [128, 64], bar: 1.35 },
  { side: 64, batch: 8, widths: [16, 8], bar: 1.1 },
]

/** The same training step in PyTorch, in channels_last, its fastest layout on a CPU: rows where `python3` can import torch. */
export async function measurePyTorch(program: string, engine: string): Promise<PyTorchResult> {
  const found = spawnSync('python3', ['-c', 'import torch; print(torch.__version__)'], { encoding: 'utf8' })
  if (found.status !== 0) return { reason: 'PyTorch is not installed for python3', rows: [] }
  const rows: PyTorchRow[] = []
  for (const precision of computesBf16() ? (['float32', 'bf16'] as const) : (['float32'] as const)) {
    for (const size of sizes) {
      const row = await measureSize(program, engine, size, precision)
      rows.push(row)
      const { median: ratio, low, high } = row.ratio
      const [side, widths] = [`${size.side} x ${size.side}`, size.widths.join('/')]
      process.stderr.write(
        `  ${precision} ${widths}, ${side}, batch ${size.batch}: ${ratio.toFixed(2)} (${low.toFixed(2)} .. ${high.toFixed(2)})\n`,
      )
    }
  }
  return { version: found.stdout.trim(), rows }
}

/** Without such instructions a step in bf16 takes ten times as long in both: nobody trains so. */
function computesBf16(): boolean {
  return process.arch !== 'x64' || /\b(avx512_bf16|amx_bf16)\b/.test(readText('/proc/cpuinfo'))
}

function measureSize(program: string, engine: string, size: Size, precision: Precision): Promise<PyTorchRow> {
  const { side, batch, widths } = size
  const set = {
    reconstructive_width: widths[0],
    discriminative_width: widths[1],
    'data.batch': batch,
    'data.image': `${side}x${side}`,
    'train.precision': precision,
  }
  const script = join(packageRoot(), 'bench', 'pytorch_step.py')
  const options = { side, batch, widths: widths.join(','), precision }
  const open = [
    () => openAlone('the compiled step', program, engine, { kind: 'compiled', file: 'draem_sevnet.draem', set }),
    () => {
      const args = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
      const child = spawn('python3', [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
      return Peer.open('PyTorch', child, reportsByLine)
    },
  ]
  return withPeers(open, async (peers) => {
    const turns = await takeTurns(peers, { rounds: 8, sliceMilliseconds: 4000 })
    const step = (rates: readonly number[] = []) => (1000 * batch) / median(rates)
    return {
      ...size,
      precision,
      compiled: step(turns.reference),
      pytorch: step(turns.others[0]),
      ratio: inverse(ratioToReference(turns)),
    }
  })
}
