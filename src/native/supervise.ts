import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { constants } from 'node:os'
import { parentVariable } from './parent.js'

/**
 * `supervise.js DIRECTORY COMMAND ARGUMENTS ...`: runs a program of somebody else (pip, npm, a compiler), in a process group
 * with all that it starts. When the process that asked for it has ended, or asks for the end by a signal, the whole group is killed
 * and, in the first case, the directory that it works in removed.
 */
function main([directory = '', command = '', ...args]: readonly string[]): void {
  const parent = Number(process.env[parentVariable] ?? process.ppid)
  const child = spawn(command, args, { stdio: 'inherit', detached: true })
  child.on('error', (error) => {
    process.stderr.write(`${error.message}\n`)
    process.exit(notStarted)
  })
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1)
    process.kill(process.pid, signal)
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      killGroup(child)
      process.exit(128 + constants.signals[signal])
    })
  setInterval(() => {
    if (process.ppid === parent) return
    killGroup(child)
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
    process.exit(128)
  }, 100)
}

/** As a shell says that there is no such command. */
const notStarted = 127

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended meanwhile.
  }
}

main(process.argv.slice(2))
