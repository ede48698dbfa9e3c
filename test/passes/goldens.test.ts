import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parseModule } from '../../src/ir/parse.js'
import { printModule } from '../../src/ir/print.js'
import type { IrModule } from '../../src/ir/types.js'
import { verifyModule } from '../../src/ir/verifier.js'
import type { TrainingDescription } from '../../src/lower/training.js'
import type { MachineChoices } from '../../src/passes/pass.js'
import { passes } from '../../src/passes/registry.js'
import { goldenText } from '../support/golden.js'
import { differences } from './support/execute.js'

const root = fileURLToPath(new URL('.', import.meta.url))

/** A case without `training.json` is trained like this, over all its weights. */
const usual: Omit<TrainingDescription, 'weights'> = {
  loss: 'loss.total',
  optimizer: { kind: 'adam', beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, decoupled: true },
  precision: 'float32',
}

function trainingOf(folder: string, module: IrModule): TrainingDescription {
  const file = join(root, folder, 'training.json')
  const own = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<TrainingDescription>) : {}
  const weights = module.state.filter((variable) => variable.kind === 'weight').map((variable) => variable.name)
  return { ...usual, weights, ...own }
}

/** What was measured, of a pass that depends on it. */
function machineOf(folder: string): MachineChoices {
  const file = join(root, folder, 'machine.json')
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as MachineChoices) : {}
}

const folders = (path: string) =>
  readdirSync(path, { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    .sort()

test('every pass has cases, and every folder is a pass', () => {
  const others = ['autodiff', 'support']
  expect(folders(root).filter((name) => !others.includes(name))).toEqual(passes.map((pass) => pass.name).sort())
})

describe.each(passes)('$name', (pass) => {
  test.each(folders(join(root, pass.name)))('%s', (name) => {
    const folder = `${pass.name}/${name}`
    const before = parseModule(readFileSync(join(root, folder, 'in.ir'), 'utf8'))
    verifyModule(before)
    const { module: after, changes } = pass.run(before, trainingOf(folder, before), machineOf(folder))
    verifyModule(after)
    const said = changes.length === 0 ? ['changes nothing'] : changes
    const text = printModule(after)
    expect(parseModule(text)).toEqual(after)
    if (changes.length === 0) expect(after).toBe(before)
    goldenText(`../passes/${folder}/out.ir`, `${said.map((line) => `// ${line}`).join('\n')}\n${text}`)
    expect(differences(before, after)).toEqual([])
  })

  test('says that it changes nothing where there is nothing to do', () => {
    const empty: IrModule = { name: 'empty', state: [], functions: [] }
    expect(pass.run(empty, { ...usual, precision: 'bf16', weights: [] }, {})).toEqual({ module: empty, changes: [] })
  })
})
