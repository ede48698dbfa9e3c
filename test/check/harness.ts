import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type CheckResult, checkFile } from '../../src/check/check.js'
import type { CheckOptions } from '../../src/check/options.js'

export const libraryDirectory = fileURLToPath(new URL('../../grammar/std', import.meta.url))

/** Checks a text as if it were the file `input.draem`; `files` are others that it may import, by path. */
export function checkText(
  text: string,
  options: Partial<CheckOptions> = {},
  files: Readonly<Record<string, string>> = {},
): CheckResult {
  const entry = '/project/input.draem'
  return checkFile({
    entry,
    loadFile: (path) => {
      if (path === entry) return text
      if (path.startsWith(libraryDirectory)) return readIfThere(path)
      return files[path]
    },
    libraryDirectory,
    overrides: [],
    environment: {},
    workingDirectory: '/elsewhere',
    ...options,
  })
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** `D031 at 17:52`, for tests that ask for codes and places. */
export function told(result: CheckResult): readonly string[] {
  return result.diagnostics.map(
    ({ code, span }) => `${code} at ${result.sources.describe(span).split(':').slice(-2).join(':')}`,
  )
}
