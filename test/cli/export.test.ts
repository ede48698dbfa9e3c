import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as runtime from 'onnxruntime-web'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { startEngineTask } from '../../src/driver/engine-task.js'
import type { ExportMessage, ExportRequest } from '../../src/train/export/messages.js'
import { draemc, projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

runtime.env.wasm.numThreads = 1

describeNative('draemc export', (engine) => {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  const data = join(directory, 'data')
  const images = join(data, 'domain_A', 'test', 'good')
  const train = (out: string, ...set: readonly string[]) => {
    const short = ['train.max_steps=2', 'train.validate=every(1 step)']
    const common = [`data.root="${data}"`, 'data.batch=8', ...short, 'evaluate.on=[source.test]']
    const options = [...common, ...set].flatMap((text) => ['--set', text])
    return draemc(['run', 'quickstart.draem', ...options, '--out', out], { cwd: directory })
  }
  const exported = (...args: readonly string[]) => draemc(['export', ...args], { cwd: directory })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  beforeAll(() => {
    expect(draemc(['data', 'hdmap-example', data, '--size', '0.2']).status).toBe(0)
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'quickstart.draem'))
    expect(train('out').status).toBe(0)
  }, 120_000)

  it('writes both forms, each the same as the run on the images named', async () => {
    const { status, stdout, stderr } = exported(
      'out',
      ...['--onnx', 'model.onnx', '--saved-model', 'saved', '--compare-on', images],
    )
    expect(stderr).toBe('')
    expect(status).toBe(0)
    expect(stdout.replaceAll(/\d\.\de-\d+, in \w+/g, 'D')).toBe(
      [
        `${join(directory, 'saved')}: largest difference D, against the run's own evaluation of 12 images`,
        `${join(directory, 'model.onnx')}: largest difference D, against the run's own evaluation of 12 images`,
        '',
      ].join('\n'),
    )
    expect(readdirSync(join(directory, 'saved'))).toEqual(['saved_model.pb'])
    expect(readdirSync(directory).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  it('gives the scores of predictions.csv for files as they are', async () => {
    const [header = '', ...rows] = readFileSync(join(directory, 'out', 'predictions.csv'), 'utf8')
      .trim()
      .split('\n')
    const columns = header.split(',')
    const session = await runtime.InferenceSession.create(readFileSync(join(directory, 'model.onnx')))
    expect(session.inputMetadata).toEqual([
      { name: 'image', isTensor: true, type: 'float32', shape: ['images', 'height', 'width', 1] },
    ])
    for (const row of rows.slice(0, 5)) {
      const cells = row.split(',')
      const cell = (name: string) => cells[columns.indexOf(name)] ?? ''
      const { height, width, values } = await decodeImage(readFileSync(join(data, cell('file'))))
      const outputs = await session.run({ image: new runtime.Tensor('float32', values, [1, height, width, 1]) })
      for (const name of ['severity', 'mask_score', 'score'])
        expect(Number(outputs[name]?.data[0])).toBeCloseTo(Number(cell(name)), 5)
      expect(outputs.anomaly_map?.dims).toEqual([1, 32, 96, 1])
    }
    await session.release()
  })

  it('takes the values that are asked for, and other weights', () => {
    const { status, stdout } = exported('out', '--onnx', 'eight.onnx', '--pixels', 'uint8', '--checkpoint', 'last')
    expect(status).toBe(0)
    expect(stdout).toContain('of 3 images')
    const refused = exported('out', '--onnx', 'other.onnx', '--pixels', 'uint8', '--compare-on', images)
    expect(refused.status).toBe(1)
    expect(refused.stderr).toMatch(
      /^error: .*\.tiff has float32 values, and the model takes uint8\n {2}help: export with `--pixels float32`/,
    )
    expect(existsSync(join(directory, 'other.onnx'))).toBe(false)
  })

  it('finds a model of other weights', async () => {
    expect(train('other', 'seed=2').status).toBe(0)
    const messages: ExportMessage[] = []
    const request: ExportRequest = {
      directory: join(directory, 'other'),
      checkpoint: join(directory, 'other', 'checkpoints', 'last.safetensors'),
      files: [],
      depth: 'float32',
      exported: [
        { format: 'onnx', path: join(directory, 'model.onnx') },
        { format: 'saved_model', path: join(directory, 'saved') },
      ],
    }
    const task = startEngineTask('train/export.js', request, engine, (message) =>
      messages.push(message as ExportMessage),
    )
    expect(await task.ended).toBe(0)
    const differences = messages.map((message) =>
      message.type === 'compared' ? message.comparison.difference : message,
    )
    expect(differences).toEqual([expect.any(Number), expect.any(Number), { type: 'done' }])
    for (const difference of differences.slice(0, 2)) expect(difference).toBeGreaterThan(0.01)
  })

  it('refuses what cannot be the same', () => {
    expect(train('half', 'train.precision=bf16').status).toBe(0)
    // bf16 is how it trains: it evaluates in float32.
    expect(exported('half', '--onnx', 'half.onnx').status).toBe(0)
    writeFileSync(join(directory, 'half', 'data.json'), '{ "depths": ["uint8", "float32"')
    expect(exported('half', '--onnx', 'other.onnx').stderr).toContain("the run's data.json does not say")
    expect(train('noise', 'data.fit=keep_aspect', 'data.padding=noise').status).toBe(0)
    const noise = exported('noise', '--onnx', 'noise.onnx')
    expect([noise.status, noise.stderr]).toEqual([1, expect.stringContaining('pads its images with noise')])
    expect(exported('noise', '--saved-model', 'noise').status).toBe(2)
    expect(exported('noise', '--saved-model', 'noise-model').status).toBe(0)
  })

  it('says what is wrong with the command line', () => {
    const line = (...args: readonly string[]) => {
      const { status, stderr } = exported(...args)
      return [status, stderr.split('\n')[0]]
    }
    expect(line('out')).toEqual([2, 'error: nothing says what to write'])
    mkdirSync(join(directory, 'folder'))
    writeFileSync(join(directory, 'folder', 'mine.txt'), 'mine')
    expect(line('out', '--onnx', 'folder')).toEqual([2, 'error: folder is a directory'])
    expect(line('out', '--saved-model', 'folder')).toEqual([2, 'error: folder holds other files than a SavedModel'])
    expect(line('out', '--onnx', 'x.onnx', '--compare-on', 'nothing')).toEqual([2, 'error: nothing does not exist'])
    expect(line('out', '--onnx', 'x.onnx', '--checkpoint', 'gone')[0]).toBe(2)
    expect(line('out', '--onnx', 'nowhere/x.onnx')[0]).not.toBe(0)
  })
})
