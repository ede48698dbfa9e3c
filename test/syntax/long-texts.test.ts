import { expect, it } from 'vitest'
import { parse } from '../../src/syntax/parse.js'
import { format } from '../../src/syntax/print.js'
import { longTexts } from '../../src/tools/bench/long-texts.js'
import { timed } from '../../src/tools/bench/reading.js'

const read = (text: string): void => {
  parse(text, 'long.draem')
  format(text)
}
for (const make of Object.values(longTexts)) read(make(100))

/** Eight times as long a text takes eight times as long, or 64 times where time is quadratic. The best of several tries counts. */
it.each(Object.entries(longTexts))('%s take time in proportion to their number', (_kind, make) => {
  const [short, long] = [make(400), make(3200)]
  const growth = (): number =>
    timed(() => read(long)) /
    Math.max(
      timed(() => read(short)),
      2,
    )
  let best = growth()
  for (let tries = 1; tries < 4 && best > 20; tries++) best = Math.min(best, growth())
  expect(best).toBeLessThan(20)
})
