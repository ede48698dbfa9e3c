// Bundles the sources into dist/, with every package that is JavaScript alone: a bundle loads in half the time of three hundred files.
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const common = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  // React's development build keeps a record of every render.
  define: { 'process.env.NODE_ENV': '"production"' },
  platform: 'node',
  target: 'node20',
  jsx: 'automatic',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  metafile: true,
}
// Ink asks for the devtools only when it is debugged.
const external = ['sharp', 'react-devtools-core', '@tensorflow/*', 'onnxruntime-web']

rmSync(join(root, 'dist'), { recursive: true, force: true })
const modules = await build({
  ...common,
  entryPoints: {
    'train/engine': 'src/train/engine.ts',
    'train/trials': 'src/train/trials.ts',
    'train/predict': 'src/train/predict/process.ts',
    'train/export': 'src/train/export/process.ts',
    'data/worker': 'src/data/worker.ts',
    'native/parent-watch': 'src/native/parent-watch.ts',
    'native/supervise': 'src/native/supervise.ts',
    'ui/mount': 'src/ui/mount.tsx',
    'tools/parity': 'src/tools/parity.ts',
    'tools/bench': 'src/tools/bench.ts',
    'tools/generate': 'src/tools/generate.ts',
  },
  external,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  // Bundled CommonJS packages use `require` for Node's own modules, and `__filename`: an ES module lacks both.
  banner: {
    js: [
      "import { createRequire as requireFrom } from 'node:module'; import { fileURLToPath as pathOf } from 'node:url';",
      'const require = requireFrom(import.meta.url); const __filename = pathOf(import.meta.url);',
    ].join(' '),
  },
})
/** In the place of validators that ajv compiles at each start, those that it compiles now. */
const standaloneValidators = {
  name: 'standalone-validators',
  setup({ onResolve, onLoad }) {
    const namespace = 'standalone'
    onResolve({ filter: /^\.\/validators\.js$/ }, () => ({ path: 'validators', namespace }))
    onLoad({ filter: /^validators$/, namespace }, async () => {
      const source = { entryPoints: ['src/components/standalone-validators.ts'], format: 'cjs', write: false }
      const { outputFiles } = await build({ ...common, ...source, sourcemap: false })
      const module = { exports: {} }
      new Function('module', 'require', outputFiles[0].text)(module, createRequire(import.meta.url))
      const contents = module.exports.standaloneValidators()
      return { contents, loader: 'js', resolveDir: root }
    })
  },
}

/** In the place of reading the library at each start, its trees: reading them takes as long as the file that imports it. */
const libraryTrees = {
  name: 'library-trees',
  setup({ onResolve, onLoad }) {
    const namespace = 'library-trees'
    const module = /^\.(\.|\/loading)?\/library\.js$/
    onResolve({ filter: module }, ({ importer }) =>
      importer.includes('/src/check/') ? { path: 'library', namespace } : undefined,
    )
    onLoad({ filter: /^library$/, namespace }, async () => {
      const directory = join(root, 'grammar', 'std')
      const source = { entryPoints: ['src/check/loading/library.ts'], format: 'cjs', write: false }
      const { outputFiles } = await build({ ...common, ...source, sourcemap: false })
      const module = { exports: {} }
      new Function('module', 'require', outputFiles[0].text)(module, createRequire(import.meta.url))
      const { libraryImport, presetsImport, parseLibrary } = module.exports
      const trees = readdirSync(directory).map((name) => {
        const text = readFileSync(join(directory, name), 'utf8')
        const { file, diagnostics } = parseLibrary(text, `std/${name}`)
        if (diagnostics.length > 0) throw new Error(`grammar/std/${name} has mistakes: draemc check ${name} shows them`)
        return [`std/${name}`, { text, file }]
      })
      const contents = `
        import { parse } from './src/syntax/parse.js'
        let trees
        export const libraryImport = ${JSON.stringify(libraryImport)}
        export const presetsImport = ${JSON.stringify(presetsImport)}
        export function parseLibrary(text, file) {
          trees ??= JSON.parse(${JSON.stringify(JSON.stringify(Object.fromEntries(trees)))})
          const known = trees[file]
          return known?.text === text ? { file: known.file, diagnostics: [], damage: [] } : parse(text, file)
        }`
      return { contents, loader: 'js', resolveDir: root }
    })
  },
}

// The command line is one CommonJS file: of such a one, compiled code can be kept (src/cli/code-cache.ts).
const program = await build({
  ...common,
  entryPoints: { 'cli/main': 'src/cli/main.ts', 'cli/program': 'src/cli/program.ts' },
  // Ink is an ES module that awaits at its top: loaded where it draws.
  external: [...external, '../ui/mount.js'],
  format: 'cjs',
  plugins: [standaloneValidators, libraryTrees],
  define: { ...common.define, 'import.meta.url': 'ownUrl' },
  banner: { js: "const ownUrl = require('node:url').pathToFileURL(__filename).href;" },
})
writeFileSync(join(root, 'dist', 'cli', 'package.json'), '{ "type": "commonjs" }\n')
const { imports } = program.metafile.outputs['dist/cli/program.js']
if (imports.some(({ kind }) => kind === 'dynamic-import'))
  throw new Error('dist/cli/program.js imports, which code from a cache cannot (src/cli/code-cache.ts)')
chmodSync(join(root, 'dist', 'cli', 'main.js'), 0o755)
writeFileSync(
  join(root, 'dist', 'third-party-licenses.txt'),
  licenses([modules, program].flatMap(({ metafile }) => Object.keys(metafile.inputs))),
)

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
