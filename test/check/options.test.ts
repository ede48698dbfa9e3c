import { describe, expect, it } from 'vitest'
import { goldenInput } from '../support/golden.js'
import { checkText, told } from './harness.js'

const severity = goldenInput('check/good/severity/input.draem')
const library = goldenInput('check/good/library/input.draem')
const set = (text: string, ...options: string[]) =>
  checkText(text, {
    overrides: options.map((option) => ({
      path: option.slice(0, option.indexOf('=')),
      value: option.slice(option.indexOf('=') + 1),
    })),
  })

describe('--set is typed like source', () => {
  it('sets params, single settings and sections', () => {
    const result = set(
      severity,
      'lambda=2',
      'synthesis.patches=3',
      'train.epochs=7',
      'train.optimizer.lr=0.5',
      'seed=9',
    )
    expect(told(result)).toEqual([])
    expect(result.pipeline?.synthesis.parameters).toMatchObject({ patches: 3 })
    expect(result.pipeline?.train.epochs).toBe(7)
    expect(result.pipeline?.train.optimizer.parameters.lr).toBe(0.5)
    expect(result.pipeline?.seed).toBe(9)
    expect(result.pipeline?.origins.find(({ path }) => path === 'param.lambda')).toMatchObject({
      origin: 'option',
      where: '--set lambda=2',
    })
  })

  it('takes blocks with bound parameters', () => {
    const result = set(library, 'head=severity_cnn(inputs = multi_modal, maximum = 1.0)')
    expect(told(result)).toEqual([])
    expect(result.pipeline?.parameters.some(({ name }) => name === 'severity.conv2.kernel')).toBe(true)
  })

  it.each([
    ['lambda="1"', 'D030 at 1:8'],
    ['lambda=50%', 'D032 at 1:8'],
    ['lambda=', 'D001 at 1:8'],
    ['lamda=1', 'D027 at 1:1'],
    ['train.epoch=3', 'D034 at 1:7'],
    ['los.total=3', 'D027 at 1:1'],
    ['lambda=1 2', 'D001 at 1:10'],
    ['model.nothing=image', 'D027 at 1:1'],
    ['a b=3', 'D027 at 1:1'],
  ])('%s is told at the option', (option, place) => {
    const result = set(severity, option)
    expect(result.diagnostics.map(({ span }) => span.file)).toEqual(['--set'])
    expect(told(result)).toEqual([place])
  })
})

it('an error that comes with an option names it', () => {
  const [error, ...more] = set(severity, 'train.epochs=7', 'synthesis.severity=0..9').diagnostics
  expect([error?.code, more]).toEqual(['D053', []])
  expect(error?.related.filter(({ span }) => span.file === '--set').map(({ label }) => label)).toEqual(['set here'])
})

it('the second option has a line of its own', () => {
  expect(told(set(severity, 'lambda=2', 'seed=x'))).toEqual(['D020 at 2:6'])
})

describe('env', () => {
  const text = severity.replace('seed = 1', 'seed = env("DRAEM_SEED", 4)')
  it('gives the default, or the variable as the default is typed', () => {
    expect(checkText(text).pipeline?.seed).toBe(4)
    const result = checkText(text, { environment: { DRAEM_SEED: '12' } })
    expect(result.pipeline?.seed).toBe(12)
    expect(result.pipeline?.origins.find(({ path }) => path === 'seed')).toMatchObject({
      origin: 'environment',
      where: 'DRAEM_SEED',
    })
  })
  const withEverySetting = severity
    .replace('batch = 4', 'batch = 4, targets = [domain_B], resize = bilinear')
    .replace('width = 8px .. 16px', 'probability = 50%, width = 4px .. 16px')
    .replace('adam(lr = 1e-3)', 'adamw(lr = 1e-4)')
  it.each([
    ['image = 64x64', 'env("X", 64x64)', '32x64', 'image', [32, 64]],
    ['width = 4px .. 16px', 'env("X", 4px .. 16px)', '8px .. 12px', 'width', [{ px: 8 }, { px: 12 }]],
    ['probability = 50%', 'env("X", 50%)', '25%', 'probability', 0.25],
    ['probability = 50%', 'env("X", 50%)', '0.25', 'probability', 0.25],
    ['batch = 4', 'env("X", 4)', '8', 'batch', 8],
    ['source = domain_A', 'env("X", domain_A)', 'domain-B', 'source', 'domain-B'],
    ['resize = bilinear', 'env("X", bilinear)', 'nearest', 'resize', 'nearest'],
    ['targets = [domain_B]', 'env("X", [domain_B])', '[domain_C, domain_D]', 'targets', ['domain_C', 'domain_D']],
    ['targets = [domain_B]', 'env("X", [domain_B])', 'auto', 'targets', 'auto'],
    ['optimizer = adamw(lr = 1e-4)', 'env("X", adamw(lr = 1e-4))', 'sgd(0.1)', 'optimizer', 'sgd'],
  ])('%s, %s with %s', (setting, call, value, parameter, expected) => {
    const written = withEverySetting.replace(setting, `${parameter} = ${call}`)
    expect(written).not.toBe(withEverySetting)
    expect(told(checkText(written))).toEqual([])
    const result = checkText(written, { environment: { X: value } })
    expect(told(result)).toEqual([])
    const { data, synthesis, train } = result.pipeline ?? {}
    const values = { ...data?.parameters, ...synthesis?.parameters, optimizer: train?.optimizer.component }
    expect(values[parameter as keyof typeof values]).toEqual(expected)
    expect(result.pipeline?.origins.filter(({ origin }) => origin === 'environment')[0]?.where).toBe('X')
  })
  it('refuses a variable of another kind', () => {
    expect(told(checkText(text, { environment: { DRAEM_SEED: 'twelve' } }))).toEqual(['D030 at 3:10'])
  })
})

describe('which pipeline', () => {
  const derived = goldenInput('check/good/derived/input.draem')
  it('is the last of the file, or the one that is named', () => {
    expect(checkText(derived).pipeline?.name).toBe('p')
    expect(checkText(derived, { pipeline: 'base' }).pipeline?.name).toBe('base')
    expect(checkText(derived, { pipeline: 'bas' }).diagnostics.map(({ code }) => code)).toEqual(['D020'])
  })
  it('may be none where nothing is run', () => {
    const blocks = 'block twice(x: map) -> map {\n  return 2 * x\n}\n'
    expect(checkText(blocks, { mayLackPipeline: true }).diagnostics).toEqual([])
    expect(told(checkText(blocks))).toEqual(['D028 at 1:1'])
    expect(told(checkText('// nothing\n', { mayLackPipeline: true }))).toEqual(['D028 at 1:1'])
  })
  it('a derived one takes what it does not replace from its base', () => {
    const { pipeline } = checkText(derived)
    expect([pipeline?.seed, pipeline?.train.epochs]).toEqual([2, 4])
    expect(pipeline?.synthesis.parameters).toMatchObject({ patches: 2 })
    expect(pipeline?.lossTerms.map(({ name }) => name)).toEqual([
      'reconstruction',
      'segmentation',
      'total',
      'structure',
    ])
  })
})

it('a term of weight 0 takes its head with it', () => {
  const zero = checkText(goldenInput('check/good/zero-weight-is-gone/input.draem')).pipeline
  const plain = checkText(goldenInput('check/good/plain/input.draem')).pipeline
  expect(zero?.parameters.map(({ name }) => name)).toEqual(plain?.parameters.map(({ name }) => name))
  expect(zero?.outputs.map(({ name }) => name)).not.toContain('severity')
  expect(zero?.lossTerms.map(({ name }) => name)).not.toContain('regression')
})

it('an allowed dead head is frozen and recorded', () => {
  const { pipeline } = checkText(goldenInput('check/good/allowed-head/input.draem'))
  expect(
    pipeline?.parameters.filter(({ kind, trainable }) => kind === 'weight' && !trainable).map(({ name }) => name),
  ).toEqual(['pooled.kernel', 'pooled.bias'])
  expect(pipeline?.allows).toMatchObject([{ code: 'D057', because: 'a random head as the baseline' }])
})

it('any text gives an answer', () => {
  for (const text of [
    '',
    'pipeline',
    'pipeline p {',
    '}{',
    'block f(',
    'import',
    'study s of t { vary a = [',
    'enum e {',
    library.slice(0, 700),
    library.replaceAll('(', ''),
  ]) {
    expect(checkText(text).pipeline).toBeUndefined()
  }
  for (let end = 0; end < library.length; end += 23)
    expect(checkText(library.slice(0, end)).diagnostics.length).toBeGreaterThan(0)
})
