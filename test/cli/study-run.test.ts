import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeTinyProject } from '../faults/tiny-project.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { interrupted } from '../support/interrupted.js'
import { describeNative } from '../support/native.js'

const study = `
study values of tiny {
  vary train.optimizer.lr = [
    1e-3,
    // as published
    1e-2,
  ]
  seeds = [1, 2]
  compare = [val.auroc(score), targets.auroc(score)]
}
`

/** The study in a directory below the one that it is run from: its paths are those of its file. */
function makeStudy(): { readonly cwd: string; readonly file: string } {
  const cwd = temporaryDirectory()
  const directory = join(cwd, 'project')
  mkdirSync(directory)
  makeTinyProject(directory)
  appendFileSync(join(directory, 'tiny.draem'), study)
  return { cwd, file: 'project/tiny.draem' }
}

interface Compared {
  readonly cells: readonly {
    readonly number: number
    readonly label: string
    readonly directory: string
    readonly state: string
    readonly values: Readonly<Record<string, number>>
  }[]
  readonly rows: readonly {
    readonly runs: number
    readonly spreads: Readonly<Record<string, { readonly mean: number; readonly count: number }>>
    readonly differences: Readonly<Record<string, { readonly pairs: number; readonly mean: number }>>
  }[]
}

function compared(cwd: string, args: readonly string[]): Compared {
  const { status, stdout, stderr } = draemc(['study', 'compare', ...args, '--json'], { cwd })
  expect(status, stderr).toBe(0)
  return JSON.parse(stdout)
}

describeNative('draemc study run', () => {
  it('runs each cell once, whatever ends it between, and compares what they came to', async () => {
    const { cwd, file } = makeStudy()
    const stopped = await interrupted(
      cwd,
      ['study', 'run', file],
      (event) => event.type === 'validation' && event.epoch === 2,
    )
    expect(stopped.status).toBe(130)
    expect(compared(cwd, [file]).cells.map(({ state }) => state)).toEqual(['begun', 'not run', 'not run', 'not run'])

    const alone = draemc(['study', 'run', file, '--cell', '3', '--plain'], { cwd })
    expect(alone).toMatchObject({ status: 0, stdout: '' })
    expect(alone.stderr).toContain('cell 3 of 4: train.optimizer.lr=1e-2, seed=1')

    const rest = draemc(['study', 'run', file, '--plain'], { cwd })
    expect(rest.status, rest.stderr).toBe(0)
    expect(rest.stderr).toContain('cell 3 of 4: train.optimizer.lr=1e-2, seed=1: completed before\n')
    expect(rest.stdout).toContain('study values of tiny: 4 cells: 4 completed')
    const { cells, rows } = compared(cwd, [file])
    for (const { directory, values } of cells) {
      const results = JSON.parse(readFileSync(join(directory, 'results.json'), 'utf8'))
      expect(values['targets.auroc(score)']).toBe(results.targets['auroc(score)'])
      const options = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')).options
      expect(options[0]).toBe('--study values')
    }
    const means = [0, 2].map((place) => {
      const [one = 0, two = 0] = cells.slice(place).map(({ values }) => values['targets.auroc(score)'])
      return (one + two) / 2
    })
    expect(rows.map(({ spreads }) => spreads['targets.auroc(score)'])).toMatchObject(
      means.map((mean) => ({ mean, count: 2 })),
    )
    expect(rows[1]?.differences['targets.auroc(score)']?.pairs).toBe(2)

    // The interrupted cell is the run of its pipeline by itself.
    const [first] = cells
    const settings = ['--set', 'train.optimizer.lr=1e-3', '--set', 'seed=1']
    expect(draemc(['run', file, ...settings, '--out', 'by itself'], { cwd }).status).toBe(0)
    const scores = (directory: string) => readFileSync(join(directory, 'predictions.csv'), 'utf8')
    expect(scores(first?.directory ?? '')).toBe(scores(join(cwd, 'by itself')))

    // Nothing is left to do, and nothing is done.
    const events = cells.map(({ directory }) => readFileSync(join(directory, 'events.jsonl'), 'utf8'))
    expect(draemc(['study', 'run', file], { cwd }).status).toBe(0)
    expect(cells.map(({ directory }) => readFileSync(join(directory, 'events.jsonl'), 'utf8'))).toEqual(events)

    // Carried elsewhere, runs and all, it is the same study; with another setting it is another.
    renameSync(cwd, `${cwd}-elsewhere`)
    expect(compared(`${cwd}-elsewhere`, [file]).cells.every(({ state }) => state === 'completed')).toBe(true)
    const other = compared(`${cwd}-elsewhere`, [file, '--set', 'train.optimizer.weight_decay=0.5'])
    expect(other.cells.map(({ state }) => state)).toEqual(['not run', 'not run', 'not run', 'not run'])
    renameSync(`${cwd}-elsewhere`, cwd)

    expect(draemc(['study', 'slurm', file], { cwd }).stderr).toBe('error: no cell of values is left to run\n')
    const anew = draemc(['study', 'slurm', file, '--set', 'train.epochs=3', '--out', 'anew'], { cwd }).stdout
    expect(anew).toContain('#SBATCH --array=1-4\n')
    expect(anew).toContain(
      `study run ${file} --study values --out anew --set train.epochs=3 --cell "$SLURM_ARRAY_TASK_ID"`,
    )

    const table = draemc(['study', 'compare', file, '--csv'], { cwd }).stdout.trimEnd().split('\n')
    expect(table).toHaveLength(5)
    expect(table[0]).toBe('cell,train.optimizer.lr,seed,state,directory,val.auroc(score),targets.auroc(score)')

    // A file of the results that was changed is no result.
    writeFileSync(join(first?.directory ?? '', 'results.json'), '{"outcome": "completed"}')
    expect(compared(cwd, [file]).cells[0]?.state).toBe('begun')
    writeFileSync(join(first?.directory ?? '', 'resolved.txt'), 'another')
    expect(compared(cwd, [file]).cells[0]?.state).toBe('damaged')
    const damaged = draemc(['study', 'compare', file], { cwd }).stdout
    expect(damaged).toContain('study values of tiny: 4 cells: 3 completed, 1 damaged')
    expect(damaged).toContain('cell 1 (train.optimizer.lr=1e-3, seed=1) damaged: ')
  })

  it('shares a study with others: each cell is run by one of them', async () => {
    const { cwd, file } = makeStudy()
    const args = ['study', 'run', file, '--set', 'train.epochs=4']
    const never = (): boolean => false
    const ended = await Promise.all([interrupted(cwd, args, never), interrupted(cwd, args, never)])
    const { cells } = compared(cwd, [file, '--set', 'train.epochs=4'])
    expect(cells.map(({ state }) => state)).toEqual(['completed', 'completed', 'completed', 'completed'])
    // Who ends first may leave a cell to the other.
    expect(ended.map(({ status }) => status).sort()).toContain(0)
    for (const { directory } of cells)
      expect(readFileSync(join(directory, 'events.jsonl'), 'utf8').match(/"run_started"/g)).toHaveLength(1)
  })

  it('goes on with the other cells when one fails', () => {
    const { cwd, file } = makeStudy()
    const failing = readFileSync(join(cwd, file), 'utf8').replace('    1e-2,', '    1e30,')
    writeFileSync(join(cwd, file), failing)
    const ended = draemc(['study', 'run', file, '--plain', '--set', 'train.epochs=1'], { cwd })
    expect(ended.status).toBe(1)
    expect(ended.stdout).toContain('4 cells: 2 completed, 2 failed')
    // The patience is longer than one epoch in each of the cells.
    expect(ended.stderr.match(/^warning\[D108\]/gm)).toHaveLength(1)
    const again = draemc(['study', 'run', file, '--cell', '3-4', '--plain', '--set', 'train.epochs=1'], { cwd })
    expect(again.status).toBe(1)
    expect(again.stderr.match(/^failed before: /gm)).toHaveLength(2)
    expect(again.stderr).toContain(
      'help: to run it again, remove its directory: rm -r runs/values/train.optimizer.lr=1e30,seed=1-',
    )
    expect(readdirSync(join(cwd, 'runs', 'values'))).toHaveLength(4)
  })
})

describe('draemc study', () => {
  it('finds the mistakes of every cell before it runs one', () => {
    const { cwd, file } = makeStudy()
    const text = readFileSync(join(cwd, file), 'utf8')
    const run = (...args: readonly string[]) => draemc(['study', 'run', file, ...args], { cwd })
    expect(run('--set', 'seed=4').stderr).toBe('error: --set seed: the study values varies it\n')
    expect(run('--study', 'value').stderr).toContain(
      `${file} has no study value; did you mean values? (its studies: values)`,
    )
    expect(run('--cell', '5').stderr).toBe('error: there is no cell 5: the study has 4\n')
    expect(run('--cell', '0').stderr).toContain('They are rising numbers from 1: 3, or 1-9,12.')
    expect(run('--cell', '3-1').status).toBe(2)
    const unknown = run('--set', 'train.epochz=1')
    expect(unknown.status).toBe(3)
    expect(unknown.stderr.match(/error\[/g)).toHaveLength(1)
    expect(unknown.stderr).toContain('errors in 4 of 4 cells')

    // Each value goes with the pipeline, and two of them do not go together.
    writeFileSync(
      join(cwd, file),
      `${text.replace('image = 32x32', 'image = 64x64')}\nstudy together of tiny {\n  vary data.image = [32x32, 64x64]\n  vary synthesis.width = [4px .. 8px, 40px .. 50px]\n}\n`,
    )
    const together = draemc(['study', 'run', file, '--study', 'together'], { cwd })
    expect(together.status, together.stderr).toBe(3)
    expect(together.stderr).toContain('errors in 1 of 4 cells')
    expect(existsSync(join(cwd, 'runs'))).toBe(false)

    renameSync(join(cwd, 'project', 'data'), join(cwd, 'gone'))
    expect(run('--study', 'values').status).toBe(4)

    writeFileSync(join(cwd, file), text.slice(0, text.indexOf('study values')))
    renameSync(join(cwd, 'gone'), join(cwd, 'project', 'data'))
    expect(run().stderr).toContain(`error: ${file} has no study\n  help: declare one`)
  })
})
