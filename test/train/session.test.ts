import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emitSavedModel } from '../../src/targets/tensorflow/emit.js'
import { EngineError, loadEngine } from '../../src/train/engine-binding.js'
import { type EngineSession, openSession } from '../../src/train/session.js'
import { describeNative } from '../support/native.js'
import { tinyBatch, tinyEvalBatch, tinyImage, tinyModule } from './support/tiny-module.js'

describeNative('a session of the native engine', ({ directory: engineDirectory }) => {
  const emitted = emitSavedModel(tinyModule())
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-session-'))
    writeFileSync(join(directory, 'saved_model.pb'), emitted.bytes)
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  const open = () => openSession(directory, emitted, loadEngine(engineDirectory))
  const pixels = tinyImage.height * tinyImage.width
  const images = (count: number, seed: number) =>
    Float32Array.from({ length: count * pixels }, (_, i) => Math.abs(Math.sin(seed + i * i)))

  const train = (session: EngineSession, step: number) =>
    session.run('train_step', {
      image: images(tinyBatch, step),
      fault_severity: Float32Array.from({ length: tinyBatch }, (_, i) => i % 2),
      learning_rate: 0.5,
    })

  const stateOf = (session: EngineSession) =>
    [...session.state()].map(({ name, values }) => ({ name, values: Array.from(values) }))

  test('state set is state read, bit for bit, and what is not set stays', () => {
    const session = open()
    session.run('init', {})
    const values = Object.fromEntries(emitted.state.map(({ name }, i) => [name, Float32Array.of(Math.fround(0.3 + i))]))
    const states = emitted.state.map(({ name }) => ({ name, values: values[name] as Float32Array }))
    expect(session.setState(states)).toBe(4)
    expect(stateOf(session)).toEqual(states.map((entry) => ({ name: entry.name, values: Array.from(entry.values) })))

    expect(session.setState([{ name: 'head.bias', values: Float32Array.of(-7) }])).toBe(1)
    expect(stateOf(session).find(({ name }) => name === 'head.bias')?.values).toEqual([-7])
    expect(stateOf(session).find(({ name }) => name === 'head.kernel')?.values).toEqual(
      Array.from(values['head.kernel'] as Float32Array),
    )
    session.close()
  })

  test('a session goes on from the state of another to the same bits', () => {
    const [whole, taken] = [open(), open()]
    whole.run('init', {})
    for (let step = 1; step <= 3; step++) train(whole, step)
    taken.setState([...whole.state()])
    for (let step = 4; step <= 6; step++) expect(train(taken, step)).toEqual(train(whole, step))
    expect(stateOf(taken)).toEqual(stateOf(whole))
    whole.close()
    taken.close()
  })

  test('the same start and the same batches give the same bits, and training moves the weights', () => {
    const runs = [0, 1].map(() => {
      const session = open()
      session.run('init', {})
      const start = stateOf(session)
      const losses = Array.from({ length: 5 }, (_, step) => train(session, step)['loss.total']?.[0])
      const end = stateOf(session)
      session.close()
      return { start, losses, end }
    })
    expect(runs[1]).toEqual(runs[0])
    expect(runs[0]?.end).not.toEqual(runs[0]?.start)
  })

  test('live tensors are as many after many runs as before, also of runs that fail', () => {
    const session = open()
    session.run('init', {})
    const before = session.liveTensors
    for (let step = 0; step < 50; step++) {
      train(session, step)
      session.run('eval_step', { image: images(tinyEvalBatch, step) }, ['score'])
    }
    stateOf(session)
    expect(session.liveTensors).toBe(before)
    const tooFew = { image: images(1, 1), fault_severity: new Float32Array(tinyBatch), learning_rate: 0.5 }
    expect(() => session.run('train_step', tooFew)).toThrow('for image')
    expect(() => session.run('eval_step', { image: images(tinyEvalBatch, 1) }, ['riddle'])).toThrow(EngineError)
    expect(session.liveTensors).toBe(before)
    session.close()
  })

  test('outputs that are not asked for are not given', () => {
    const session = open()
    session.run('init', {})
    const image = images(tinyEvalBatch, 2)
    const whole = session.run('eval_step', { image })
    expect(Object.keys(whole).sort()).toEqual(['anomaly_map', 'score'])
    expect(session.run('eval_step', { image }, ['score'])).toEqual({ score: whole.score })
    session.close()
  })
})
