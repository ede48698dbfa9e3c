import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodeImage } from '../../src/data/decode.js'
import { draemc, projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

type Row = Readonly<Record<string, string>>
const rowsOf = (csv: string): readonly Row[] => parse(csv, { columns: true })

describeNative('draemc predict', () => {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
  const data = join(directory, 'data')
  const test = join(data, 'domain_A', 'test')
  const predict = (args: readonly string[], input?: string) =>
    draemc(['predict', 'out', ...args], { cwd: directory, ...(input === undefined ? {} : { input }) })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  beforeAll(() => {
    expect(draemc(['data', 'hdmap-example', data, '--size', '0.2']).status).toBe(0)
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'quickstart.draem'))
    const set = [`data.root="${data}"`, 'data.batch=8', 'train.epochs=1', 'evaluate.on=[source.test]']
    const options = set.flatMap((text) => ['--set', text])
    expect(draemc(['run', 'quickstart.draem', ...options, '--out', 'out'], { cwd: directory }).status).toBe(0)
  }, 120_000)

  it('gives the very scores of the run, for a directory', () => {
    const { status, stdout, stderr } = predict([test])
    expect(status).toBe(0)
    expect(stderr).toBe(`note: 1 file in the directories cannot be images: ${join(test, 'severity.csv')}\n`)
    const known = new Map(
      rowsOf(readFileSync(join(directory, 'out', 'predictions.csv'), 'utf8')).map((row) => [row.file, row]),
    )
    const rows = rowsOf(stdout)
    expect(rows.length).toBe(known.size)
    for (const { file = '', error, ...scores } of rows) {
      expect(error).toBe('')
      expect(Object.keys(scores)).toEqual(['severity', 'mask_score', 'score'])
      expect(known.get(file.slice(data.length + 1))).toMatchObject(scores)
    }
  })

  it('has a row for every file that was named, also for one that cannot be used', () => {
    writeFileSync(join(directory, 'text.png'), 'no image')
    const [good = ''] = readdirSync(join(test, 'good'))
    const list = ['text.png', join(test, 'good', good), 'text.png', ''].join('\n')
    const { status, stdout, stderr } = predict(['-', '--json'], list)
    expect(status).toBe(4)
    const rows: readonly {
      readonly file: string
      readonly outputs?: object
      readonly error?: { readonly code: string }
    }[] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(rows.map(({ file, error }) => [file, error?.code])).toEqual([
      ['text.png', 'not-an-image'],
      [join(test, 'good', good), undefined],
    ])
    expect(Object.keys(rows[1]?.outputs ?? {})).toEqual(['severity', 'mask_score', 'score'])
    expect(stderr).toContain('error: text.png: is no image')
  })

  it('writes maps as pictures and as numbers', async () => {
    const [fault = ''] = readdirSync(join(test, 'fault'))
    const file = join(test, 'fault', fault)
    for (const format of ['png', 'png16', 'tiff']) {
      expect(predict([file, '--maps', `maps-${format}`, '--map-format', format]).status).toBe(0)
      const extension = format === 'tiff' ? 'tiff' : 'png'
      expect(readdirSync(join(directory, `maps-${format}`)).sort()).toEqual(
        [`${fault}.anomaly_map.overlay.png`, `${fault}.anomaly_map.${extension}`, `${fault}.recon.${extension}`].sort(),
      )
    }
    const valuesOf = async (path: string) => (await decodeImage(readFileSync(join(directory, path)))).values
    const exact = await valuesOf(`maps-tiff/${fault}.anomaly_map.tiff`)
    const rounded = await valuesOf(`maps-png16/${fault}.anomaly_map.png`)
    expect(Math.max(...exact)).toBeGreaterThan(Math.min(...exact))
    // The map is a probability: black is 0 and white is 1.
    for (const [index, value] of exact.entries())
      expect(rounded[index]).toBe(Math.fround(Math.round(value * 65_535) / 65_535))
  })

  it('refuses what is no run and what is not there', () => {
    const none = draemc(['predict', directory, test])
    expect(none.stderr).toContain(`error: ${directory} holds no whole run: it has no record.sha256`)
    expect(none.status).toBe(2)
    const cases: readonly (readonly [readonly string[], string])[] = [
      [['nowhere'], 'error: nowhere does not exist'],
      [[test, '--checkpoint', 'nowhere'], `error: there are no weights in ${join(directory, 'nowhere')}`],
      [[join(directory, 'empty')], `error: ${join(directory, 'empty')} holds no images`],
      [['-'], 'error: the list of paths on stdin is empty'],
    ]
    mkdirSync(join(directory, 'empty'))
    for (const [args, message] of cases) {
      const { status, stdout, stderr } = predict(args, '')
      expect(stderr).toContain(message)
      expect(stdout).toBe('')
      expect(status).toBe(2)
    }
    const other = predict([test, '--checkpoint', 'quickstart.draem'])
    expect(other.status).toBe(1)
    expect(other.stderr).toContain('quickstart.draem is no checkpoint of this version of draemc')
  })
})
