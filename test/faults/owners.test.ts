import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { start, untilEvent } from './small-run.js'
import { makeTinyProject } from './tiny-project.js'
import { expectSameRun } from './whole-run.js'

describeNative('a directory that several commands name', () => {
  it('is one run’s, then one resume’s, while a reader looks on', async () => {
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const [whole, out] = [join(directory, 'whole'), join(directory, 'run')]
    expect(draemc(['run', pipeline, '--out', whole], { cwd: directory }).status).toBe(0)
    let reads = 0
    const reader = setInterval(() => {
      for (const name of ['manifest.json', 'plan.json', 'data.json', 'checkpoints/best.json', 'results.json'])
        if (existsSync(join(out, name))) JSON.parse(readFileSync(join(out, name), 'utf8'))
      reads++
    }, 5)
    try {
      const runs = [0, 1].map(() => start(['run', pipeline, '--out', out], { cwd: directory }))
      const ends = await Promise.all(runs.map(({ ended }) => ended))
      expect([...ends].sort()).toEqual([0, 2])
      expect(runs.map(({ stderr }) => stderr()).find((_, index) => ends[index] === 2)).toMatch(
        /is in use by|holds a run/,
      )
      expectSameRun(out, whole, 'two runs')
      expect(readdirSync(out).filter((name) => name.startsWith('lock'))).toEqual([])

      rmSync(out, { recursive: true })
      const first = start(['run', pipeline, '--out', out], { cwd: directory })
      await untilEvent(out, 'checkpoint')
      first.child.kill('SIGTERM')
      expect(await first.ended).toBe(130)
      const resumes = [0, 1].map(() => start(['run', '--resume', out], { cwd: directory }))
      expect((await Promise.all(resumes.map(({ ended }) => ended))).sort()).toEqual([0, 2])
      expect(resumes.map(({ stderr }) => stderr()).join('')).toMatch(/is in use by process/)
      expectSameRun(out, whole, 'two resumes')
    } finally {
      clearInterval(reader)
    }
    expect(reads).toBeGreaterThan(0)
  })
})
