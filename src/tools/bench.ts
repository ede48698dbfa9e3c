import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { locateEngine } from '../native/locate.js'
import type { BenchPipeline } from './bench/compiled.js'
import { type MeasurementName, measurements } from './bench/measurements.js'
import { measureRun } from './bench/run.js'
import { type BenchResults, benchTable } from './bench/table.js'

/** What can be asked for; `alone` is a part of `run`. */
const tables = [...Object.keys(measurements).filter((name) => name !== 'alone'), 'run']

const usage = `usage: npm run bench [-- --json] [--only ${tables.join(',')}]

Measures the compiled step against eager tfjs, its share of the matrix product's peak, time to the first step, memory and
leaks, and a real run's throughput. Ratios are measured in turn within one process; run it on a quiet machine.
`

/** Runs one measurement in a process of its own; its result comes over the channel. */
function inOwnProcess(name: MeasurementName, directory: string, pipeline?: BenchPipeline): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), [], {
      env: {
        ...process.env,
        DRAEMC_BENCH: name,
        DRAEMC_ENGINE_DIR: directory,
        DRAEMC_BENCH_PIPELINE: JSON.stringify(pipeline ?? {}),
      },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let result: unknown
    let talk = ''
    child.stderr?.on('data', (chunk: Buffer) => {
      talk = (talk + chunk.toString('utf8')).slice(-4000)
    })
    child.on('message', (message) => {
      result = message
    })
    child.on('close', (code) => {
      if (code === 0 && result !== undefined) resolve(result)
      else reject(new Error(`the measurement ${name} ended with ${code}:\n${talk}`))
    })
  })
}

function isMeasurement(name: string): name is MeasurementName {
  return Object.hasOwn(measurements, name)
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { json: { type: 'boolean' }, only: { type: 'string' }, help: { type: 'boolean' } },
  })
  const names = values.only?.split(',') ?? tables
  if (values.help || names.some((name) => !tables.includes(name))) {
    process.stderr.write(usage)
    return values.help ? 0 : 2
  }
  const engine = locateEngine()
  if (engine === undefined) {
    process.stderr.write('there is no native engine: run `draemc engine install`\n')
    return 1
  }
  const alone = async (pipeline: BenchPipeline) => Number(await inOwnProcess('alone', engine.directory, pipeline))
  const results: Record<string, unknown> = {}
  for (const name of names) {
    process.stderr.write(`${name}\n`)
    results[name] = isMeasurement(name) ? await inOwnProcess(name, engine.directory) : await measureRun(engine, alone)
  }
  const all = results as BenchResults
  process.stdout.write(values.json ? `${JSON.stringify(all, null, 2)}\n` : benchTable(all))
  return 0
}

const asked = process.env.DRAEMC_BENCH
if (asked !== undefined && process.send !== undefined && isMeasurement(asked)) {
  process.send(measurements[asked](process.env.DRAEMC_ENGINE_DIR ?? ''), () => process.disconnect())
} else {
  process.exitCode = await main()
}
