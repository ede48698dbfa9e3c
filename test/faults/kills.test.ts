import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, watch } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { RunPlan } from '../../src/plan/run-plan.js'
import { readCheckpoint } from '../../src/train/checkpoint/file.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { goOn, pick, randomNumbers, report, timeLimit } from './budget.js'
import { pause, type Started, start, until } from './small-run.js'
import { makeTinyProject } from './tiny-project.js'
import { expectSameRun } from './whole-run.js'

describeNative('kill -9', () => {
  it('at any moment, of the command, the engine or both, loses nothing of a run that goes on', {
    timeout: timeLimit,
  }, async () => {
    const random = randomNumbers('kills')
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const whole = join(directory, 'whole')
    const began = performance.now()
    expect(draemc(['run', pipeline, '--out', whole], { cwd: directory }).status).toBe(0)
    const length = performance.now() - began
    const count = { kills: 0, runs: 0, writes: 0, late: 0 }
    const since = performance.now()
    while (goOn(count.kills, 3, 0.5, since)) {
      const out = join(directory, `run${count.runs}`)
      let what = ''
      // A run may be killed again while it goes on.
      for (let chance = 1; random() < chance; chance = 0.3) {
        const victim = pick(random, ['command', 'engine', 'both'] as const)
        const isAimed = random() < 1 / 3
        // One that goes on has less to do.
        const part = existsSync(join(out, 'plan.json')) ? 0.5 : 0.9
        const run = start(argumentsOf(pipeline, out), { cwd: directory })
        if (isAimed) await untilWrite(out, Math.floor(random() * part * 50), run.ended)
        else await Promise.race([pause(random() * part * length), run.ended])
        const engine = engineOf(run.child.pid)
        const victims = [victim === 'engine' ? undefined : run.child.pid, victim === 'command' ? undefined : engine]
        for (const pid of victims) kill(pid)
        what += ` ${victim}${isAimed ? ' at a write' : ''}`
        count.kills++
        if (isAimed) count.writes++
        if ((await ended(run, victim)) === 0) count.late++
        await until(() => run.alive().length === 0, 5000)
        expectWhole(out, what)
      }
      const last = draemc(argumentsOf(pipeline, out), { cwd: directory })
      expect(last.stderr).not.toContain('bug')
      expect(last.status, `killed:${what}\n${last.stderr}`).toBe(0)
      expectSameRun(out, whole, `killed:${what}`)
      rmSync(out, { recursive: true })
      count.runs++
    }
    report(
      `kill -9: ${count.kills} kills (${count.writes} at writes, ${count.late} after the end) of ${count.runs} runs, ` +
        `${count.runs} of ${count.runs} with the bits of the uninterrupted run, nothing left behind`,
    )
  })
})

function argumentsOf(pipeline: string, out: string): readonly string[] {
  return existsSync(join(out, 'plan.json')) ? ['run', '--resume', out] : ['run', pipeline, '--out', out]
}

/** The engine may have left nothing to kill: the command ends by itself then. */
async function ended(run: Started, victim: string): Promise<unknown> {
  if (victim !== 'engine') return run.ended
  const late = pause(20_000).then(() => 'waiting')
  return Promise.race([run.ended, late])
}

/** What a killed process leaves is whole, whoever reads it now. */
function expectWhole(out: string, what: string): void {
  if (!existsSync(join(out, 'plan.json'))) return
  const plan = JSON.parse(readFileSync(join(out, 'plan.json'), 'utf8')) as RunPlan
  for (const name of ['manifest.json', 'settings.json', 'data.json', 'results.json', 'checkpoints/best.json'])
    if (existsSync(join(out, name))) JSON.parse(readFileSync(join(out, name), 'utf8'))
  const checkpoints = join(out, 'checkpoints')
  if (!existsSync(checkpoints)) return
  for (const name of readdirSync(checkpoints).filter((each) => /^(last|best-epoch\d+)\.safetensors$/.test(each)))
    expect(readCheckpoint(join(checkpoints, name), plan.state).metadata.step, what).toBeGreaterThanOrEqual(0)
}

/** Once something in the directory was written so many times; a run that is about to end writes no more. */
async function untilWrite(out: string, count: number, end: Promise<unknown>): Promise<void> {
  mkdirSync(out, { recursive: true })
  let seen = 0
  let done: () => void = () => undefined
  const enough = new Promise<void>((resolve) => {
    done = resolve
  })
  const onWrite = (): void => {
    if (++seen > count) done()
    const folder = join(out, 'checkpoints')
    if (watchers.length === 1 && existsSync(folder)) watchers.push(watch(folder, onWrite))
  }
  const watchers = [watch(out, onWrite)]
  await Promise.race([enough, end])
  for (const watcher of watchers) watcher.close()
}

function engineOf(command: number | undefined): number | undefined {
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      if (parent === command && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('engine.js')) return Number(name)
    } catch {
      // It ended meanwhile.
    }
  }
  return undefined
}

function kill(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself.
  }
}
