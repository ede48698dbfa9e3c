import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { locateEngine } from '../native/locate.js'
import { loadEngine } from '../train/engine-binding.js'
import { compareBlocks } from './parity/blocks.js'
import type { Comparison } from './parity/compare.js'
import { compareEncoder } from './parity/encoder.js'
import { nativeEngine, type ParityEngine } from './parity/engines.js'
import { type Fixture, FixtureError, readFixture } from './parity/fixture.js'
import { interpreterEngine } from './parity/interpreter.js'
import { compareLosses } from './parity/losses.js'
import { compareModel } from './parity/models.js'
import { compareOptimizers } from './parity/optimizers.js'
import { type ParityResult, parityJson, parityTable, passed, type Unrunnable } from './parity/report.js'

const usage = `usage: npm run parity -- DIR... [--json] [--engine interpreter|native]

Compares every *.safetensors in DIR (numbers from PyTorch, made into a pipeline by the config in their metadata) with the
float64 interpreter and the native engine, and prints the largest errors against what is allowed.
Exit code 1: an error beyond that, or a fixture that cannot be run. Exit code 2: not used as above.
`

class UsageError extends Error {}

interface Options {
  readonly directories: readonly string[]
  readonly isJson: boolean
  readonly engine?: 'interpreter' | 'native'
}

function compareFixture(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const { kind } = fixture.config
  switch (kind) {
    case 'blocks':
      return compareBlocks(fixture, engines)
    case 'losses_and_metrics':
      return compareLosses(fixture, engines)
    case 'optimizers':
      return compareOptimizers(fixture, engines)
    case 'wide_resnet':
      return compareEncoder(fixture, engines)
    case undefined:
    case 'model':
      return compareModel(fixture, engines)
    default:
      throw new FixtureError(`its kind ${JSON.stringify(kind)} is not known`)
  }
}

function runParity(directories: readonly string[], engines: readonly ParityEngine[]): ParityResult {
  const comparisons: Comparison[] = []
  const unrunnable: Unrunnable[] = []
  for (const directory of directories) {
    // Two directories may have files of one name.
    const place = directories.length > 1 ? directory : ''
    const files = readdirSync(directory)
      .filter((file) => file.endsWith('.safetensors'))
      .sort()
    if (files.length === 0) unrunnable.push({ fixture: directory, reason: 'it holds no *.safetensors' })
    for (const file of files) {
      process.stderr.write(`${file}\n`)
      const name = join(place, basename(file, '.safetensors'))
      try {
        const compared = compareFixture({ ...readFixture(join(directory, file)), name }, engines)
        if (compared.length === 0) throw new FixtureError('it holds no result that can be compared')
        comparisons.push(...compared)
      } catch (error) {
        unrunnable.push({ fixture: name, reason: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  return { comparisons, unrunnable }
}

function enginesFor(only: Options['engine']): readonly ParityEngine[] | undefined {
  if (only === 'interpreter') return [interpreterEngine]
  const location = locateEngine()
  if (location === undefined) return undefined
  const native = nativeEngine(loadEngine(location.directory))
  return only === 'native' ? [native] : [interpreterEngine, native]
}

function readArguments(): Options {
  const { values, positionals } = parsed()
  const { engine } = values
  if (engine !== undefined && engine !== 'interpreter' && engine !== 'native') {
    throw new UsageError(`there is no engine ${engine}`)
  }
  if (positionals.length === 0) throw new UsageError('a directory of fixtures is missing')
  for (const directory of positionals) {
    if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
      throw new UsageError(`${directory} is no directory`)
    }
  }
  return { directories: positionals, isJson: values.json === true, ...(engine === undefined ? {} : { engine }) }
}

function parsed() {
  try {
    return parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' }, engine: { type: 'string' } } })
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error))
  }
}

function main(): number {
  const { directories, isJson, engine } = readArguments()
  const engines = enginesFor(engine)
  if (engines === undefined) {
    process.stderr.write('there is no native engine: run `draemc engine install`\n')
    return 1
  }
  const result = runParity(directories, engines)
  process.stdout.write(isJson ? parityJson(result) : parityTable(result))
  return passed(result) ? 0 : 1
}

try {
  process.exitCode = main()
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  process.stderr.write(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}
