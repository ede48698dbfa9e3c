import { kinds } from './kinds.js'

/** One known mistake, and the lines (from 1) at which it may be reported. */
export interface Mistake {
  readonly kind: string
  readonly lines: readonly number[]
}

export interface Mutation {
  readonly file: string
  readonly text: string
  readonly mistakes: readonly Mistake[]
}

interface Candidate {
  readonly kind: string
  readonly place: number
  readonly line: string
  readonly also: readonly number[]
}

/** The same numbers for the same seed: in [0, 1). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/**
 * `count` texts with one to three mistakes each. The kinds take turns, so that each comes as often; the file, the line and
 * the further mistakes are drawn. Mistakes of one text stand in statements of their own: what is wrong in one that cannot
 * be read is not known before it can.
 */
export function mutations(files: Readonly<Record<string, string>>, count: number, seed: number): readonly Mutation[] {
  const random = numbers(seed)
  const pick = <Item>(items: readonly Item[]): Item | undefined => items[Math.floor(random() * items.length)]
  const names = Object.keys(kinds)
  const candidates = new Map(Object.entries(files).map(([file, text]) => [file, candidatesOf(text.split('\n'))]))
  return Array.from({ length: count }, (_, index) => {
    const first = names[index % names.length] ?? ''
    const able = [...candidates].filter(([, found]) => found.some(({ kind }) => kind === first))
    const [file, found] = pick(able) ?? ['', []]
    const lines = (files[file] ?? '').split('\n')
    const statements = statementsOf(lines)
    const chosen: Candidate[] = []
    for (let more = 1 + Math.floor(random() * 3); more > 0; more--) {
      const kind = chosen.length === 0 ? first : pick(names)
      const free = found.filter(
        (each) => each.kind === kind && chosen.every(({ place }) => statements[place] !== statements[each.place]),
      )
      const next = pick(free)
      if (next !== undefined) chosen.push(next)
    }
    for (const { place, line } of chosen) lines[place] = line
    const mistakes = chosen.map(({ kind, place, also }) => ({ kind, lines: [place, ...also].map((line) => line + 1) }))
    return { file, text: lines.join('\n'), mistakes }
  })
}

function candidatesOf(lines: readonly string[]): readonly Candidate[] {
  return lines.flatMap((text, place) => {
    // What a comment says is no mistake, but that it is no comment.
    const code = text.replace(/\s*\/\/.*$/, '')
    return Object.entries(kinds).flatMap(([kind, slip]) =>
      slip(kind === 'hash for a comment' ? text : code, place, lines).map(({ line, also = [] }) => ({
        kind,
        place,
        line,
        also,
      })),
    )
  })
}

/** For each line the first of its statement: brackets hold one together, and the braces of a value. */
function statementsOf(lines: readonly string[]): readonly number[] {
  let [first, depth] = [0, 0]
  return lines.map((line, place) => {
    const code = line.replace(/\s*\/\/.*$/, '')
    if (depth <= 0) first = place
    const holds = depth > 0 || (/=/.test(code) && !/^\s*(block|pipeline|study)\b/.test(code))
    for (const character of code) {
      if ('(['.includes(character) || (holds && character === '{')) depth += 1
      else if (')]'.includes(character) || (depth > 0 && character === '}')) depth -= 1
    }
    return first
  })
}
