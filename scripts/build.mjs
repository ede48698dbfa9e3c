// Bundles the sources into dist/. Packages stay outside the bundles; parts that few commands need (Ink, the tools) are chunks of their own.
import { chmodSync, existsSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const entries = {
  'cli/main': 'src/cli/main.ts',
  'train/engine': 'src/train/engine.ts',
  'data/worker': 'src/data/worker.ts',
  'tools/parity': 'src/tools/parity.ts',
  'tools/bench': 'src/tools/bench.ts',
  'tools/generate': 'src/tools/generate.ts',
}

rmSync(join(root, 'dist'), { recursive: true, force: true })
await build({
  absWorkingDir: root,
  entryPoints: Object.fromEntries(Object.entries(entries).filter(([, path]) => existsSync(join(root, path)))),
  outdir: 'dist',
  bundle: true,
  splitting: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  jsx: 'automatic',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  logLevel: 'warning',
})
chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
