import { randomBytes } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { isRecord } from './json.js'
import { systemErrorCode } from './system-error.js'

/** Who writes to a directory. */
interface Owner {
  readonly host: string
  /** Of the host: another one is another start of it, which no process outlives. */
  readonly boot: string
  readonly since: string
  /** Of a batch job. */
  readonly job?: Job
  readonly processes: readonly OwnerProcess[]
}

/** A job of Slurm, and how many times it was queued again. */
interface Job {
  readonly id: string
  readonly restarts: number
}

interface OwnerProcess {
  readonly pid: number
  /** In the system's own ticks: a pid is given again. */
  readonly started: string
}

interface FoundLock {
  readonly file: string
  readonly number: number
  /** Undefined where the file says nothing that is understood. */
  readonly owner: Owner | undefined
}

/** Somebody else writes to the directory. */
export class DirectoryInUse extends Error {
  override readonly name = 'DirectoryInUse'

  constructor(directory: string, { file, owner }: Omit<FoundLock, 'number'>) {
    super(`${directory} is in use ${describe(file, owner)}`)
  }
}

export interface DirectoryLock {
  readonly file: string
  /** Whether the process that had the directory before ended without giving it back. */
  readonly isTakenOver: boolean
  release(): void
}

/**
 * Takes a directory for this process alone, with a file `lock.N` that names process, host and start. A lock of processes that
 * are gone is taken over by the next number, which one of several can make. Readers need no lock.
 *
 * Whoever sees the lock of another living process after having made its own gives way: of two that overlap the later one
 * to look sees the other, so both never go on.
 *
 * @throws DirectoryInUse
 */
export function lockDirectory(directory: string): DirectoryLock {
  const found = locksIn(directory)
  refuseLiving(directory, found)
  const file = join(directory, `lock.${1 + Math.max(0, ...found.map(({ number }) => number))}`)
  const job = thisJob()
  const me = {
    ...{ host: hostname(), boot: bootId(), since: new Date().toISOString() },
    ...(job === undefined ? {} : { job }),
    processes: [thisProcess()],
  }
  createWhole(file, print(me))
  keepOrRelease(directory, file)
  for (const dead of found) rmSync(dead.file, { force: true })
  for (const name of readdirSync(directory))
    if (temporaryName.test(name)) rmSync(join(directory, name), { force: true })
  return { file, isTakenOver: found.length > 0, release: () => rmSync(file, { force: true }) }
}

/**
 * Makes this process an owner beside the one that locked the directory and started it: the lock holds while one of them lives.
 *
 * @throws DirectoryInUse where another has taken it over meanwhile
 */
export function joinLock(file: string): Pick<DirectoryLock, 'release'> {
  const owner = readOwner(file)
  if (owner === undefined) throw new DirectoryInUse(dirname(file), { file, owner })
  const temporary = temporaryFor(file)
  writeFileSync(temporary, print({ ...owner, processes: [...owner.processes, thisProcess()] }), { flag: 'wx' })
  renameSync(temporary, file)
  keepOrRelease(dirname(file), file)
  return { release: () => rmSync(file, { force: true }) }
}

/** Whether a name in a directory is that of a lock, or of one that is being made. */
export function isLockName(name: string): boolean {
  return /^lock\.\d+$/.test(name) || temporaryName.test(name)
}

const temporaryName = /^\.lock\.\d+\.[0-9a-f]+\.tmp$/

function temporaryFor(file: string): string {
  return join(dirname(file), `.lock.${process.pid}.${randomBytes(6).toString('hex')}.tmp`)
}

/** With its content from the first moment on. @throws DirectoryInUse where it is there. */
function createWhole(file: string, content: string): void {
  const temporary = temporaryFor(file)
  try {
    writeFileSync(temporary, content, { flag: 'wx' })
    linkSync(temporary, file)
  } catch (error) {
    const code = systemErrorCode(error)
    // Whoever has the directory by now has removed the temporary file.
    if (code === 'EEXIST' || (code === 'ENOENT' && isSystemCall(error, 'link')))
      throw new DirectoryInUse(dirname(file), { file, owner: readOwner(file) })
    // A file system without links: the file is there before its content is, which the others take for a lock of somebody unknown.
    if (code === 'EPERM' || code === 'ENOTSUP' || code === 'EOPNOTSUPP') createExclusively(file, content)
    else throw error
  } finally {
    rmSync(temporary, { force: true })
  }
}

function isSystemCall(error: unknown, name: string): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === name
}

function createExclusively(file: string, content: string): void {
  try {
    writeFileSync(file, content, { flag: 'wx' })
  } catch (error) {
    if (systemErrorCode(error) !== 'EEXIST') throw error
    throw new DirectoryInUse(dirname(file), { file, owner: readOwner(file) })
  }
}

function keepOrRelease(directory: string, own: string): void {
  try {
    refuseLiving(
      directory,
      locksIn(directory).filter(({ file }) => file !== own),
    )
  } catch (error) {
    rmSync(own, { force: true })
    throw error
  }
}

function refuseLiving(directory: string, locks: readonly FoundLock[]): void {
  const living = locks.find(({ owner }) => owner === undefined || isLiving(owner))
  if (living !== undefined) throw new DirectoryInUse(directory, living)
}

function locksIn(directory: string): readonly FoundLock[] {
  return readdirSync(directory).flatMap((name) => {
    const number = /^lock\.(\d{1,9})$/.exec(name)?.[1]
    const file = join(directory, name)
    return number === undefined ? [] : [{ file, number: Number(number), owner: readOwner(file) }]
  })
}

function readOwner(file: string): Owner | undefined {
  try {
    const owner: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return isOwner(owner) ? owner : undefined
  } catch {
    return undefined
  }
}

function isOwner(value: unknown): value is Owner {
  if (!isRecord(value) || !Array.isArray(value.processes)) return false
  return (
    [value.host, value.boot, value.since].every((text) => typeof text === 'string') &&
    (value.job === undefined || (isRecord(value.job) && typeof value.job.restarts === 'number')) &&
    value.processes.every(
      (each) => isRecord(each) && Number.isSafeInteger(each.pid) && typeof each.started === 'string',
    )
  )
}

/** Of another host nobody knows here: it is taken to live. */
function isLiving({ host, boot, job, processes }: Owner): boolean {
  const mine = thisJob()
  // Slurm starts a job again when it has ended, whether by a signal or with its node.
  if (job !== undefined && job.id === mine?.id && job.restarts < mine.restarts) return false
  if (host !== hostname()) return true
  return boot === bootId() && processes.some(({ pid, started }) => startOf(pid) === started)
}

function thisJob(): Job | undefined {
  const { SLURM_JOB_ID: id, SLURM_RESTART_COUNT: restarts } = process.env
  return id === undefined ? undefined : { id, restarts: Number(restarts ?? 0) }
}

function thisProcess(): OwnerProcess {
  return { pid: process.pid, started: startOf(process.pid) ?? '' }
}

/** Undefined of a process that is not there, or ended and was not waited for. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // Behind the name, which may hold anything: state first, the start as the 20th.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
  } catch {
    return undefined
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
  } catch {
    return ''
  }
}

function print(owner: Owner): string {
  return `${JSON.stringify(owner)}\n`
}

function describe(file: string, owner: Owner | undefined): string {
  const name = basename(file)
  if (owner === undefined) return `or was: ${name} in it names no process; remove it where no run is under way`
  const pids = owner.processes.map(({ pid }) => pid).join(', ')
  const by = `by process ${pids} on ${owner.host} since ${owner.since}`
  if (owner.host === hostname()) return by
  return `${by}; this is ${hostname()}, from where that cannot be seen: remove ${name} in it if the process is gone`
}
