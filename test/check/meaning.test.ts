import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { checkText, told } from './harness.js'

const text = readFileSync(new URL('../../pipelines/quickstart.draem', import.meta.url), 'utf8')

/** The quickstart with one text in place of another. */
function changed(...slips: readonly (readonly [string, string])[]): string {
  let result = text
  for (const [from, to] of slips) {
    expect(result, `there is ${from} to replace`).toContain(from)
    result = result.replace(from, to)
  }
  return result
}

describe('the fix of a mistake works', () => {
  const sigmoid = ['2.0 * sevnet', '0.7 * sevnet'] as const
  const labels = ['severity = 0.1 .. 2.0', 'severity = 0 .. 3'] as const
  test('the factor that reaches the label', () => {
    const [diagnostic] = checkText(changed(sigmoid, labels)).diagnostics
    expect(diagnostic?.help).toContain('Multiply `severity` by 4.286')
    expect(told(checkText(changed([sigmoid[0], '4.286 * 0.7 * sevnet'], labels)))).toEqual([])
    expect(told(checkText(changed([sigmoid[0], '4.285714285714286 * 0.7 * sevnet'], labels)))).toEqual([])
  })

  test('the root of a difference', () => {
    const root = (operand: string) => checkText(changed(['l2(recon, clean)', `mean(sqrt(${operand}))`]))
    expect(root('recon - 1').diagnostics[0]?.help).toContain('sqrt(abs(x) + 1e-6)')
    expect(told(root('abs(recon - 1) + 1e-6'))).toEqual([])
  })
})

/** What is told of the quickstart with one text in place of another. */
function toldOf(...slips: readonly (readonly [string, string])[]): readonly string[] {
  return told(checkText(changed(...slips)))
}

describe('a mistake is told where it was made', () => {
  test('the use of a value, not the place where it was written', () => {
    const param = ['  seed = 1', '  param lambda: float = 1.0\n  seed = 1'] as const
    expect(toldOf(['softmax(seg.mask)', 'softmax(seg.features)'])).toEqual(['D030 at 20:27'])
    expect(toldOf(param, ['image, width = 12', 'image, width = lambda'])).toEqual(['D030 at 18:49'])
  })

  test('an argument that only the library finds wrong, at the argument', () => {
    expect(toldOf(['image, width = 12', 'image, width = 0'])).toEqual(['D059 at 17:49'])
    expect(toldOf(['hidden = 32', 'hidden = 1'])).toEqual(['D059 at 19:75'])
  })

  test('a count over a model with mistakes is silent', () => {
    const expectation = ['  train {', '  expect parameters(model) == 3\n\n  train {'] as const
    expect(toldOf(expectation)).toEqual(['D043 at 32:10'])
    expect(toldOf(expectation, ['hidden = 32', 'hidden = 0'])).toEqual(['D059 at 19:75'])
  })
})

describe('one mistake is one message', () => {
  test.each<[string, string, string, readonly string[]]>([
    ['a class that is not chosen', '[anomaly]', '', ['D050 at 21:19']],
    ['a forgotten concat', 'concat(image, recon), width = 12', 'image, recon, width = 12', ['D034 at 18:41']],
    ['a map where a width stands', 'concat(image, recon), width = 12', 'image, recon', ['D034 at 18:41']],
    ['a record for its map', 'reconstructive(', 'reconstructive_sspcab(', ['D030 at 18:48']],
    ['a dot for a comma', 'severity, fault_severity', 'severity. fault_severity', ['D025 at 28:42']],
    ['a number that is measured', '= image_max(anomaly_map)', '= 1', ['D105 at 43:35']],
    ['a map that is no score', 'image_max(anomaly_map)', 'maximum(anomaly_map, 0)', ['D105 at 43:35']],
    ['a model of two channels for one', ', channels = 1)\n    seg', ')\n    seg', ['D050 at 26:22']],
  ])('%s', (_name, from, to, messages) => {
    expect(toldOf([from, to])).toEqual(messages)
  })

  test('a model without a binding', () => {
    const start = text.indexOf('model {') + 'model {'.length
    const empty = text.slice(0, start) + text.slice(text.indexOf('  }', start))
    expect(told(checkText(empty))).toEqual(['D028 at 16:3'])
  })

  test('an operand whose type is not known', () => {
    expect(block('x: tensor, channels: int', 'x |> conv2d(channels)')).toEqual(['D020 at 5:15'])
  })

  test('a list that is measured as well', () => {
    expect(toldOf(['image_max(anomaly_map)', '[image_max(anomaly_map)]'])).toEqual(['D030 at 22:27'])
  })

  const block = (header: string, first: string): readonly string[] =>
    toldOf(
      [
        'pipeline quickstart',
        `block unit(${header}) -> map {\n  conv = ${first}\n  return relu(conv)\n}\npipeline quickstart`,
      ],
      ['image_max(anomaly_map)', 'image_max(anomaly_map) + 0 * image_max(other)'],
      ['    mask_score', '    other = unit(recon, channels = 3)\n    mask_score'],
    )

  test('two parameters of one name', () => {
    expect(block('x: map, x: int', 'x |> conv2d(channels)')).toEqual(['D021 at 5:20'])
  })

  test('a pipe without its bar', () => {
    expect(block('x: map, channels: int', 'x > conv2d(channels, kernel = 3)')).toEqual(['D038 at 6:12'])
  })
})

/** The fix of the one mistake. */
function helpOf(...slips: readonly (readonly [string, string])[]): string | undefined {
  const { diagnostics } = checkText(changed(...slips))
  expect(diagnostics).toHaveLength(1)
  return diagnostics[0]?.help
}

describe('what is suggested is of the kind that is due', () => {
  const expectation = (condition: string) => ['  train {', `  expect ${condition}\n\n  train {`] as const
  const param = (declaration: string) => ['  seed = 1', `  param ${declaration}\n  seed = 1`] as const
  test.each<[string, readonly (readonly [string, string])[], string]>([
    ['a binding, where the library has a type', [['segmentation   =', 'segmentaton =']], 'Write `segmentaton`.'],
    ['the class that is meant', [['[anomaly]', '[abnormal]']], 'Write `anomaly`.'],
    ['what reduces a map', [['image_max(anomaly', 'max(anomaly']], 'Write `image_max`.'],
    ['what combines two values', [['average(', 'avg(']], 'Write `average`.'],
    ['letters that changed places', [['adamw(', 'adawm(']], 'Write `adamw`.'],
    ['a bool', [param('deep: bool = True')], 'Write `true`.'],
    [
      'a field that has a name',
      [['auroc(score), auroc', 'auroc(seg), auroc']],
      'Bind `seg` in the model section, or use `seg.mask`.',
    ],
    ['a named argument', [['lr = 1e-3', 'lr == 1e-3']], 'a named argument is written `lr = ...`'],
    ['a count', [expectation('paramters(model) == 1')], 'Write `parameters`.'],
    ['a part of the model', [expectation('parameters(model.recn) == 1')], 'Write `recon`.'],
    ['the sum', [['total          =', 'totl =']], 'Add it: write `total` for `totl`.'],
    [
      'a head among the params',
      [
        param('head: severity_head = sevnet(scale = single)'),
        ['2.0 * sevnet(image, recon, seg, scale = multi, hidden = 32)', '2.0 * haed(image, recon, seg)'],
      ],
      'Write `head`.',
    ],
    [
      'operands that changed places',
      [['focal(seg.mask, fault_mask', 'focal(fault_mask, seg.mask']],
      'Give the logits first, then the mask: `focal(logits, mask)`.',
    ],
    [
      'a map beside a number',
      [['(severity, fault_severity', '(severity, fault_mask']],
      'Compare `severity` with `fault_severity`.',
    ],
  ])('%s', (_name, slips, help) => {
    expect(helpOf(...slips)).toBe(help)
  })

  test('an argument that has the name of the block it stands in is no call of that block', () => {
    const block = 'block kernel(x: map) { return conv2d(x, 3, kernel = 3) }\n'
    expect(told(checkText(block))).toEqual(['D028 at 1:1'])
  })

  test('neither a function for a number, nor the name itself', () => {
    expect(helpOf(['seed = 1', 'seed = abc'])).not.toContain('Write')
    expect(helpOf(param('head: severity_head = my_head'))).not.toContain('Write')
  })

  test('a count inside of a call', () => {
    expect(toldOf(expectation('div_int(parameters(model), 2) == 811442'))).toEqual([])
  })
})
