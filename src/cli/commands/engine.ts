import type { Command } from 'commander'
import { ProvisionError, Stopped } from '../../native/commands.js'
import { type InstallProgress, installEngine, removeEngine } from '../../native/install.js'
import { listEngines, locateEngine } from '../../native/locate.js'
import { engineRecipe } from '../../native/package-root.js'
import type { Device } from '../../native/releases.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, printJson, talk, wantsLiveView } from '../output.js'

export function addEngineCommand(program: Command, done: (code: ExitCode) => void): void {
  const engine = program
    .command('engine')
    .description('install, list or remove the native engine (TensorFlow, cached per user)')
  engine
    .command('install')
    .description('download (checked by sha256), compile and try the native engine; about 274 MB')
    .option('--device <device>', 'cpu or cuda', 'cpu')
    .option('--if-missing', 'say nothing when an engine is there already')
    .action(async (options: { readonly device: string; readonly ifMissing?: true }) => {
      const there = options.ifMissing === true && locateEngine() !== undefined
      done(there ? exitCodes.ok : await install(parseDevice(options.device)))
    })
  engine
    .command('list')
    .description('the engines in the cache')
    .option('--json', 'as JSON')
    .action((options: { readonly json?: true }) => {
      list(options.json === true)
      done(exitCodes.ok)
    })
  engine
    .command('remove <name>')
    .description('remove an engine from the cache; names are those of `draemc engine list`')
    .action(async (name: string) => {
      if (!(await removeEngine(name))) {
        const names = listEngines().map((installed) => installed.name)
        throw new UsageError(`no engine is named ${name}; installed: ${names.join(', ') || 'none'}`)
      }
      talk(`removed ${name}`)
      done(exitCodes.ok)
    })
}

function parseDevice(text: string): Device {
  if (text === 'cpu' || text === 'cuda') return text
  throw new UsageError(`--device takes cpu or cuda, not ${text}`)
}

async function install(device: Device): Promise<ExitCode> {
  const controller = new AbortController()
  const end = (): void => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const) process.on(signal, end)
  const show = wantsLiveView(process.stderr) ? liveProgress() : plainProgress()
  try {
    const engine = await installEngine({
      device,
      recipe: engineRecipe(),
      onProgress: show.report,
      stop: controller.signal,
    })
    show.end()
    talk(`native engine: ${engine.name} in ${engine.directory}`)
    return exitCodes.ok
  } catch (error) {
    show.end()
    if (error instanceof Stopped) {
      talk('interrupted: nothing was installed, and nothing is left of it')
      return exitCodes.interrupted
    }
    if (!(error instanceof ProvisionError)) throw error
    if (error.output) talk(error.output.trimEnd().split('\n').slice(-15).join('\n'))
    talk(`error: the native engine could not be installed: ${error.message}`)
    talk(`  help: ${error.help}`)
    return exitCodes.failed
  }
}

interface ProgressView {
  readonly report: (progress: InstallProgress) => void
  readonly end: () => void
}

/** One line that is written over. */
function liveProgress(): ProgressView {
  const width = 24
  let open = false
  return {
    report: ({ step, message, share }) => {
      const filled = Math.round((share ?? 0) * width)
      const bar =
        share === undefined ? '' : `${'█'.repeat(filled)}${'░'.repeat(width - filled)} ${Math.round(share * 100)} % `
      const line = `${step.padEnd(8)} ${bar}${message}`
      process.stderr.write(`\r\u001b[2K${line.slice(0, (process.stderr.columns ?? 80) - 1)}`)
      open = true
    },
    end: () => {
      if (open) process.stderr.write('\r\u001b[2K')
    },
  }
}

/** A line a step, and one at each quarter of a long one. */
function plainProgress(): ProgressView {
  let last = ''
  return {
    report: ({ step, message, share }) => {
      const quarter = share === undefined ? '' : ` ${Math.floor(share * 4) * 25} %`
      const line = `engine: ${step}: ${message}${quarter}`
      if (line !== last) talk(line)
      last = line
    },
    end: () => {},
  }
}

function list(json: boolean): void {
  const used = locateEngine()
  const engines = listEngines().map((engine) => ({
    name: engine.name,
    device: engine.device,
    directory: engine.directory,
    bytes: engine.manifest?.bytes ?? 0,
    used: engine.directory === used?.directory,
  }))
  if (json) printJson(engines)
  else if (engines.length === 0) talk('no native engine is installed; `draemc engine install` installs one')
  else
    for (const engine of engines) {
      printData(`${engine.used ? '*' : ' '} ${engine.name}  ${(engine.bytes / 1e9).toFixed(2)} GB  ${engine.directory}`)
    }
}
