import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { auroc } from '../../src/train/metrics/auroc.js'
import { rank } from '../../src/train/metrics/ranking.js'
import type { RunResults } from '../../src/train/results.js'
import { draemc, projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

describeNative('data that lies as MVTec AD does', () => {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('is trained and tested on a category of several classes of defects, each with its own results', () => {
    expect(draemc(['data', 'hdmap-example', 'example', '--size', '0.2'], { cwd: directory }).status).toBe(0)
    const category = join(directory, 'mvtec', 'metal nut')
    cpSync(join(directory, 'example', 'domain_A'), category, { recursive: true })
    rmSync(join(category, 'test', 'severity.csv'))
    const classes = ['bent wire', 'crack'] as const
    for (const part of ['test', 'ground_truth']) {
      for (const name of classes) mkdirSync(join(category, part, name))
      readdirSync(join(category, part, 'fault')).forEach((file, index) => {
        const name = classes[Number(index > 2)] ?? ''
        renameSync(join(category, part, 'fault', file), join(category, part, name, file))
      })
      rmSync(join(category, part, 'fault'), { recursive: true })
    }
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'quickstart.draem'))
    writeFileSync(
      join(directory, 'nut.draem'),
      `import "quickstart.draem"
pipeline nut extends quickstart {
  data = mvtec(root = "mvtec", category = "metal nut", image = 32x96, channels = 1, batch = 8)
  train.epochs     = 1
  train.checkpoint = keep_best(val.auroc(score))
  evaluate.on      = [source.test]
  evaluate.image   = [auroc(score)]
  evaluate.pixel   = [auroc(anomaly_map)]
  evaluate.values  = []
}
`,
    )
    const { status, stderr } = draemc(['run', 'nut.draem', '--out', 'out', '--plain'], { cwd: directory })
    expect(status, stderr).toBe(0)
    expect(stderr).toMatch(/^metal nut +source +24 .*\n {2}bent wire +class +3 .*\n {2}crack +class +9 /m)

    const results: RunResults = JSON.parse(readFileSync(join(directory, 'out', 'results.json'), 'utf8'))
    const [domain] = results.domains
    const table = readFileSync(join(directory, 'out', 'predictions.csv'), 'utf8')
      .trim()
      .split('\n')
    const [header = '', ...rows] = table
    const columns = header.split(',')
    const cell = (row: string, name: string) => row.split(',')[columns.indexOf(name)] ?? ''
    expect(domain?.classes.map(({ class: name, faulty }) => [name, faulty])).toEqual([
      ['bent wire', rows.filter((row) => cell(row, 'class') === 'bent wire').length],
      ['crack', rows.filter((row) => cell(row, 'class') === 'crack').length],
    ])
    for (const { class: name, metrics } of domain?.classes ?? []) {
      const part = rows.filter((row) => cell(row, 'label') === '0' || cell(row, 'class') === name)
      const scores = Float32Array.from(part, (row) => Number(cell(row, 'score')))
      const expected = auroc(
        rank(
          scores,
          part.map((row) => Number(cell(row, 'label'))),
        ),
      )
      expect(metrics['auroc(score)']).toBe(expected)
      expect(metrics['auroc(anomaly_map)']).toBeGreaterThan(0)
    }
  }, 60_000)
})
