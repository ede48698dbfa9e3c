import { join } from 'node:path'
import { checkFile } from '../../check/check.js'
import { readSource } from '../../driver/source-text.js'
import { packageRoot } from '../../native/package-root.js'
import { parse } from '../../syntax/parse.js'
import { longTexts } from './long-texts.js'

/** Processor time in milliseconds for a text of one kind. */
export interface ReadingResult {
  readonly kind: string
  readonly bytes: number
  readonly parse: number
  /** With all its names, types and settings, and its mistakes. */
  readonly check: number
  /** How many times as long as half of it; 1 where both take no time that could be compared. */
  readonly growth: number
}

const megabyte = 1 << 20
/** Shorter times are those of a collection of garbage. */
const leastMilliseconds = 100

/** How long a megabyte of each kind of text takes to read, and whether the time grows with its length alone. */
export function measureReading(): readonly ReadingResult[] {
  for (const make of Object.values(longTexts)) check(make(100))
  return Object.entries(longTexts).map(([kind, make]) => {
    const count = Math.round((1000 * megabyte) / make(1000).length)
    const [text, half] = [make(count), make(Math.round(count / 2))]
    const times = { half: least(() => check(half)), parse: least(() => parse(text, 'long.draem')) }
    const whole = least(() => check(text))
    const growth = Math.max(whole, leastMilliseconds) / Math.max(times.half, leastMilliseconds)
    return { kind, bytes: text.length, parse: times.parse, check: whole, growth }
  })
}

/** Of three: collections of garbage fall where they fall. */
function least(run: () => void): number {
  return Math.min(timed(run), timed(run), timed(run))
}

function check(text: string): void {
  const entry = '/long.draem'
  checkFile({
    entry,
    loadFile: (path) => (path === entry ? text : readSource(path)),
    libraryDirectory: join(packageRoot(), 'grammar', 'std'),
    overrides: [],
    environment: {},
    workingDirectory: '/',
  })
}

/** Milliseconds of this process alone: what else the machine does counts little. */
export function timed(run: () => void): number {
  const before = process.cpuUsage().user
  run()
  return (process.cpuUsage().user - before) / 1000
}
