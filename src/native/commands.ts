import { spawn } from 'node:child_process'

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
}

/** Runs a command to its end; its output is kept for the error and passed on by line. */
export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<string> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    let rest = ''
    const take = (chunk: Buffer): void => {
      const text = chunk.toString('utf8')
      output = (output + text).slice(-20_000)
      if (!options.onLine) return
      const lines = (rest + text).split(/[\r\n]+/)
      rest = lines.pop() ?? ''
      for (const line of lines) options.onLine(line)
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => fail(new ProvisionError(`cannot run ${command}: ${error.message}`, options.help)))
    child.on('close', (code, signal) => {
      if (code === 0) done(output)
      else {
        const how = signal ? `was ended by ${signal}` : `ended with status ${code}`
        fail(new ProvisionError(`${command} ${args.slice(0, 3).join(' ')} ${how}`, options.help, output))
      }
    })
  })
}
