import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { dirname } from 'node:path'
import { runCommand } from './commands.js'
import { damagedFiles } from './install.js'
import { cacheDirectory, listEngines, locateEngine } from './locate.js'
import { findRelease, thisPlatform } from './releases.js'
import { abandonedStaging } from './staging.js'

export interface Finding {
  readonly subject: string
  readonly state: 'ok' | 'missing' | 'broken' | 'info'
  readonly found: string
  /** What to do, where something is to be done. */
  readonly help?: string
}

/** What draemc needs, what is there, how to get the rest. Looks; changes nothing. */
export async function examine(): Promise<readonly Finding[]> {
  const release = findRelease('cpu')
  const major = Number(process.versions.node.split('.')[0])
  return [
    major >= 20
      ? { subject: 'Node.js', state: 'ok', found: process.version }
      : { subject: 'Node.js', state: 'broken', found: process.version, help: 'install Node 20, 22 or 24' },
    release
      ? { subject: 'platform', state: 'ok', found: thisPlatform() }
      : {
          subject: 'platform',
          state: 'broken',
          found: thisPlatform(),
          help: 'use Linux on x86-64 or arm64 (Windows: WSL 2)',
        },
    { subject: 'processor', state: 'info', found: processor() },
    { subject: 'memory', state: 'info', found: `${(totalmem() / 2 ** 30).toFixed(1)} GiB` },
    await tool(
      'Python with pip',
      'python3',
      ['-m', 'pip', '--version'],
      'needed by `draemc engine install`: apt-get install python3-pip',
    ),
    await tool('C++ compiler', 'g++', ['--version'], 'needed by `draemc engine install`: apt-get install g++'),
    await tool('npm', 'npm', ['--version'], 'needed by `draemc engine install`; it comes with Node.js'),
    cache(),
    ...leftovers(),
    ...(await engines()),
    await gpu(),
  ]
}

async function tool(subject: string, command: string, args: readonly string[], help: string): Promise<Finding> {
  try {
    const output = await runCommand(command, args, { help })
    return { subject, state: 'ok', found: output.trim().split('\n')[0] ?? '' }
  } catch {
    return { subject, state: 'missing', found: `${command} does not run`, help }
  }
}

function processor(): string {
  const list = cpus()
  return `${list.length} x ${list[0]?.model ?? 'unknown'}`
}

function cache(): Finding {
  const directory = cacheDirectory()
  let existing = directory
  while (!existsSync(existing)) existing = dirname(existing)
  try {
    accessSync(existing, constants.W_OK)
    if (!statSync(existing).isDirectory()) throw new Error('a file')
  } catch {
    return {
      subject: 'cache',
      state: 'broken',
      found: directory,
      help: 'set DRAEMC_CACHE to a directory that you may write to',
    }
  }
  const { bavail, bsize } = statfsSync(existing)
  const free = Number(bavail) * Number(bsize)
  const found = `${directory} (${(free / 1e9).toFixed(0)} GB free)`
  return free > 4e9
    ? { subject: 'cache', state: 'ok', found }
    : {
        subject: 'cache',
        state: 'broken',
        found,
        help: 'the engine needs 4 GB while it is built; set DRAEMC_CACHE elsewhere',
      }
}

/** What killed installations left. */
function leftovers(): readonly Finding[] {
  return abandonedStaging().map((directory) => ({
    subject: 'leftover',
    state: 'broken',
    found: `${directory}, of an installation that was killed`,
    help: 'draemc doctor --fix removes it, as the next `draemc engine install` does',
  }))
}

async function engines(): Promise<readonly Finding[]> {
  const used = locateEngine()
  if (!used) {
    return [{ subject: 'native engine', state: 'missing', found: 'not installed', help: 'draemc engine install' }]
  }
  const installed = listEngines()
  const shown = installed.some((engine) => engine.directory === used.directory) ? installed : [used, ...installed]
  return Promise.all(
    shown.map(async (engine): Promise<Finding> => {
      const damaged = await damagedFiles(engine)
      const mark = engine.directory === used.directory ? ' (in use)' : ''
      return damaged.length === 0
        ? { subject: 'native engine', state: 'ok', found: `${engine.name}${mark}` }
        : {
            subject: 'native engine',
            state: 'broken',
            found: `${engine.name}${mark}: ${damaged.join(', ')} changed or missing`,
            help: `draemc engine remove ${engine.name}, then draemc engine install`,
          }
    }),
  )
}

async function gpu(): Promise<Finding> {
  try {
    const output = await runCommand('nvidia-smi', ['--query-gpu=name,driver_version', '--format=csv,noheader'], {
      help: '',
    })
    return { subject: 'GPU', state: 'info', found: output.trim(), help: 'draemc engine install --device cuda' }
  } catch {
    return { subject: 'GPU', state: 'info', found: 'none found: runs use the processor' }
  }
}
