import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { checkText } from '../check/harness.js'
import { goldenText } from '../support/golden.js'
import { kinds } from './kinds.js'
import { mutations } from './mutate.js'

const root = fileURLToPath(new URL('../../', import.meta.url))
const files = Object.fromEntries(
  ['pipelines/', 'grammar/std/'].flatMap((folder) =>
    readdirSync(root + folder).flatMap((name) =>
      name.endsWith('.draem') ? [[folder + name, readFileSync(root + folder + name, 'utf8')]] : [],
    ),
  ),
)

/** A pipeline may extend one of another file, which is as it is shipped. */
const beside = Object.fromEntries(
  Object.entries(files).map(([path, text]) => [`/project/${path.slice(path.lastIndexOf('/') + 1)}`, text]),
)

const check = (text: string) => {
  const { diagnostics, sources } = checkText(text, { mayLackPipeline: true }, beside)
  return diagnostics.map((diagnostic) => {
    const line = Number(/:(\d+):\d+$/.exec(sources.describe(diagnostic.span))?.[1])
    return { line, shown: `${diagnostic.code} at ${line}: ${diagnostic.message}` }
  })
}

test('what is shipped has no mistakes', () => {
  for (const text of Object.values(files)) expect(check(text)).toEqual([])
})

test('there are 20 kinds of mistakes, and each has a place', () => {
  const tried = new Set(mutations(files, Object.keys(kinds).length, 1).map(({ mistakes }) => mistakes[0]?.kind))
  expect([...tried].sort()).toEqual(Object.keys(kinds).sort())
  expect(tried.size).toBeGreaterThanOrEqual(20)
})

test('of the mistakes in 200 texts 95 % are found at their line, with at most 0.3 further messages each', () => {
  const scores = new Map(Object.keys(kinds).map((kind) => [kind, { made: 0, found: 0 }]))
  const misses: string[] = []
  let [made, found, further] = [0, 0, 0]
  for (const { file, text, mistakes } of mutations(files, 200, 1)) {
    const left = check(text)
    const missed = mistakes.filter(({ kind, lines }) => {
      const at = left.findIndex(({ line }) => lines.includes(line))
      if (at >= 0) left.splice(at, 1)
      const score = scores.get(kind)
      if (score !== undefined) scores.set(kind, { made: score.made + 1, found: score.found + (at < 0 ? 0 : 1) })
      return at < 0
    })
    made += mistakes.length
    found += mistakes.length - missed.length
    further += left.length
    if (missed.length + left.length > 0) {
      const all = mistakes.map(
        ({ kind, lines: [line = 0] }) => `  ${line}: ${kind}: ${text.split('\n')[line - 1]?.trim()}`,
      )
      const missing = missed.map(({ kind, lines }) => `  not found: ${kind} at ${lines.join(', ')}`)
      misses.push([file, ...all, ...missing, ...left.map(({ shown }) => `  further: ${shown}`)].join('\n'))
    }
  }
  const rows = [...scores].map(([kind, score]) => `${kind.padEnd(34)} ${score.found} of ${score.made}`)
  const total = `${'all'.padEnd(34)} ${found} of ${made}, ${further} further messages`
  goldenText('mutations/score.txt', `${[...rows, total].join('\n')}\n`)
  goldenText('mutations/misses.txt', `${misses.join('\n\n')}\n`)
  expect(found / made).toBeGreaterThanOrEqual(0.95)
  expect(further / made).toBeLessThanOrEqual(0.3)
}, 600_000)
