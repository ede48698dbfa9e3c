import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { sha256 } from '../../src/files/hash.js'
import { decodeSafetensors, toFloat64 } from '../../src/plan/safetensors.js'
import { makeTinyProject } from '../faults/tiny-project.js'
import { draemc } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

describeNative('a run that begins with the weights of another', () => {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const run = (file: string, out: string, ...rest: readonly string[]) =>
    draemc(['run', file, '--out', out, '--plain', ...rest], { cwd: directory })
  const last = (out: string) => join(directory, out, 'checkpoints', 'last.safetensors')
  const tensors = (out: string) => decodeSafetensors(readFileSync(last(out))).tensors

  it('has them bit for bit, keeps the frozen ones, and records the file; the others are trained', () => {
    makeTinyProject(directory)
    const first = run('tiny.draem', 'first', '--set', 'train.max_steps=4', '--set', 'train.ema=0.5')
    expect(first.status, first.stderr).toBe(0)
    writeFileSync(
      join(directory, 'next.draem'),
      `import "tiny.draem"
pipeline next extends tiny {
  param frozen_half: bool = true
  model.teacher = if frozen_half { image |> frozen(weights("first/checkpoints/last.safetensors", detector(), prefix = "mask")) } else { image |> weights("first/checkpoints/last.safetensors", detector(), prefix = "mask") }
  model.mask    = concat(image, teacher) |> detector()
  train.max_steps = 3
}
`,
    )
    const next = run('next.draem', 'next')
    expect(next.status, next.stderr).toBe(0)
    expect(next.stderr).toContain(`(a checkpoint of draemc, sha256 ${sha256(readFileSync(last('first')))})`)
    const [taken, made] = [tensors('first'), tensors('next')]
    const values = (of: typeof taken, name: string) => toFloat64(of.get(name) ?? expect.fail(name))
    const statistics = [...taken.keys()].filter((name) => /^mask\.norm\.running_\w+$/.test(name))
    const weights = [...taken.keys()].filter((name) => /^mask\.(?:.*\.)?(?:kernel|bias|scale|offset)$/.test(name))
    expect(statistics).toHaveLength(2)
    expect(weights.length).toBeGreaterThan(5)
    for (const name of [...statistics, ...weights]) {
      // The averages are what the first run evaluated; a bias before a norm never moves, and has none.
      const source = taken.has(`${name}.average`) ? `${name}.average` : name
      expect(values(made, name.replace('mask', 'teacher')), name).toEqual(values(taken, source))
    }
    expect([...made.keys()].filter((name) => /^teacher\..*adam/.test(name))).toEqual([])
    expect([...made.keys()].some((name) => /^mask\..*adam/.test(name))).toBe(true)

    const trained = run('next.draem', 'trained', '--set', 'frozen_half=false')
    expect(trained.status, trained.stderr).toBe(0)
    expect(values(tensors('trained'), 'teacher.conv.kernel')).not.toEqual(values(taken, 'mask.conv.kernel.average'))
  }, 60_000)

  it('is refused before the first step where the file is gone', () => {
    rmSync(last('first'))
    const gone = run('next.draem', 'gone')
    expect(gone.status).toBe(3)
    expect(gone.stderr).toContain('D137')
    expect(readdirSync(directory)).not.toContain('gone')
  }, 30_000)
})
