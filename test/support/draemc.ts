import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

export const projectRoot = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const commandFile = join(projectRoot, 'dist', 'cli', 'main.js')

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Where {
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** What is piped in. */
  readonly input?: string
}

/** Runs the built command as a user would, with pipes for its output. */
export function draemc(args: readonly string[], { cwd = projectRoot, env = {}, input }: Where = {}): Ended {
  const { status, stdout, stderr } = spawnSync(process.execPath, [commandFile, ...args], {
    cwd,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    ...(input === undefined ? {} : { input }),
  })
  return { status, stdout, stderr }
}

export interface TerminalEnded {
  readonly status: number
  /** Whether the terminal's settings are what they were. */
  readonly restored: boolean
  /** Everything that was written to the terminal. */
  readonly screen: string
}

/** Runs the built command in a pseudo-terminal; `keys` are typed as `terminal.py` says. */
export function draemcInTerminal(
  args: readonly string[],
  size: { readonly rows: number; readonly columns: number },
  keys: readonly string[],
  where: Where = {},
): Promise<TerminalEnded> {
  const { CI: _ci, NO_COLOR: _noColour, ...environment } = process.env
  const script = join(projectRoot, 'test', 'support', 'terminal.py')
  const command = [script, `${size.rows}`, `${size.columns}`, ...keys, '--', process.execPath, commandFile, ...args]
  return new Promise((done, fail) => {
    const child = spawn('python3', command, {
      cwd: where.cwd ?? projectRoot,
      env: { ...environment, TERM: 'xterm-256color', ...where.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let screen = ''
    let report = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      screen += text
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      report += text
    })
    child.on('error', fail)
    child.on('close', () => {
      const last = report.trim().split('\n').at(-1) ?? ''
      try {
        done({ ...JSON.parse(last), screen })
      } catch {
        fail(new Error(`the pseudo-terminal did not report: ${report}`))
      }
    })
  })
}

/** A folder that is removed after the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}
