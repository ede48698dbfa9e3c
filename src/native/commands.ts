import { spawn } from 'node:child_process'
import { bundledProgram } from './package-root.js'
import { parentVariable } from './parent.js'

/** A step of the installation that did not work: what was run, what it said, what to do. */
export class ProvisionError extends Error {
  override readonly name = 'ProvisionError'
  constructor(
    message: string,
    readonly help: string,
    readonly output: string = '',
  ) {
    super(message)
  }
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What to tell the user to do when the command is missing or fails. */
  readonly help: string
  readonly onLine?: (line: string) => void
  /** A directory that only this command's work is in: it goes, with the command and all that it started, when this process ends. */
  readonly within?: string
  /** Ends the command, with all that it started. */
  readonly stop?: AbortSignal
}

/** The command was ended because that was asked for. */
export class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Runs a command to its end; its output is kept for the error and passed on by line. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  const { within, stop } = options
  const program =
    within === undefined
      ? [command, ...args]
      : [process.execPath, bundledProgram('native/supervise.js'), within, command, ...args]
  const [file = '', ...rest] = program
  return new Promise((done, fail) => {
    if (stop?.aborted) throw new Stopped(command)
    const child = spawn(file, rest, {
      cwd: options.cwd,
      env: { ...(options.env ?? process.env), [parentVariable]: String(process.pid) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const end = (): void => void child.kill('SIGTERM')
    stop?.addEventListener('abort', end)
    let output = ''
    let unfinished = ''
    const take = (chunk: Buffer): void => {
      const text = chunk.toString('utf8')
      output = (output + text).slice(-20_000)
      if (!options.onLine) return
      const lines = (unfinished + text).split(/[\r\n]+/)
      unfinished = lines.pop() ?? ''
      for (const line of lines) options.onLine(line)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => fail(new ProvisionError(`cannot run ${command}: ${error.message}`, options.help)))
    child.on('close', (code, signal) => {
      stop?.removeEventListener('abort', end)
      if (stop?.aborted) fail(new Stopped(command))
      else if (code === 0) done(output)
      else {
        const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
        fail(new ProvisionError(`${command} ${args.slice(0, 3).join(' ')} ${how}`, options.help, output))
      }
    })
  })
}
