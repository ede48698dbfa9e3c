// Everything that `npm test` promises, in the order in which a failure is cheapest; stops at the first that fails.
import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const bin = (name) => join(root, 'node_modules', '.bin', name)
const steps = [
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', '.']],
  [
    'import directions',
    bin('depcruise'),
    ['src', 'grammar', '--config', 'dependency-cruiser.config.cjs', '--output-type', 'err'],
  ],
  ['types', bin('tsc'), ['--noEmit']],
  ['generated files', process.execPath, [join('dist', 'tools', 'generate.js'), '--check']],
  ['tests', bin('vitest'), ['run', ...process.argv.slice(2)]],
]
for (const [name, command, args] of steps) {
  console.log(`\n# ${name}`)
  const started = Date.now()
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  console.log(`# ${name}: ${((Date.now() - started) / 1000).toFixed(1)} s`)
  if (result.status !== 0) process.exit(result.status ?? 1)
}
