import { join } from 'node:path'
import { checkFile } from '../../check/check.js'
import { readSource } from '../../driver/source-text.js'
import { packageRoot } from '../../native/package-root.js'
import { parse } from '../../syntax/parse.js'
import { longTexts } from './long-texts.js'

/** Processor time in milliseconds for a text of a megabyte. */
export interface ReadingResult {
  readonly kind: string
  readonly parse: number
  /** With all its names, types and settings, and its mistakes. */
  readonly check: number
  /** How many times as long as half of it. */
  readonly growth: number
}

const megabyte = 1 << 20

/** How long a megabyte of each kind of text takes to read, and whether the time grows with its length alone. */
export function measureReading(): readonly ReadingResult[] {
  for (const make of Object.values(longTexts)) check(make(100))
  return Object.entries(longTexts).map(([kind, make]) => {
    const count = Math.round((1000 * megabyte) / make(1000).length)
    const text = make(count)
    const half = timed(() => check(make(count / 2)))
    const whole = timed(() => check(text))
    return { kind, parse: timed(() => parse(text, 'long.draem')), check: whole, growth: whole / half }
  })
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
