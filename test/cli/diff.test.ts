import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { draemc, projectRoot, temporaryDirectory } from '../support/draemc.js'

const file = join(projectRoot, 'pipelines', 'fair_comparison.draem')
const withoutHead = ['--left-pipeline', 'original']
const diff = (...args: readonly string[]) => draemc(['diff', ...args])

it('proves that a head of weight 0 leaves the training as it is', () => {
  const same = diff(file, file, ...withoutHead, '--only', 'weights', 'train_step')
  expect(same.stdout).toMatch(/^train_step: the same program \([0-9a-f]{12}\)\n$/)
  expect(same.status).toBe(0)
  const other = diff(file, file, ...withoutHead, '--right-set', 'lambda=0.5', '--only', 'train_step')
  expect(other.stdout).toMatch(/^train_step: differs\n/)
  expect(other.stdout).toContain('  matmul: ')
  expect(other.status).toBe(1)
})

it('says which settings, weights and operators differ', () => {
  const { status, stdout } = diff(file, file, ...withoutHead, '--left-set', 'train.epochs=3', '--right-set', 'lambda=1')
  expect(status).toBe(1)
  expect(stdout).toContain('settings\n  train.epochs: 3 epochs -> 32 epochs\n  param.lambda: only right, 1\n')
  expect(stdout).toContain('  severity.dense3.kernel: only right, weight f32[16, 1]\n')
  expect(stdout).toContain('predict: differs\n')
  const json = JSON.parse(diff(file, file, '--json').stdout)
  expect(json).toMatchObject({ settings: [], state: [] })
  for (const { left, right } of json.functions) expect(left).toBe(right)
})

it('compares a run with the pipeline that it was made from', () => {
  const run = join(temporaryDirectory(), 'run')
  mkdirSync(run)
  // As on a machine that measured nothing yet.
  const env = { DRAEMC_CACHE: join(run, '..', 'cache') }
  const emit = (phase: string) => draemc(['compile', file, '--emit', phase], { env }).stdout
  const files = { 'ir.txt': emit('ir'), 'plan.json': emit('plan'), 'manifest.json': '{}' }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(run, name), text)
  const recorded = spawnSync('sha256sum', Object.keys(files), { cwd: run, encoding: 'utf8' }).stdout
  writeFileSync(join(run, 'record.sha256'), recorded)
  expect(diff(run, file, '--only', 'settings', 'weights', 'train_step', 'predict').status).toBe(0)
  expect(diff(run, file, '--right-set', 'seed=2', '--only', 'init').status).toBe(1)
  expect(diff(run, file, '--left-set', 'seed=2').stderr).toContain('is a run: its settings are what they were')
  writeFileSync(join(run, 'ir.txt'), 'module x')
  expect(diff(run, file).stderr).toContain('are not those that record.sha256 lists: 1 changed (ir.txt)')
})
