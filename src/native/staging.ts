import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { makeDirectory, writingTo } from '../files/writing.js'
import { enginesDirectory } from './locate.js'

const prefix = '.installing-'
/** A home may be shared by machines: of another's process only the age of its work is known. */
const oldMilliseconds = 24 * 3600 * 1000

/** A directory beside the engines to build one in; its name says whose it is. @throws CannotWrite */
export async function makeStaging(environment: NodeJS.ProcessEnv): Promise<string> {
  const engines = enginesDirectory(environment)
  writingTo(engines, () => makeDirectory(engines))
  return mkdtemp(join(engines, `${prefix}${process.pid}@${hostname()}-`))
}

/** What installations left that were killed, whole paths. */
export function abandonedStaging(environment: NodeJS.ProcessEnv = process.env): readonly string[] {
  const engines = enginesDirectory(environment)
  if (!existsSync(engines)) return []
  return readdirSync(engines)
    .filter((name) => name.startsWith(prefix))
    .map((name) => join(engines, name))
    .filter(isAbandoned)
}

export function removeStaging(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
}

function isAbandoned(directory: string): boolean {
  const [, pid, host] = /\.installing-(\d+)@(.+)-[^-]*$/.exec(directory) ?? []
  if (host === hostname()) return Number(pid) === process.pid || !isAlive(Number(pid))
  const { mtimeMs } = statSync(directory, { throwIfNoEntry: false }) ?? { mtimeMs: 0 }
  return Date.now() - mtimeMs > oldMilliseconds
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    // Somebody else's process.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
