/** `npm run test:faults -- --minutes N --seed S` sets these; `npm test` has the short form of everything. */
const minutes = Number(process.env.DRAEMC_FAULTS_MINUTES ?? 0)
export const seed = Number(process.env.DRAEMC_FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Whether to go on after so many: the short form ends with `short` of them, the long one when its share of the time is over. */
export function goOn(done: number, short: number, share: number, since: number): boolean {
  return minutes === 0 ? done < short : performance.now() - since < minutes * 60_000 * share
}

/** For vitest: the long form plus what the last one under way may take. */
export const timeLimit = 120_000 + minutes * 60_000

/** Numbers in [0, 1), the same for the same seed and name (mulberry32). */
export function randomNumbers(name: string): () => number {
  let state = seed
  for (const character of name) state = Math.imul(state ^ character.charCodeAt(0), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function pick<Item>(random: () => number, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item
}

/** One line in the log of the tests: what was done, with the seed that does it again. */
export function report(text: string): void {
  process.stderr.write(`${text} (seed ${seed})\n`)
}
