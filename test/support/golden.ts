import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect } from 'vitest'

/** `test/golden` of this checkout. */
export const goldenRoot = fileURLToPath(new URL('../golden/', import.meta.url))

/** Goldens are written on request alone, and never where a machine judges them. */
export function updatesGoldens(): boolean {
  return process.env.UPDATE_GOLDENS === '1' && !process.env.CI
}

/** Files that a test of this process compared; what lies in a golden folder and is not among them is an orphan. */
const compared = new Set<string>()

/**
 * Compares `actual` with the file at `path` (relative to `test/golden`). A missing file fails.
 * `UPDATE_GOLDENS=1` writes it instead, but never with CI set.
 */
export function goldenText(path: string, actual: string): void {
  const file = join(goldenRoot, path)
  compared.add(file)
  const text = actual.endsWith('\n') ? actual : `${actual}\n`
  if (updatesGoldens()) {
    mkdirSync(dirname(file), { recursive: true })
    if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text)
    return
  }
  if (!existsSync(file)) expect.fail(`golden ${path} is missing; write it with UPDATE_GOLDENS=1 and read what it says`)
  expect(text, `golden ${path}`).toBe(readFileSync(file, 'utf8'))
}

/** Names of the case folders directly under `folder` (relative to `test/golden`), sorted. */
export function goldenCases(folder: string): readonly string[] {
  const root = join(goldenRoot, folder)
  if (!existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort()
}

/** Text of an input file under `test/golden`. */
export function goldenInput(path: string): string {
  return readFileSync(join(goldenRoot, path), 'utf8')
}

/** Fails for a file under `folder` that is neither one of `inputs` (file names) nor was compared by this test process. */
export function expectNoOrphans(folder: string, inputs: readonly string[]): void {
  const orphans: string[] = []
  const walk = (relative: string): void => {
    for (const entry of readdirSync(join(goldenRoot, relative), { withFileTypes: true })) {
      const path = join(relative, entry.name)
      if (entry.isDirectory()) walk(path)
      else if (!inputs.includes(entry.name) && !compared.has(join(goldenRoot, path))) orphans.push(path)
    }
  }
  if (existsSync(join(goldenRoot, folder))) walk(folder)
  expect(orphans, 'files that no golden test compares').toEqual([])
}
