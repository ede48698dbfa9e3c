// Bundles the sources into dist/, with every package that is JavaScript alone: a bundle loads in half the time of three hundred files.
// Parts that few commands need are chunks of their own.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: entries,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  // Ink asks for the devtools only when it is debugged.
  external: ['sharp', 'react-devtools-core', '@tensorflow/*'],
  // React's development build keeps a record of every render.
  define: { 'process.env.NODE_ENV': '"production"' },
  // Bundled CommonJS packages use `require` for Node's own modules, and `__filename`: an ES module lacks both.
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module'; import { fileURLToPath as pathOf } from 'node:url';",
      'const require = requireFrom(import.meta.url); const __filename = pathOf(import.meta.url);',
    ].join(' '),
  },
  platform: 'node',
  target: 'node20',
  format: 'esm',
  jsx: 'automatic',
  chunkNames: 'chunks/[name]-[hash]',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
})
chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
writeFileSync(join(root, 'dist', 'third-party-licenses.txt'), licenses(Object.keys(metafile.inputs)))

/** Name, version and licence text of every package that the bundles hold. */
function licenses(inputs) {
  const folders = new Set(inputs.flatMap((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []))
  const texts = [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry))
    const text = file === undefined ? '' : readFileSync(join(root, folder, file), 'utf8').trim()
    return `${name} ${version} (${license})\n\n${text}\n`
  })
  return texts.join(`\n${'-'.repeat(80)}\n\n`)
}
