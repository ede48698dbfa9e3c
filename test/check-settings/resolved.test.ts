import { describe, expect, test } from 'vitest'
import type { FileView } from '../../src/layouts/view.js'
import { Schedule } from '../../src/train/schedule.js'
import { earlyStop, keepBest, metric, monitor } from '../support/components.js'
import { diskOf } from '../support/disk.js'
import { type Edit, edited, goodSettings } from './example.js'
import { checkSettings } from './harness.js'

const root = '/project/pipelines/maps'
const domain = (name: string, train = 20): readonly string[] => [
  ...Array.from({ length: train }, (_, i) => `${root}/${name}/train/good/${i}.tiff`),
  `${root}/${name}/test/good/0.tiff`,
  `${root}/${name}/test/fault/0.png`,
  `${root}/${name}/test/severity.csv: image,severity\\nfault/0.png,1`,
  `${root}/${name}/ground_truth/fault/0_mask.png`,
]
const whole = diskOf(...domain('domain_A'), ...domain('domain_B'), ...domain('domain_C'))

describe('what the settings become', () => {
  test('the example is without mistakes, as plain JSON with defaults', () => {
    const { told, data, synthesis, train, evaluate } = checkSettings(goodSettings, { disk: whole })
    expect(told).toEqual([])
    expect(data).toMatchObject({
      image: { height: 64, width: 96, channels: 3 },
      range: [0, 1],
      targets: ['domain_B', 'domain_C'],
    })
    expect(data?.value).toEqual({
      component: 'hdmap',
      parameters: {
        root,
        source: 'domain_A',
        targets: ['domain_B', 'domain_C'],
        image: [64, 96],
        channels: 3,
        resize: 'bilinear',
        antialias: false,
        fit: 'stretch',
        padding: 'black',
        range: [0, 1],
        normalise: { component: 'none', parameters: {} },
        batch: 16,
        eval_batch: 16,
        validation: { component: 'held_out', parameters: { fraction: 0.1, faults: 'synthetic' } },
        drop_last: true,
        cache: 512,
      },
    })
    expect(synthesis).toMatchObject({
      value: {
        component: 'additive',
        probability: 0.5,
        parameters: {
          probability: 0.5,
          width: [{ px: 16 }, { px: 64 }],
          ratio: [0.4, 0.67],
          severity: [0, 2],
          patches: 1,
        },
      },
      severity: [0, 2],
    })
    expect(train).toEqual({
      optimizer: {
        component: 'adamw',
        parameters: { lr: 1e-4, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weight_decay: 1e-4 },
      },
      epochs: 30,
      precision: 'bf16',
      learning_rate: { component: 'constant', parameters: {} },
      validate: { component: 'every', parameters: { interval: { epoch: 1 } } },
      early_stop: earlyStop(monitor('auroc', 'score'), 10),
      checkpoint: keepBest(monitor('f1_max', 'score'), 3),
    })
    expect(evaluate).toEqual({
      on: ['source.test', 'targets.test'],
      image: [metric('auroc', 'score'), metric('auroc', 'severity'), metric('f1_max', 'score')],
      pixel: [metric('auroc', 'anomaly_map'), metric('pro', 'anomaly_map')],
      values: [metric('mae', 'severity'), metric('rmse', 'severity'), metric('within', 'severity', { tolerance: 0.1 })],
      ladder: [],
    })
  })

  test('a share is a number however it is written, a width in percent stays one', () => {
    for (const share of ['25%', '0.25']) {
      const { synthesis, told } = checkSettings(
        edited(['probability = 50%', `probability = ${share}`], ['16px .. 64px', '10% .. 25%']),
      )
      expect(told).toEqual([])
      expect(synthesis?.value?.parameters).toMatchObject({
        probability: 0.25,
        width: [{ percent: 10 }, { percent: 25 }],
      })
    }
  })

  test('steps of the learning rate hold from the epoch after the one that they name', () => {
    const { train, told } = checkSettings(
      edited(['precision = bf16', 'learning_rate = steps(at = [80%, 27 epochs], factor = 0.2)']),
    )
    expect(told).toEqual([])
    if (train === undefined) throw new Error('no plan')
    const rates = new Schedule({ ...train, epochs: 30 }, 1, 0)
    const rate = train.optimizer.parameters.lr
    expect([24, 25, 27, 28].map((epoch) => rates.learningRate(epoch) / rate)).toEqual([1, 0.2, 0.2, 0.2 * 0.2])
  })

  test('without rules for stopping and checkpoints the last weights are kept', () => {
    const { train, told } = checkSettings(
      edited(
        ['early_stop = early_stop(val.auroc(score), patience = 10 epochs)', ''],
        ['checkpoint = keep_best(val.f1_max(score), keep = 3)', ''],
        ['validate = every(1 epoch)', 'validate = every(200 steps)\nmax_steps = 100'],
      ),
    )
    expect(told).toEqual([])
    expect(train).toMatchObject({ validate: { parameters: { interval: { step: 200 } } }, max_steps: 100 })
    expect(train).not.toHaveProperty('early_stop')
    expect(train).not.toHaveProperty('checkpoint')
  })

  test('params stand for words, numbers and texts', () => {
    const { data, told } = checkSettings(
      edited(
        ['batch = 16, eval', 'batch = 2 * size, eval'],
        ['resize = bilinear', 'resize = how'],
        ['source = domain_A', 'source = place'],
      ),
      { params: { size: '4', how: '"nearest"', place: '"domain_D"' } },
    )
    expect(told).toEqual([])
    expect(data?.value?.parameters).toMatchObject({ batch: 8, resize: 'nearest', source: 'domain_D' })
  })

  test('a mistake in a param is told where the param got its value', () => {
    const { told } = checkSettings(edited(['batch = 16, eval', 'batch = size, eval']), { params: { size: '0' } })
    expect(told).toEqual(['D059 --set size: `batch` of `hdmap` must be from 1 to 4096, and this is 0'])
  })
})

describe('single parameters from outside', () => {
  test('replace what the call says, also within calls and defaults', () => {
    const { data, synthesis, train, told, origins } = checkSettings(
      edited(['held_out(10%, faults = synthetic)', 'held_out(10%)']),
      {
        set: {
          'data.batch': '4',
          'data.validation.fraction': '20%',
          'data.normalise': 'minmax(-1, 3)',
          'synthesis.patches': '2',
          'train.optimizer.lr': '1e-3',
          'train.optimizer.beta1': '0.5',
          'train.epochs': '20',
        },
      },
    )
    expect(told).toEqual([])
    expect(data?.value?.parameters.batch).toBe(4)
    expect(data?.value?.parameters).toMatchObject({
      validation: { component: 'held_out', parameters: { fraction: 0.2 } },
      normalise: { component: 'minmax', parameters: { low: -1, high: 3 } },
    })
    expect(synthesis?.value?.parameters).toMatchObject({ patches: 2 })
    expect(train).toMatchObject({ epochs: 20, optimizer: { parameters: { lr: 1e-3, beta1: 0.5, weight_decay: 1e-4 } } })
    const batch = origins.find(({ path }) => path === 'data.batch')
    expect(batch).toEqual({ path: 'data.batch', value: '4', origin: 'option', where: '--set data.batch' })
  })

  test('a parameter of a default component', () => {
    const { data, told } = checkSettings(edited(['validation = held_out(10%, faults = synthetic),', '']), {
      set: { 'data.validation.fraction': '30%' },
    })
    expect(told).toEqual([])
    expect(data?.value?.parameters.validation).toEqual({
      component: 'held_out',
      parameters: { fraction: 0.3, faults: 'synthetic' },
    })
  })

  test('their mistakes are told at the option', () => {
    const set = { 'data.bacth': '4', 'synthesis.patches': '9', 'data.batch.size': '3' }
    expect(checkSettings(goodSettings, { set }).told).toEqual([
      'D034 --set data.bacth: `hdmap` has no parameter `bacth`; did you mean `batch`?',
      'D034 --set data.batch.size: `batch` has no parameter `size`',
      'D059 --set synthesis.patches: `patches` of `additive` must be from 1 to 3, and this is 9',
    ])
  })
})

describe('origins', () => {
  test('every parameter has one, in the words of a .draem file', () => {
    const { origins } = checkSettings(goodSettings)
    const shown = origins.map(({ path, value, origin, where }) => `${path} = ${value} (${origin}, ${where})`)
    expect(shown).toContain('data.image = 64x96 (file, p.draem:5:13)')
    expect(shown).toContain('data.cache = 512 (default, default of hdmap)')
    expect(shown).toContain('data.validation = held_out (file, p.draem:6:18)')
    expect(shown).toContain('data.validation.fraction = 10% (file, p.draem:6:27)')
    expect(shown).toContain('synthesis.width = 16px .. 64px (file, p.draem:8:51)')
    expect(shown).toContain('train.optimizer.beta1 = 0.9 (default, default of adamw)')
    expect(shown).toContain('train.learning_rate = constant (default, default of train)')
    expect(shown).toContain('train.checkpoint.monitor = val.f1_max(score) (file, p.draem:14:28)')
    expect(shown).toContain('evaluate.pixel = [auroc(anomaly_map), pro(anomaly_map)] (file, p.draem:20:13)')
    expect(new Set(origins.map(({ path }) => path)).size).toBe(origins.length)
  })
})

describe('a model with mistakes of its own', () => {
  test('its broken outputs are passed over', () => {
    const outputs = new Map([['score', undefined]])
    const told = checkSettings(goodSettings, { outputs, broken: ['severity', 'anomaly_map'] }).told
    expect(told).toEqual([])
  })
})

describe('the disk', () => {
  const told = (disk: FileView, ...edits: readonly Edit[]) => checkSettings(edited(...edits), { disk }).told

  test('auto becomes the other domains that have a test set', () => {
    const disk = diskOf(...domain('domain_A'), ...domain('domain_C'), ...domain('domain_B'), `${root}/notes/a.txt`)
    const { data, told: reports, origins } = checkSettings(edited(['[domain_B, domain_C]', 'auto']), { disk })
    expect(reports).toEqual([])
    expect(data?.targets).toEqual(['domain_B', 'domain_C'])
    expect(data?.value?.parameters).toMatchObject({ targets: ['domain_B', 'domain_C'] })
    expect(origins.filter(({ path }) => path === 'data.targets')).toEqual([
      { path: 'data.targets', value: '[domain_B, domain_C]', origin: 'resolved', where: 'auto, p.draem:4:49' },
    ])
  })

  test('auto stays where the disk is not looked at', () => {
    const { data } = checkSettings(edited(['[domain_B, domain_C]', 'auto']))
    expect(data?.targets).toBeUndefined()
    expect(data?.value?.parameters).toMatchObject({ targets: 'auto' })
  })

  test('no other domain', () => {
    expect(told(diskOf(...domain('domain_A')), ['[domain_B, domain_C]', 'auto'])).toEqual([
      'D109 targets.test: `targets.test` is empty: the data has no other domain than the source',
    ])
  })

  test('a root that is not there, or a file', () => {
    expect(told(diskOf('/project/a'))).toEqual([`D120 "maps": the root \`${root}\` is not there`])
    expect(told(diskOf(root))).toEqual([`D120 "maps": the root \`${root}\` is a file, not a directory`])
  })

  test('domains that are not there', () => {
    expect(told(whole, ['source = domain_A', 'source = domain_X'], ['[domain_B, domain_C]', '[domain_Q]'])).toEqual([
      `D121 domain_X: there is no domain \`domain_X\` in ${root}; did you mean \`domain_A\`?`,
      `D121 domain_Q: there is no domain \`domain_Q\` in ${root}; did you mean \`domain_A\`?`,
    ])
  })

  test('parts of a domain that are not there', () => {
    const disk = diskOf(
      ...domain('domain_A').filter((file) => !file.includes('/train/')),
      ...domain('domain_B').filter((file) => !file.includes('/test/')),
      ...domain('domain_C').filter((file) => !file.includes('/test/fault/')),
      `${root}/domain_C/test/fault/readme.txt`,
    )
    expect(told(disk)).toEqual([
      'D122 domain_A: the domain `domain_A` has no `train/good`: nothing to train on',
      'D122 domain_B: the domain `domain_B` has no `test`: nothing to test on',
      'D123 domain_C: `test/fault` of the domain `domain_C` has no images',
    ])
  })

  test('a batch that is never full', () => {
    const disk = diskOf(...domain('domain_A', 10), ...domain('domain_B'), ...domain('domain_C'))
    expect(told(disk)).toEqual(['D124 16: a batch of 16 is never full: 9 training images (1 held out) make no step'])
    expect(told(disk, ['batch = 16, eval', 'batch = 9, eval'])).toEqual([])
    expect(told(disk, ['channels = 3', 'channels = 3, drop_last = false'])).toEqual([])
  })

  test('pixel metrics without masks', () => {
    const disk = diskOf(
      ...domain('domain_A'),
      ...domain('domain_B').filter((file) => !file.includes('ground_truth')),
      ...domain('domain_C'),
    )
    expect(told(disk)).toEqual(['D125 auroc(anomaly_map): `auroc(anomaly_map)` needs masks, and `domain_B` has none'])
  })
})
