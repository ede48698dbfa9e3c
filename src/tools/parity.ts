import { existsSync, readdirSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { locateEngine } from '../native/locate.js'
import { loadEngine } from '../train/engine-binding.js'
import { compareBlocks } from './parity/blocks.js'
import type { Comparison } from './parity/compare.js'
import { nativeEngine, type ParityEngine } from './parity/engines.js'
import { type Fixture, readFixture } from './parity/fixture.js'
import { interpreterEngine } from './parity/interpreter.js'
import { compareLosses } from './parity/losses.js'
import { compareModel } from './parity/models.js'
import { compareOptimizers } from './parity/optimizers.js'
import { type ParityResult, parityTable, passed, type Unrunnable } from './parity/report.js'

const usage = `usage: npm run parity -- DIR [--json] [--engine interpreter|native]

Compares every *.safetensors in DIR (numbers from PyTorch, made into a pipeline by the config in their metadata) with the
float64 interpreter and the native engine, and prints the largest errors against what is allowed.
Exit code 1: an error beyond that, or a fixture that cannot be run.
`

function compareFixture(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  switch (fixture.config.kind) {
    case 'blocks':
      return compareBlocks(fixture, engines)
    case 'losses_and_metrics':
      return compareLosses(fixture, engines)
    case 'optimizers':
      return compareOptimizers(fixture, engines)
    default:
      return compareModel(fixture, engines)
  }
}

function runParity(directory: string, engines: readonly ParityEngine[]): ParityResult {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.safetensors'))
    .sort()
  const comparisons: Comparison[] = []
  const unrunnable: Unrunnable[] = []
  for (const file of files) {
    process.stderr.write(`${file}\n`)
    try {
      comparisons.push(...compareFixture(readFixture(join(directory, file)), engines))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      unrunnable.push({ fixture: basename(file, '.safetensors'), reason })
    }
  }
  return { comparisons, unrunnable }
}

function enginesFor(only: string | undefined): readonly ParityEngine[] | undefined {
  if (only === 'interpreter') return [interpreterEngine]
  const location = locateEngine()
  if (location === undefined) return undefined
  const native = nativeEngine(loadEngine(location.directory))
  return only === 'native' ? [native] : [interpreterEngine, native]
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: 'boolean' }, engine: { type: 'string' } },
  })
  const [directory] = positionals
  if (directory === undefined || !existsSync(directory)) {
    process.stderr.write(usage)
    return 2
  }
  const engines = enginesFor(values.engine)
  if (engines === undefined) {
    process.stderr.write('there is no native engine: run `draemc engine install`\n')
    return 1
  }
  const result = runParity(resolve(directory), engines)
  process.stdout.write(values.json ? `${JSON.stringify(result, null, 2)}\n` : parityTable(result))
  return passed(result) ? 0 : 1
}

process.exitCode = main()
