// Brings a checkout to where draemc runs: packages, build, native engine. Needs nothing but Node: it runs before `npm ci`.
// `--test`: the native engine may be missing (the tests that need it are skipped, loudly), except where CI is set. `--quiet`: says only what it changes.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const forTests = process.argv.includes('--test')
const say = (text) => console.error(`setup: ${text}`)

if (Number(process.versions.node.split('.')[0]) < 20) {
  say(`draemc needs Node 20 or newer; this is ${process.version}. See nodejs.org or your distribution's packages.`)
  process.exit(1)
}

installPackages()
build()
installEngine()

function installPackages() {
  const stamp = join(root, 'node_modules', '.draemc-lock')
  const wanted = hash(readFileSync(join(root, 'package-lock.json')))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('installing packages (npm ci)')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(stamp, wanted)
}

function build() {
  const stamp = join(root, 'dist', '.sources')
  const wanted = hash(sources().join('\n'))
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return
  say('building')
  run(process.execPath, [join(root, 'scripts', 'build.mjs')])
  writeFileSync(stamp, wanted)
}

function installEngine() {
  const result = spawnSync(
    process.execPath,
    [join(root, 'dist', 'cli', 'main.js'), 'engine', 'install', '--if-missing'],
    {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  if (result.status === 0) return
  if (forTests && !process.env.CI) {
    say('the native engine could not be set up; the tests that need it will be skipped')
    return
  }
  process.exit(result.status ?? 1)
}

/** Path, size and time of every file that the build reads. */
function sources() {
  const list = []
  const visit = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`
      if (entry.isDirectory()) visit(path)
      else if (/\.(tsx?|json)$/.test(entry.name)) {
        const { mtimeMs, size } = statSync(join(root, path))
        list.push(`${path} ${mtimeMs} ${size}`)
      }
    }
  }
  for (const folder of ['src', 'grammar', 'bench']) if (existsSync(join(root, folder))) visit(folder)
  const { mtimeMs, size } = statSync(join(root, 'scripts', 'build.mjs'))
  return [...list.sort(), `build ${mtimeMs} ${size}`]
}

function run(command, args) {
  try {
    execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  } catch {
    say(`${command} ${args[0]} failed; its output is above`)
    process.exit(1)
  }
}

function hash(content) {
  return createHash('sha256').update(content).digest('hex')
}
