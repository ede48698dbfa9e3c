import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { start, until } from './small-run.js'

/** A cache of its own, and a Python whose pip downloads for ever, with a child, as on a network that hangs. */
function place() {
  const cwd = temporaryDirectory()
  const [cache, programs] = [join(cwd, 'cache'), join(cwd, 'programs')]
  mkdirSync(programs)
  const python = join(programs, 'python3')
  writeFileSync(python, '#!/bin/sh\nhead -c 1000000 /dev/zero > "$TMPDIR/part"\nsleep 1000 &\nsleep 1000\n')
  chmodSync(python, 0o755)
  const engines = join(cache, 'engines')
  return { cwd, engines, env: { DRAEMC_CACHE: cache, PATH: `${programs}:${process.env.PATH}` } }
}

describe('an installation that is interrupted', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
    'by %s leaves no process and no file',
    async (signal) => {
      const { cwd, engines, env } = place()
      const install = start(['engine', 'install'], { cwd, env })
      await until(() => install.alive().filter((line) => line.startsWith('sleep')).length === 2, 20_000)
      expect(readdirSync(engines)).toHaveLength(1)
      install.child.kill(signal)
      expect(await install.ended).toBe(signal === 'SIGKILL' ? 'SIGKILL' : 130)
      await until(() => install.alive().length === 0 && readdirSync(engines).length === 0, 5000)
    },
  )
})

describe('what an installation left that was killed with all that watched it', () => {
  it('is reported by doctor, and removed by --fix; the work of one that goes on stays', () => {
    const { cwd, engines, env } = place()
    // No process has this number.
    const left = join(engines, `.installing-4194305@${hostname()}-Ab1`)
    const going = join(engines, `.installing-${process.pid}@${hostname()}-Ab2`)
    for (const directory of [left, going]) mkdirSync(directory, { recursive: true })
    const quick = { cwd, env: { ...env, PATH: '/nowhere' } }
    expect(draemc(['doctor'], quick).stdout).toContain(`${left}, of an installation that was killed`)
    const fixed = draemc(['doctor', '--fix'], quick)
    expect(fixed.stderr).toBe(`removed ${left}\n`)
    expect(fixed.stdout).not.toContain('.installing')
    expect([existsSync(left), existsSync(going)]).toEqual([false, true])
  })
})
