// `npm run test:faults -- --minutes N --seed S`: the tests of test/faults for so long, the same for the same seed.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values, positionals } = parseArgs({
  options: { minutes: { type: 'string', default: '10' }, seed: { type: 'string' } },
  allowPositionals: true,
})
const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 31))
console.log(`seed ${seed}, ${values.minutes} minutes`)
const { status } = spawnSync(
  join(root, 'node_modules', '.bin', 'vitest'),
  ['run', '--maxWorkers', '1', ...(positionals.length > 0 ? positionals : ['test/faults'])],
  {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, DRAEMC_FAULTS_MINUTES: values.minutes, DRAEMC_FAULTS_SEED: seed },
  },
)
process.exit(status ?? 1)
