import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { CannotPredict, chooseCheckpoint } from '../../src/driver/predict.js'
import { NoWholeRun, openRun } from '../../src/driver/recorded-run.js'
import { RunFailure } from '../../src/train/failure.js'
import { findResumePoint } from '../../src/train/resume.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { goOn, pick, randomNumbers, report, timeLimit } from './budget.js'
import { makeTinyProject } from './tiny-project.js'

const files = [
  'plan.json',
  'manifest.json',
  'record.sha256',
  'graph/saved_model.pb',
  'checkpoints/last.safetensors',
  'checkpoints/best.json',
  'events.jsonl',
  'predictions.csv',
  'results.json',
] as const

type Mutation = (bytes: Buffer, random: () => number) => Buffer | undefined

/** Undefined: something else than a file is put in its place. */
const mutations: Readonly<Record<string, Mutation>> = {
  'a bit flipped': (bytes, random) => {
    const at = Math.floor(random() * bytes.length)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8))
    return bytes
  },
  'bytes replaced': (bytes, random) => {
    for (let at = Math.floor(random() * bytes.length), n = 0; n < 20 && at < bytes.length; n++, at++)
      bytes[at] = Math.floor(random() * 256)
    return bytes
  },
  'cut short': (bytes, random) => bytes.subarray(0, Math.floor(random() * bytes.length)),
  'a part missing': (bytes, random) => {
    const at = Math.floor(random() * bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + Math.floor(random() * 100))])
  },
  'a part twice': (bytes, random) => {
    const at = Math.floor(random() * bytes.length)
    return Buffer.concat([bytes.subarray(0, at + Math.floor(random() * 500)), bytes.subarray(at)])
  },
  'a number changed': (bytes) => Buffer.from(bytes.toString('latin1').replace(/\d+/, '99999999999999999999'), 'latin1'),
  'another type': (bytes) => Buffer.from(bytes.toString('latin1').replace(/[[{].*?[\]}]/s, 'null'), 'latin1'),
  empty: () => Buffer.alloc(0),
  'a directory': () => undefined,
  'a named pipe': () => undefined,
}

describeNative('a file of a run directory that was changed from outside', () => {
  it('is named, or changes nothing: no crash, no wait', { timeout: timeLimit }, () => {
    const random = randomNumbers('mutations')
    const { directory, pipeline } = makeTinyProject(temporaryDirectory())
    const original = join(directory, 'run')
    expect(draemc(['run', pipeline, '--set', 'train.epochs=9', '--out', original], { cwd: directory }).status).toBe(0)
    const counts = { mutations: 0, named: 0, slowest: 0 }
    for (const since = performance.now(); goOn(counts.mutations, 300, 0.2, since); counts.mutations++) {
      const run = join(directory, 'mutated')
      cpSync(original, run, { recursive: true })
      const file = pick(random, files)
      const how = pick(random, Object.keys(mutations))
      const path = join(run, file)
      const mutated = mutations[how]?.(readFileSync(path), random)
      rmSync(path)
      if (mutated !== undefined) writeFileSync(path, mutated)
      else if (how === 'a directory') mkdirSync(path)
      else spawnSync('mkfifo', [path])

      const begin = performance.now()
      const said = [
        messageOf(() => {
          const { plan } = openRun(run)
          findResumePoint(run, plan)
        }),
        messageOf(() => chooseCheckpoint(run, 'best')),
      ].filter((message) => message !== undefined)
      counts.slowest = Math.max(counts.slowest, performance.now() - begin)
      const what = `${file}: ${how}`
      for (const message of said) expect(message, what).toContain(run)
      if (said.length > 0) counts.named++
      // Nothing of these may pass.
      const isRecorded = !['checkpoints/best.json', 'events.jsonl', 'predictions.csv', 'results.json'].includes(file)
      if (isRecorded && isChanged(path, join(original, file))) expect(said.length, what).toBeGreaterThan(0)
      rmSync(run, { recursive: true })
    }
    expect(counts.slowest).toBeLessThan(2000)
    report(
      `run files: ${counts.mutations} mutations, ${counts.named} refused by name, the others without effect, ` +
        `no crash, the slowest answer after ${counts.slowest.toFixed(0)} ms`,
    )
  })
})

/** What is said to the user; every other error is a crash. */
function messageOf(read: () => unknown): string | undefined {
  try {
    read()
    return undefined
  } catch (error) {
    if (error instanceof NoWholeRun || error instanceof RunFailure || error instanceof CannotPredict)
      return error.message
    throw error
  }
}

function isChanged(path: string, original: string): boolean {
  return !existsSync(path) || spawnSync('cmp', ['-s', path, original], { timeout: 1000 }).status !== 0
}
