import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { changedLines } from '../../src/source/changed-lines.js'
import { draemc, projectRoot } from '../support/draemc.js'

describe('draemc golden', () => {
  let directory = ''
  const golden = (...args: readonly string[]) => draemc(['golden', ...args], { cwd: directory })
  const file = () => join(directory, 'experiments', 'quickstart.draem')
  const record = () => `${file()}.golden`
  const edit = (from: string, to: string) => writeFileSync(file(), readFileSync(file(), 'utf8').replace(from, to))

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'experiments', 'quickstart.draem'))
    writeFileSync(join(directory, 'experiments', 'blocks.draem'), 'block twice(x: map) -> map {\n  return x + x\n}\n')
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('records what an experiment means beside its file, and says nothing while that stays', () => {
    expect(golden('experiments')).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'experiments/quickstart.draem.golden: not there yet\n`draemc golden --update` records what the experiments mean now\n',
    })
    expect(golden('experiments', '--update')).toMatchObject({
      status: 0,
      stderr: 'experiments/quickstart.draem.golden: recorded\n',
    })
    const text = readFileSync(record(), 'utf8')
    expect(text).toMatch(/^pipeline quickstart\nparameters 1622884, 1622884 trained\nFLOPs \d+ forward of an image, /)
    expect(text).toContain('\ndata.root = "../datasets/hdmap-example"\n')
    expect(existsSync(join(directory, 'experiments', 'blocks.draem.golden'))).toBe(false)
    // Layout, comments and the working directory change nothing.
    edit('  seed = 1 //', '\n  // The first of three.\n  seed = 1 //')
    expect(draemc(['golden', '.'], { cwd: join(directory, 'experiments') })).toMatchObject({
      status: 0,
      stdout: '',
      stderr: '',
    })
  })

  it('shows what an edit changes, setting by setting', () => {
    golden('experiments', '--update')
    edit('lr = 1e-3', 'lr = 2e-3')
    const { status, stdout } = golden('experiments')
    expect(status).toBe(1)
    expect(stdout).toBe(
      'experiments/quickstart.draem.golden:\n- train.optimizer.lr = 0.001\n+ train.optimizer.lr = 0.002\n',
    )
    edit('gamma = 2', 'gamma = 1')
    const changed = golden('experiments').stdout.split('\n')
    expect(changed.filter((line) => /^[-+] train_step /.test(line)).length).toBe(2)
    expect(changed.filter((line) => /^[-+] (predict|init) /.test(line))).toEqual([])
  })

  it('reports a record whose file is gone, and removes it with --update', () => {
    golden('experiments', '--update')
    rmSync(file())
    expect(golden('experiments')).toMatchObject({ status: 1 })
    expect(golden('experiments', '--update').stderr).toContain('its file is gone, or has no pipeline: removed')
    expect(existsSync(record())).toBe(false)
  })

  it('reports the mistakes of a file, and leaves its record', () => {
    golden('experiments', '--update')
    edit('bilinear', 'bilinaer')
    expect(golden('experiments', '--update')).toMatchObject({ status: 3 })
    expect(existsSync(record())).toBe(true)
    expect(golden('nothing')).toMatchObject({ status: 2 })
  })
})

it('the shipped pipelines mean what is recorded beside them: `draemc golden pipelines --update` records an intended change', () => {
  const { status, stdout, stderr } = draemc(['golden', 'pipelines'], { cwd: projectRoot })
  expect(stdout + stderr).toBe('')
  expect(status).toBe(0)
})

it('changed lines are as few as can be, and in the order of the texts', () => {
  const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 8 })
  const isWithin = (some: readonly string[], all: readonly string[]) => {
    let found = 0
    for (const line of all) if (line === some[found]) found += 1
    return found === some.length
  }
  const longestCommon = (left: readonly string[], right: readonly string[]): number => {
    const choices = Array.from({ length: 2 ** left.length }, (_, bits) => left.filter((_, i) => bits & (1 << i)))
    return Math.max(...choices.filter((some) => isWithin(some, right)).map((some) => some.length))
  }
  fc.assert(
    fc.property(lines, lines, (before, now) => {
      const changed = changedLines(before.join('\n'), now.join('\n'))
      const of = (mark: string) => changed.filter((line) => line.startsWith(mark)).map((line) => line.slice(2))
      const common = longestCommon(before, now)
      expect([of('- ').length, of('+ ').length]).toEqual([before.length - common, now.length - common])
      expect(isWithin(of('- '), before) && isWithin(of('+ '), now)).toBe(true)
    }),
  )
})
