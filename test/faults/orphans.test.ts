import { mkdirSync, openSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeNative } from '../support/native.js'
import { endless, pause, smallProject, start, until } from './small-run.js'

/** Spread over a start of this length: before the fork, while the engine is loaded, in the scan, at the steps. */
const moments = Number(process.env.DRAEMC_FAULTS_MINUTES ?? 0) > 0 ? 50 : 3
const spread = 4000

describeNative('a command that is killed', (engine) => {
  it(`leaves no process that outlives it by 5 s, at each of ${moments} moments`, { timeout: 600_000 }, async () => {
    const cwd = smallProject()
    for (let moment = 0; moment < moments; moment += 1) {
      const out = join(cwd, `out-${moment}`)
      // Every other one writes to a full disk.
      const stdout = moment % 2 === 0 ? 'ignore' : openSync('/dev/full', 'w')
      const run = start(['run', 'small.draem', '--json', '--out', out, ...endless], {
        cwd,
        stdio: ['ignore', stdout, 'ignore'],
      })
      await pause(((moment + 0.5) * spread) / moments)
      run.child.kill('SIGKILL')
      expect(await run.ended).toBe('SIGKILL')
      await until(() => run.alive().length === 0, 5000)
      rmSync(out, { recursive: true, force: true })
    }
  })

  it('leaves neither the process that measures convolutions nor what that works in', async () => {
    const cwd = smallProject()
    const temporary = join(cwd, 'temporary')
    mkdirSync(temporary)
    // Another cache has no measurements.
    const env = { TMPDIR: temporary, DRAEMC_CACHE: join(cwd, 'cache'), DRAEMC_ENGINE_DIR: engine.directory }
    const wide = ['--set', 'width=64', '--set', 'data.batch=12', '--set', 'train.precision=bf16']
    const run = start(['run', 'small.draem', ...wide], { cwd, env })
    await until(() => run.alive().some((line) => line.includes('trials.js')), 20_000)
    run.child.kill('SIGKILL')
    await until(() => run.alive().length === 0, 5000)
    expect(readdirSync(temporary)).toEqual([])
  })
})
