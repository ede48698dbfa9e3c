import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { DirectoryInUse, joinLock, lockDirectory } from '../../src/files/lock.js'
import { projectRoot, temporaryDirectory } from '../support/draemc.js'

describe('a directory', () => {
  test('has one owner, who is named, and is free again', () => {
    const directory = temporaryDirectory()
    const lock = lockDirectory(directory)
    expect(readdirSync(directory)).toEqual(['lock.1'])
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUse)
    expect(() => lockDirectory(directory)).toThrow(
      `${directory} is in use by process ${process.pid} on ${hostname()} since 20`,
    )
    lock.release()
    expect(readdirSync(directory)).toEqual([])
    lockDirectory(directory).release()
  })

  test('is taken over from a process that is gone, also where its number is given again', () => {
    const directory = temporaryDirectory()
    const { pid } = spawnSync('true')
    const owner = JSON.parse(readFileSync(lockDirectory(directory).file, 'utf8'))
    const put = (name: string, changes: object) =>
      writeFileSync(join(directory, name), JSON.stringify({ ...owner, ...changes }))
    put('lock.1', { processes: [{ pid, started: '5' }] })
    expect(lockDirectory(directory)).toMatchObject({ file: join(directory, 'lock.2'), isTakenOver: true })
    put('lock.2', { processes: [{ pid: process.pid, started: '5' }] })
    lockDirectory(directory)
    put('lock.3', { boot: 'another' })
    lockDirectory(directory).release()
    expect(readdirSync(directory)).toEqual([])
  })

  test('is not taken over from where nobody can see whether it is in use', () => {
    const directory = temporaryDirectory()
    const lock = lockDirectory(directory)
    writeFileSync(lock.file, readFileSync(lock.file, 'utf8').replace(JSON.stringify(hostname()), '"elsewhere"'))
    expect(() => lockDirectory(directory)).toThrow(`on elsewhere since 20`)
    expect(() => lockDirectory(directory)).toThrow('remove lock.1 in it if the process is gone')
    writeFileSync(lock.file, 'what')
    expect(() => lockDirectory(directory)).toThrow('lock.1 in it names no process')
  })

  test('is taken over by the next start of the same batch job, on whatever host, and by no other job', () => {
    const directory = temporaryDirectory()
    const start = (job: string, restarts: string) => {
      vi.stubEnv('SLURM_JOB_ID', job)
      vi.stubEnv('SLURM_RESTART_COUNT', restarts)
    }
    onTestFinished(() => {
      vi.unstubAllEnvs()
    })
    start('17', '1')
    const lock = lockDirectory(directory)
    writeFileSync(lock.file, readFileSync(lock.file, 'utf8').replace(JSON.stringify(hostname()), '"elsewhere"'))
    // Another task of the same start, on another host.
    expect(() => lockDirectory(directory)).toThrow('on elsewhere since 20')
    start('18', '2')
    expect(() => lockDirectory(directory)).toThrow('on elsewhere since 20')
    start('17', '2')
    expect(lockDirectory(directory)).toMatchObject({ file: join(directory, 'lock.2'), isTakenOver: true })
  })

  test('stays owned while one of its processes lives', async () => {
    const directory = temporaryDirectory()
    const lock = lockDirectory(directory)
    joinLock(lock.file)
    const owner = JSON.parse(readFileSync(lock.file, 'utf8'))
    expect(owner.processes).toHaveLength(2)
    owner.processes[0] = { pid: 2 ** 22 + 1, started: '1' }
    writeFileSync(lock.file, JSON.stringify(owner))
    expect(() => lockDirectory(directory)).toThrow(DirectoryInUse)
  })

  test('is lost to whoever took it over before its second process joined', () => {
    const directory = temporaryDirectory()
    const lock = lockDirectory(directory)
    const text = readFileSync(lock.file, 'utf8')
    const owner = JSON.parse(text)
    writeFileSync(lock.file, JSON.stringify({ ...owner, processes: [{ pid: 2 ** 22 + 1, started: '1' }] }))
    writeFileSync(join(directory, 'lock.2'), text)
    expect(() => joinLock(lock.file)).toThrow(DirectoryInUse)
    expect(existsSync(lock.file)).toBe(false)
    expect(() => joinLock(lock.file)).toThrow(DirectoryInUse)
  })

  // File operations that take their time: each call of the lock's sleeps before it and after it.
  test('of processes with slow files, whose calls interleave, one owns it', async () => {
    const directory = temporaryDirectory()
    const program = join(directory, 'lock.mjs')
    await build({
      absWorkingDir: projectRoot,
      stdin: {
        contents: `
          import fs from 'node:fs'
          import { syncBuiltinESMExports } from 'node:module'
          const sleep = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 12 * Math.random())
          for (const name of ['linkSync', 'readdirSync', 'readFileSync', 'rmSync', 'writeFileSync']) {
            const call = fs[name]
            fs[name] = (...args) => { sleep(); try { return call(...args) } finally { sleep() } }
          }
          syncBuiltinESMExports()
          const { lockDirectory } = await import('./src/files/lock.js')
          for await (const line of console) {
            try { lockDirectory(line); console.log('owner') } catch (error) { console.log(error.name) }
          }`.replace(
          'for await (const line of console)',
          "for await (const line of (await import('node:readline')).createInterface(process.stdin))",
        ),
        resolveDir: projectRoot,
      },
      outfile: program,
      bundle: true,
      platform: 'node',
      format: 'esm',
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    })
    const children = [1, 2, 3].map(() => spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] }))
    const answer = (child: (typeof children)[number]) =>
      new Promise<string>((done) => child.stdout.once('data', (chunk: Buffer) => done(chunk.toString().trim())))
    try {
      for (let round = 0; round < 20; round++) {
        const contested = temporaryDirectory()
        // In every second round a process that is gone has it.
        if (round % 2 === 1)
          writeFileSync(
            join(contested, 'lock.4'),
            JSON.stringify({ host: hostname(), boot: 'before', since: '', processes: [] }),
          )
        const answers = children.map(answer)
        for (const child of children) child.stdin.write(`${contested}\n`)
        expect((await Promise.all(answers)).sort(), `round ${round}`).toEqual([
          'DirectoryInUse',
          'DirectoryInUse',
          'owner',
        ])
        expect(readdirSync(contested)).toEqual([round % 2 === 1 ? 'lock.5' : 'lock.1'])
      }
    } finally {
      for (const child of children) child.kill()
    }
  })
})
