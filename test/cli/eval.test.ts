import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { RunResults } from '../../src/train/results.js'
import { draemc, projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

describeNative('draemc eval', () => {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  const inDirectory = (args: readonly string[]) => draemc(args, { cwd: directory })
  const resultsOf = (run: string): RunResults => JSON.parse(readFileSync(join(directory, run, 'results.json'), 'utf8'))
  const predictionsOf = (run: string) => readFileSync(join(directory, run, 'predictions.csv'), 'utf8')
  const latest = () =>
    join(
      'out',
      'evaluations',
      readdirSync(join(directory, 'out', 'evaluations'))
        .sort()
        .at(-1) ?? '',
    )

  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  beforeAll(() => {
    expect(inDirectory(['data', 'hdmap-example', 'data', '--size', '0.2']).status).toBe(0)
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'quickstart.draem'))
    writeFileSync(
      join(directory, 'decided.draem'),
      `import "std/draem"
import "quickstart.draem"
pipeline decided extends quickstart {
  data.root      = "data"
  data.batch     = 8
  train.epochs   = 2
  evaluate.on    = [source.test]
  evaluate.image = [auroc(score), accuracy(score), recall(score, false_positive_rate(10%))]
  evaluate.ladder = [0.5, 1.5]
}
pipeline other_metrics extends decided {
  evaluate.on    = [targets.test]
  evaluate.image = [auroc(score), accuracy(score), precision(score, fixed(0.5)), detection_rate(score, 1 .. 2)]
}
pipeline wider extends decided {
  model.severity = 2.0 * sevnet(image, recon, seg, scale = multi, hidden = 48)
}
`,
    )
    const run = ['run', 'decided.draem', '--pipeline', 'decided', '--out', 'out']
    expect(inDirectory(run).stderr).toContain('completed')
  }, 120_000)

  it('evaluates as the run did, to the last digit, and leaves the run alone', () => {
    const before = readFileSync(join(directory, 'out', 'results.json'))
    expect(inDirectory(['eval', 'out']).status).toBe(0)
    const { domains, thresholds, ladder, weights, steps } = resultsOf(latest())
    const run = resultsOf('out')
    expect({ domains, thresholds, ladder }).toEqual({
      domains: run.domains,
      thresholds: run.thresholds,
      ladder: run.ladder,
    })
    expect(ladder?.map(({ severity }) => severity)).toEqual([0.5, 1.5])
    expect(ladder?.map(({ metrics }) => Object.keys(metrics).length)).toEqual([3 + 2 + 3, 3 + 2 + 3])
    expect(weights?.checkpoint).toBe(join(directory, 'out', run.best?.file ?? ''))
    expect(steps).toBe(run.best?.step)
    expect(predictionsOf(latest())).toBe(predictionsOf('out'))
    expect(readFileSync(join(directory, 'out', 'results.json'))).toEqual(before)
  })

  it('evaluates a pipeline that extends the one that was trained: its sets and metrics, the thresholds of the run', () => {
    const { status, stderr } = inDirectory([
      'eval',
      'out',
      'decided.draem',
      '--pipeline',
      'other_metrics',
      '--out',
      'eval',
    ])
    expect(status, stderr).toBe(0)
    const { domains, thresholds } = resultsOf('eval')
    expect(domains.map(({ domain }) => domain)).toEqual(['domain_B', 'domain_C', 'domain_D'])
    const chosen = resultsOf('out').thresholds.find(({ threshold }) => threshold === 'best_f1')
    expect(thresholds).toEqual([chosen, { output: 'score', threshold: 'fixed(0.5)', value: 0.5 }])
    for (const { metrics, images } of domains)
      expect((metrics['accuracy(score, best_f1)'] ?? 0) * images).toBeCloseTo(
        correct(predictionsOf('eval'), chosen?.value ?? 0).get(
          domains.find((each) => each.metrics === metrics)?.domain ?? '',
        ) ?? -1,
      )
  })

  it('refuses a model with other weights, by their names', () => {
    const { status, stderr } = inDirectory(['eval', 'out', 'decided.draem', '--pipeline', 'wider'])
    expect(status).toBe(2)
    expect(stderr).toContain(
      'error: the model of decided.draem has other weights than ' +
        `${join(directory, 'out')}: severity.dense1.kernel is [360, 48], and was trained as [360, 32]`,
    )
  })

  it('takes the data of another root, and says what is not there', () => {
    renameSync(join(directory, 'data'), join(directory, 'moved'))
    try {
      expect(inDirectory(['eval', 'out']).status).toBe(4)
      expect(inDirectory(['eval', 'out', '--on', 'moved']).status).toBe(0)
      expect(predictionsOf(latest())).toBe(predictionsOf('out'))
    } finally {
      renameSync(join(directory, 'moved'), join(directory, 'data'))
    }
  })

  it('is no run to go on with', () => {
    const { status, stderr } = inDirectory(['run', '--resume', 'eval'])
    expect(status).toBe(2)
    expect(stderr).toContain('error: eval evaluates the weights of another run: there is nothing to go on with')
  })

  it.each([
    [['eval', 'out', '--set', 'seed=2'], '--set and --pipeline are for the pipeline of a file'],
    [['eval', 'data'], 'holds no whole run'],
    [['eval', 'out', '--checkpoint', 'none.safetensors'], 'there are no weights in'],
    [['eval', 'out', '--out', 'out'], 'holds a run'],
  ])('%j is a mistake of the command line', (args, message) => {
    const { status, stderr } = inDirectory(args)
    expect(stderr).toContain(message)
    expect(status).toBe(2)
  })
})

/** Images of each domain that a threshold calls what they are. */
function correct(predictions: string, threshold: number): ReadonlyMap<string, number> {
  const [header = '', ...rows] = predictions.trim().split('\n')
  const names = header.split(',')
  const counts = new Map<string, number>()
  for (const row of rows) {
    const cells = row.split(',')
    const cell = (name: string) => cells[names.indexOf(name)] ?? ''
    const isCalled = Number(cell('score')) >= threshold
    if (isCalled === (cell('label') === '1')) counts.set(cell('domain'), (counts.get(cell('domain')) ?? 0) + 1)
  }
  return counts
}
