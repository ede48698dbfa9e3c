import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dumpChecked } from '../../src/check/dump.js'
import { openSession } from '../../src/check/evaluation/session.js'
import { ModuleLoader } from '../../src/check/loading/load.js'
import { lookUp } from '../../src/check/loading/module.js'
import { parseOverrides } from '../../src/check/loading/overrides.js'
import { checkPipelineOf, type PipelineCheck } from '../../src/check/pipeline.js'
import { newProgram } from '../../src/check/program.js'
import type { CheckedStudy } from '../../src/check/studies/study.js'
import { metricKey } from '../../src/components/metrics.js'
import { renderPlain } from '../../src/diagnostics/render.js'
import { SourceMap } from '../../src/source/source-file.js'
import { goldenInput } from '../support/golden.js'
import { checkText, libraryDirectory } from './harness.js'

const sevnet = readFileSync(new URL('../../pipelines/hdmap_sevnet.draem', import.meta.url), 'utf8')
const pipeline = goldenInput('check/good/study/input.draem').replace(/\nstudy [\s\S]*$/, '\n')

function study(body: string): CheckedStudy {
  const result = checkText(`${pipeline}\n/// Which weight.\nstudy weights of quickstart {\n${body}\n}\n`)
  expect(renderPlain(result.diagnostics, result.sources)).toBe('')
  const [found] = result.studies
  if (found === undefined) throw new Error('there is no study')
  return found
}

describe('a study is a value', () => {
  it('has every combination as options of the command line, the last axis fastest, the seeds last', () => {
    const found = study(`
      vary lambda = [0.5, 2.0]
      vary synthesis.patches = [1, 2]
      seeds = [7, 8]
      compare = [val.auroc(score), targets.auroc(score)]`)
    expect(found).toMatchObject({
      name: 'weights',
      doc: 'Which weight.',
      pipeline: 'quickstart',
      mode: 'grid',
      excluded: [],
    })
    expect(found.axes).toEqual([
      { path: 'lambda', values: ['0.5', '2.0'] },
      { path: 'synthesis.patches', values: ['1', '2'] },
      { path: 'seed', values: ['7', '8'] },
    ])
    expect(found.cells).toHaveLength(8)
    expect(found.cells[1]).toEqual({
      label: 'lambda=0.5, synthesis.patches=1, seed=8',
      overrides: [
        { path: 'lambda', value: '0.5' },
        { path: 'synthesis.patches', value: '1' },
        { path: 'seed', value: '8' },
      ],
    })
    expect(found.cells.at(-1)?.label).toBe('lambda=2.0, synthesis.patches=2, seed=8')
    const compared = found.compare.map((each) => `${each.split}.${metricKey(each)}`)
    expect(compared).toEqual(['val.auroc(score)', 'targets.auroc(score)'])
  })

  it('changes one value at a time where it says so', () => {
    const found = study('vary lambda = [0.5, 2.0]\nvary synthesis.patches = [1, 2]\nmode = one_at_a_time')
    expect(found.mode).toBe('one_at_a_time')
    expect(found.cells.map(({ label }) => label)).toEqual([
      'lambda=0.5',
      'lambda=2.0',
      'synthesis.patches=1',
      'synthesis.patches=2',
    ])
  })

  it('knows the cells that it leaves out', () => {
    const found = study(
      'vary lambda = [0.5, 2.0]\nvary synthesis.patches = [1, 2]\nexclude lambda == 2.0 and synthesis.patches == 2',
    )
    expect(found.cells).toHaveLength(3)
    expect(found.excluded.map(({ label }) => label)).toEqual(['lambda=2.0, synthesis.patches=2'])
  })

  it('gives cells that run as the options say', () => {
    const text = `${pipeline}\nstudy weights of quickstart { vary lambda = [0.5, 2.0]\nseeds = [7, 8] }\n`
    const [found] = checkText(text).studies
    expect(found?.cells).toHaveLength(4)
    for (const { overrides } of found?.cells ?? []) {
      const result = checkText(text, { overrides })
      const [lambda, seed] = overrides.map(({ value }) => value)
      expect(result.diagnostics).toEqual([])
      expect(result.pipeline?.seed).toBe(Number(seed))
      expect(
        result.pipeline?.nodes.some(
          ({ op, attributes }) => op === 'constant' && 'value' in attributes && attributes.value === Number(lambda),
        ),
      ).toBe(true)
    }
  })
})

describe('checking is a function of the files, the declaration and what is laid over it', () => {
  const check = open(sevnet, 'hdmap_sevnet')
  const plain = check([])

  it('gives the same twice, and in another order of the pipelines', () => {
    const once = checkText(sevnet)
    const again = checkText(sevnet)
    expect(again.studies).toEqual(once.studies)
    expect(again.pipelines).toEqual(once.pipelines)
    const derived = 'pipeline more extends quickstart { lambda = 0.5 }\n'
    const other = 'pipeline less extends quickstart { synthesis.patches = 1 }\n'
    const [first, second] = [pipeline + derived + other, pipeline + other + derived].map((text) => checkText(text))
    const dumps = (result: typeof first) =>
      (result?.pipelines ?? []).map((each) => dumpChecked({ ...each, origins: [] })).sort()
    expect(dumps(first)).toHaveLength(3)
    expect(dumps(second)).toEqual(dumps(first))
  })

  it.each([
    ['head=severity_cnn(inputs = with_original, maximum = 1.0)'],
    ['head=severity_cnn(inputs = with_original)'],
    ['head=nothing'],
    ['lambda=0.5'],
    ['lambda=0.0'],
    ['lambda=0.0', 'evaluate.values=[]'],
    ['seed=3'],
    ['synthesis.patches=3'],
    ['synthesis.severity=0 .. 4'],
    ['data.image=250x250'],
    ['data.channels=1'],
    ['data.batch=1'],
    ['train.epochs=3'],
    ['model.recon=reconstructive(image, width = 8)'],
    ['model.anomaly_map=softmax(seg.mask)[normal]'],
    ['model.anomaly_map=softmax(seg.mask)[anomaly] + lambda'],
    ['model.score=mask_score'],
    ['model.score=mask_scores'],
    ['loss.total=reconstruction'],
    ['loss.segmentation=focal(seg.mask, fault_mask, alpha = 1.0)', 'lambda=2.0'],
  ])('%s: what it shares with the pipeline need not be evaluated again', (...options) => {
    const alone = check(options)
    const shared = check(options, plain)
    expect(summaryOf(shared)).toEqual(summaryOf(alone))
    expect(shared.diagnostics).toEqual(alone.diagnostics)
    // What was shared can be shared again.
    expect(summaryOf(check(options, shared))).toEqual(summaryOf(alone))
    expect(summaryOf(check([], shared))).toEqual(summaryOf(plain))
  })
})

function open(text: string, name: string) {
  const entry = '/project/input.draem'
  const options = {
    entry,
    libraryDirectory,
    loadFile: (path: string) => (path === entry ? text : readFileSync(path, 'utf8')),
    overrides: [],
    environment: {},
    workingDirectory: '/elsewhere',
  }
  const program = newProgram(new SourceMap(), options)
  const session = openSession(program)
  const module = new ModuleLoader(session, options).load(entry, entry, false)
  if (module === undefined || 'reason' in module) throw new Error('the file is not read')
  const declared = lookUp(module, name)
  if (declared?.kind !== 'pipeline') throw new Error(`there is no pipeline ${name}`)
  return (overrides: readonly string[], like?: PipelineCheck): PipelineCheck => {
    const given = overrides.map((option) => ({
      path: option.split('=')[0] ?? '',
      value: option.replace(/^[^=]*=/, ''),
    }))
    const bindings = parseOverrides(given, session)
    return checkPipelineOf(program, declared, {
      overrides: bindings,
      allows: [],
      expects: false,
      ...(like ? { like } : {}),
    })
  }
}

const summaryOf = ({ checked, diagnostics, unknown }: PipelineCheck) => ({
  text: checked && dumpChecked(checked),
  messages: diagnostics.map(({ code, span, message }) => `${code} ${span.start} ${message}`),
  unknown: [...unknown.keys()],
})
