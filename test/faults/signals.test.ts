import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { describeNative } from '../support/native.js'
import { endless, eventsOf, smallProject, start, until, untilEvent } from './small-run.js'

describeNative('a run that a signal reaches', () => {
  const run = (cwd: string, ...args: readonly string[]) => {
    const out = join(cwd, 'out')
    return { out, ...start(['run', 'small.draem', '--plain', '--out', out, ...args], { cwd }) }
  }
  const resultsOf = (out: string) => JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))

  it('while its data is read: results that say so, nothing trained, 130', async () => {
    const { child, out, ended } = run(smallProject(), ...endless)
    await untilEvent(out, 'phase')
    child.kill('SIGTERM')
    expect(await ended).toBe(130)
    expect(resultsOf(out)).toMatchObject({ outcome: 'interrupted', steps: 0 })
    expect(eventsOf(out).at(-1)).toMatchObject({ type: 'run_finished', outcome: 'interrupted' })
  })

  it('as a batch system sends them, SIGUSR1 and then SIGTERM: an end in time, with a checkpoint', async () => {
    const { child, out, ended } = run(smallProject(), ...endless)
    await untilEvent(out, 'step')
    child.kill('SIGUSR1')
    child.kill('SIGTERM')
    expect(await ended).toBe(130)
    expect(existsSync(join(out, 'checkpoints', 'last.safetensors'))).toBe(true)
    expect(resultsOf(out).outcome).toBe('interrupted')
  })

  it('behind its last event: what the results say is the exit code', async () => {
    const { child, out, ended } = run(smallProject())
    await untilEvent(out, 'step')
    // So that the signals reach it in its own code, not while Node.js ends: then they end any program.
    child.kill('SIGSTOP')
    await untilEvent(out, 'run_finished')
    for (const signal of ['SIGINT', 'SIGINT', 'SIGTERM', 'SIGCONT'] as const) child.kill(signal)
    expect(await ended).toBe(0)
    expect(resultsOf(out).outcome).toBe('completed')
  })

  it('whose engine was stopped says it after 10 s, and ends when asked', async () => {
    const { child, out, ended, alive, stderr } = run(smallProject(), ...endless)
    await untilEvent(out, 'step')
    const pid = alive().length === 2 ? engineOf(child.pid) : undefined
    expect(pid).toBeDefined()
    process.kill(pid ?? 0, 'SIGSTOP')
    await until(() => stderr().includes(`\`kill -CONT ${pid}\` lets it go on`), 15_000)
    child.kill('SIGINT')
    expect(await ended).toBe(130)
    expect(resultsOf(out).outcome).toBe('interrupted')
  })
})

function engineOf(command: number | undefined): number {
  return Number(readFileSync(`/proc/${command}/task/${command}/children`, 'utf8').trim())
}
