import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { locateEngine } from '../native/locate.js'
import { setOwn } from '../source/own.js'
import { stepAlone } from './bench/alone.js'
import { measureEager } from './bench/eager.js'
import { type MeasurementName, measurements } from './bench/measurements.js'
import { measurePyTorch } from './bench/pytorch.js'
import { measureReading } from './bench/reading.js'
import { measureRun } from './bench/run.js'
import { measureStart } from './bench/start.js'
import { keepEnd, programEnvironment } from './bench/support.js'
import { measureSynthesis } from './bench/synthesis.js'
import { type BenchResults, benchTable } from './bench/table.js'

/** The bench is its own child program: each measurement has a process of its own. */
const program = fileURLToPath(import.meta.url)
const tables = ['start', 'reading', 'synthesis', 'eager', ...Object.keys(measurements), 'run', 'pytorch']
/** Takes longer than all others together. */
const onRequest = ['training']

const usage = `usage: npm run bench [-- --json] [--only ${tables.join(',')}]

Measures how soon a second \`npm start\` trains, how long a megabyte of text takes to read, how fast faults are made, the compiled step against eager tfjs, its share of the matrix product's peak,
time to the first step, memory and leaks, a real run's throughput, and the same step in PyTorch where \`python3\` has it.
What is compared is measured in alternate slices, one process stopped while the other works.
\`training\`, a quarter of an hour, is measured when it is named: whether training ends where PyTorch's does.
`

/** Runs one measurement in a process of its own; its result comes over the channel. */
function inOwnProcess(name: MeasurementName, directory: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(program, [], {
      env: programEnvironment(name, directory),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let result: unknown
    const stderr = keepEnd(child)
    child.on('message', (message) => {
      result = message
    })
    child.on('close', (code) => {
      if (code === 0 && result !== undefined) resolve(result)
      else reject(new Error(`the measurement ${name} ended with ${code}:\n${stderr()}`))
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
  const names = values.only?.split(',') ?? tables.filter((name) => !onRequest.includes(name))
  if (values.help || names.some((name) => !tables.includes(name))) {
    process.stderr.write(usage)
    return values.help ? 0 : 2
  }
  const engine = locateEngine()
  if (engine === undefined) {
    process.stderr.write('there is no native engine: run `draemc engine install`\n')
    return 1
  }
  const measure = async (name: string): Promise<unknown> => {
    if (isMeasurement(name)) return inOwnProcess(name, engine.directory)
    if (name === 'start') return measureStart()
    if (name === 'reading') return measureReading()
    if (name === 'synthesis') return measureSynthesis()
    if (name === 'eager') return measureEager(program, engine.directory)
    return name === 'run' ? measureRun(program, engine) : measurePyTorch(program, engine.directory)
  }
  const results: Record<string, unknown> = {}
  for (const name of names) {
    process.stderr.write(`${name}\n`)
    setOwn(results, name, await measure(name))
  }
  const all = results as BenchResults
  process.stdout.write(values.json ? `${JSON.stringify(all, null, 2)}\n` : benchTable(all))
  return 0
}

const asked = process.env.DRAEMC_BENCH
const directory = process.env.DRAEMC_ENGINE_DIR ?? ''
if (asked === undefined || process.send === undefined) {
  process.exitCode = await main()
} else if (isMeasurement(asked)) {
  process.send(await measurements[asked](directory), () => process.disconnect())
} else {
  stepAlone(directory, JSON.parse(process.env.DRAEMC_BENCH_WORKLOAD ?? '{}'))
}
