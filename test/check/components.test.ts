import { describe, expect, it } from 'vitest'
import { goldenInput } from '../support/golden.js'
import { checkText, told } from './harness.js'

const text = goldenInput('check/good/severity/input.draem')
const declared = text
  .replace(
    '  seed = 1',
    `  param rate: float = 1e-3
  param how: pace = fast
  param faults: synthesis = additive(width = 8px .. 16px)
  param updates: { fine: optimizer, coarse: optimizer } = { fine = adam(lr = rate), coarse = sgd() }
  param measured: [metric] = [auroc(score), auroc(severity)]
  seed = 1`,
  )
  .replace('additive(width = 8px .. 16px)\n\n', 'faults\n\n')
  .replace('adam(lr = 1e-3)', 'match how { fast => updates.fine, slow => updates.coarse }')
  .replace('[auroc(score), auroc(severity)]\n  }', 'measured\n  }')
  .replace(/^/, 'enum pace { slow, fast }\n')
const study = (axis: string) => `${declared}\nstudy s of p { vary ${axis} }\n`
const set = (path: string, value: string) => checkText(declared, { overrides: [{ path, value }] })

describe('components are values', () => {
  it('of params, in records and lists, chosen by match: as if they were written in place', () => {
    const held = checkText(declared)
    const inPlace = checkText(text)
    expect(told(held)).toEqual([])
    for (const part of ['data', 'synthesis', 'train', 'evaluate'] as const)
      expect(held.pipeline?.[part]).toEqual(inPlace.pipeline?.[part])
    const origin = held.pipeline?.origins.find(({ path }) => path === 'train.optimizer.lr')
    expect(origin).toEqual({ path: 'train.optimizer.lr', value: '0.001', origin: 'file', where: 'input.draem:4:23' })
  })

  it('are set and varied like any other', () => {
    expect(set('how', 'slow').pipeline?.train.optimizer.component).toBe('sgd')
    expect(set('faults', 'additive(patches = 3)').pipeline?.synthesis.parameters).toMatchObject({ patches: 3 })
    expect(set('synthesis.patches', '2').pipeline?.synthesis.parameters).toMatchObject({ patches: 2 })
    expect(told(checkText(study('faults = [additive(patches = 1), additive(patches = 2)]')))).toEqual([])
    expect(told(checkText(study('faults = [additive(patches = 1), additive(patches = 4)]')))).toEqual(['D059 at 41:73'])
  })

  it('are checked where they are declared, once', () => {
    expect(told(checkText(declared.replace('lr = rate', 'lrr = rate')))).toEqual(['D034 at 7:73'])
    expect(told(checkText(declared.replace('sgd()', 'additive()')))).toEqual(['D020 at 7:94'])
    expect(told(checkText(declared.replace('= additive(width', '= adam(width')))).toEqual(['D020 at 6:29'])
  })
})
