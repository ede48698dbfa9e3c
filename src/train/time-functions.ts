import type { EngineBinding } from './engine-binding.js'
import { openSession, type SessionPlan } from './session.js'

const fewestRounds = 4
const mostRounds = 12
/** Enough rounds for so many milliseconds of each function. */
const enough = 60
/** A function that takes so many times as long as the first at its first run is not run again. */
const hopeless = 5

/**
 * Milliseconds of each function of a program but `init`, which is run first. Functions take turns; of each the fastest run counts,
 * since what else the machine does only adds to it.
 */
export function timeFunctions(
  directory: string,
  plan: SessionPlan,
  engine: EngineBinding,
): Readonly<Record<string, number>> {
  const session = openSession(directory, plan, engine)
  const time = (name: string): number => {
    const start = performance.now()
    session.run(name, {})
    return performance.now() - start
  }
  try {
    session.run('init', {})
    const names = Object.keys(plan.functions).filter((name) => name !== 'init')
    // The first run of each also plans it.
    const best = new Map(names.map((name) => [name, time(name)]))
    const first = best.get(names[0] ?? '') ?? 0
    const running = names.filter((name) => (best.get(name) ?? 0) <= hopeless * first)
    let spent = 0
    for (let round = 0; round < mostRounds && (round < fewestRounds || spent < enough * running.length); round++) {
      for (const name of running) {
        const taken = time(name)
        spent += taken
        best.set(name, Math.min(best.get(name) ?? taken, taken))
      }
    }
    return Object.fromEntries(best)
  } finally {
    session.close()
  }
}
