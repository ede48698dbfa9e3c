import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { recordOf } from '../../src/data/record.js'
import { csvRow } from '../../src/files/csv.js'
import type { Listing } from '../../src/layouts/listing.js'
import { safeJson, unsafe, visible, visibleLines } from '../../src/source/visible.js'
import { draemc } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { eventsOf, smallProject } from './small-run.js'

/** Names that every JavaScript object has. */
const inherited = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'] as const

describeNative('names that every object of JavaScript has', () => {
  it('are names as all others: of a pipeline, a domain, blocks, bindings, parameters, losses, scores', () => {
    const cwd = smallProject()
    const [proto, maker, shows, owns, value] = inherited
    const text = readFileSync(join(cwd, 'small.draem'), 'utf8')
      .replace(
        'pipeline small',
        `block ${shows}(${maker}: map, ${proto}: int) -> map {
  ${value} = ${maker} |> conv2d(${proto}, kernel = 3)
  return ${value}
}
pipeline ${maker}`,
      )
      .replace('width: int = 4', `${owns}: int = env("${proto}", 4)`)
      .replace('image |> conv2d(width, kernel = 3)', `${shows}(image, ${proto} = ${owns})`)
      .replaceAll('domain_B', proto)
      .replaceAll('score', value)
      .replace('segmentation =', `${proto} =`)
      .replace('total        = segmentation', `${maker} = 2 * ${proto}\n    total = ${maker}`)
    expect(text).not.toMatch(/small|width: int|domain_B|score|segmentation/)
    writeFileSync(join(cwd, 'named.draem'), text)
    renameSync(join(cwd, 'data', 'domain_B'), join(cwd, 'data', proto))
    const { status, stderr } = draemc(['run', 'named.draem', '--out', 'out'], { cwd })
    expect(stderr).toContain('completed after 8 steps')
    expect(status).toBe(0)
    const step = eventsOf(join(cwd, 'out')).find(({ type }) => type === 'step')
    expect(Object.keys(step?.losses ?? {})).toEqual([proto, maker, 'total'])
    expect(readFileSync(join(cwd, 'out', 'predictions.csv'), 'utf8')).toContain(`\n${proto},target,${proto}/test/`)
  })

  it('are unknown where they name nothing', () => {
    const cwd = smallProject()
    for (const name of inherited.slice(0, 2)) {
      for (const path of [name, `train.${name}`, `data.${name}`]) {
        const { status, stderr } = draemc(['check', 'small.draem', '--set', `${path}=3`], { cwd })
        expect(stderr).toMatch(/^error\[D0\d\d\]/)
        expect(status).toBe(3)
      }
      expect(draemc(['doc', name], { cwd }).status).toBe(2)
      expect(draemc([name], { cwd }).status).toBe(2)
    }
  })
})

describe('classes of faults with such names', () => {
  it('are counted as all others', () => {
    const images = inherited.map((name) => ({ file: `d/test/${name}/0.png`, label: 1 as const, class: name }))
    const tests = [{ name: 'd', role: 'target', images: [...images, ...images] }]
    const { tests: counted } = recordOf({ problems: [], tests } as unknown as Listing, [], [])
    expect(JSON.parse(JSON.stringify(counted[0]?.faulty))).toEqual(
      Object.fromEntries(inherited.map((name) => [name, 2])),
    )
  })
})

const nasty = '\u001b[2J=cmd()\nerror[D999]: fake\u202e\u0007'

describeNative('names with escape sequences, ends of lines and bidirectional marks', () => {
  it('reach no terminal as they are, and no table as formulas', () => {
    const cwd = smallProject()
    cpSync(join(cwd, 'data', 'domain_B'), join(cwd, 'data', nasty), { recursive: true })
    cpSync(join(cwd, 'data', 'domain_B'), join(cwd, 'data', '=cmd()'), { recursive: true })
    const all = ['--set', 'data.targets=auto', '--set', 'train.epochs=1', '--out', nasty]
    const run = draemc(['run', 'small.draem', '--plain', ...all], { cwd })
    expect(run.status).toBe(0)
    expect(run.stderr).toContain(visible(nasty))
    expect(run.stderr.replaceAll('\n', '').match(unsafe)).toBeNull()
    expect(run.stderr).not.toMatch(/^error/m)
    const events = readFileSync(join(cwd, nasty, 'events.jsonl'), 'utf8')
    expect(events.replaceAll('\n', '').match(unsafe)).toBeNull()
    expect(eventsOf(join(cwd, nasty)).some(({ domain }) => domain === nasty)).toBe(true)
    const rows: string[][] = parse(readFileSync(join(cwd, nasty, 'predictions.csv')))
    expect(rows.flat().filter((cell) => /^[=+@]/.test(cell))).toEqual([])
    expect(rows.some(([domain]) => domain === "'=cmd()")).toBe(true)

    for (const args of [
      ['check', nasty],
      ['run', nasty],
      ['fmt', nasty],
      ['doc', nasty],
      ['engine', 'remove', nasty],
      [`--${nasty}`],
      [nasty],
    ]) {
      const { stdout, stderr, status } = draemc(args, { cwd })
      expect(status).toBe(2)
      expect(`${stdout}${stderr}`.replaceAll('\n', '').match(unsafe), args[0]).toBeNull()
    }
  })
})

describe('a name as it is shown', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 40 })

  it('holds nothing unsafe, whatever it holds', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(visible(text).match(unsafe)).toBeNull()
        expect(
          visibleLines(text.replaceAll('\u001b', ''))
            .replaceAll(/[\n\t]/g, '')
            .match(unsafe),
        ).toBeNull()
      }),
    )
  })

  it('is the same value in JSON and CSV, but for the mark before a formula', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(JSON.parse(safeJson(JSON.stringify({ [text]: text })))).toEqual(
          JSON.parse(JSON.stringify({ [text]: text })),
        )
        const cell = (parse(csvRow(['x', text]), { relax_column_count: true }) as string[][])[0]?.[1]
        expect([text, `'${text}`]).toContain(cell)
        expect(cell?.startsWith('=')).toBe(false)
      }),
    )
  })

  it('of a number is the number', () => {
    expect(csvRow(['-1.5e-7', '+3', '-x', '@a', '-'])).toBe("-1.5e-7,+3,'-x,'@a,'-")
  })
})
