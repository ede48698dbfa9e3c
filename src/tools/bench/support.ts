import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Gives `work` a directory with the graph in it, for as long as it takes. */
export function inTemporaryDirectory<Result>(graph: Uint8Array, work: (directory: string) => Result): Result {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-bench-'))
  try {
    writeFileSync(join(directory, 'saved_model.pb'), graph)
    return work(directory)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
