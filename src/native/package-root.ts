import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { invariant } from '../diagnostics/invariant.js'
import { readText } from '../files/reading.js'

let found: string | undefined

/** Folder of draemc's own package: of the checkout, or of the installed package. The same from sources and from `dist/`. */
export function packageRoot(): string {
  if (found) return found
  let directory = dirname(fileURLToPath(import.meta.url))
  while (!isOwnPackage(directory)) {
    const parent = dirname(directory)
    invariant(parent !== directory, 'draemc cannot find its own package.json')
    directory = parent
  }
  found = directory
  return directory
}

function isOwnPackage(directory: string): boolean {
  const path = join(directory, 'package.json')
  return existsSync(path) && readPackage(path).name === 'draemc'
}

function readPackage(path: string): { readonly name?: string; readonly version?: string } {
  const parsed: unknown = JSON.parse(readText(path))
  if (typeof parsed !== 'object' || parsed === null) return {}
  return {
    ...('name' in parsed && typeof parsed.name === 'string' ? { name: parsed.name } : {}),
    ...('version' in parsed && typeof parsed.version === 'string' ? { version: parsed.version } : {}),
  }
}

export function packageVersion(): string {
  return readPackage(join(packageRoot(), 'package.json')).version ?? 'unknown'
}

/** The recipe of the native engine (`engine install`). */
export function engineRecipe(): string {
  return join(packageRoot(), 'src', 'native', 'engine')
}

export type BundledProgram =
  | 'train/engine.js'
  | 'train/trials.js'
  | 'train/predict.js'
  | 'train/export.js'
  | 'data/worker.js'
  | 'native/parent-watch.js'
  | 'native/supervise.js'

/** Programs that run in processes and threads of their own are bundles in `dist/`. */
export function bundledProgram(name: BundledProgram): string {
  return join(packageRoot(), 'dist', ...name.split('/'))
}
