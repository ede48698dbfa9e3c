// What `npm start` does after the set-up: example data where it is not there, then the quickstart pipeline.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const draemc = (args) => {
  const result = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  if (result.status !== 0) process.exit(result.status ?? 1)
}
draemc(['data', 'hdmap-example', join('datasets', 'hdmap-example'), '--if-missing'])
draemc(['run', join('pipelines', 'quickstart.draem'), ...process.argv.slice(2)])
