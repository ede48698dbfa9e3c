import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { packageRoot } from '../../native/package-root.js'
import type { Precision } from './peak.js'

export interface PyTorchResult {
  /** Why there are no rows. */
  readonly reason?: string
  readonly version?: string
  readonly threads?: number
  readonly rows: readonly {
    readonly size: 'small' | 'full'
    readonly precision: Precision
    readonly milliseconds: number
  }[]
}

/** The same training step in PyTorch: rows where `python3` can import torch, else why not. */
export async function measurePyTorch(): Promise<PyTorchResult> {
  const found = await python(['-c', 'import torch'])
  if (found.code !== 0) return { reason: 'PyTorch is not installed for python3', rows: [] }
  const { code, output, talk } = await python([join(packageRoot(), 'bench', 'pytorch_step.py')])
  if (code !== 0) throw new Error(`bench/pytorch_step.py ended with ${code}:\n${talk}`)
  return JSON.parse(output)
}

interface Ended {
  readonly code: number | null
  readonly output: string
  readonly talk: string
}

function python(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('python3', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let [output, talk] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString('utf8')
    })
    child.stderr.on('data', (chunk: Buffer) => {
      talk = (talk + chunk.toString('utf8')).slice(-4000)
    })
    child.on('error', (error) => resolve({ code: null, output, talk: error.message }))
    child.on('close', (code) => resolve({ code, output, talk }))
  })
}
