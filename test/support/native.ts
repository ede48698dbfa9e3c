import { describe } from 'vitest'
import { type EngineLocation, locateEngine } from '../../src/native/locate.js'

/**
 * Tests that need the native engine. Where none is installed they are skipped, and the reporter says so
 * in one loud line (`closing-reporter.ts`); with CI set they fail instead, so that a machine without the engine never looks green.
 */
export function describeNative(name: string, define: (engine: EngineLocation) => void): void {
  const engine = locateEngine()
  if (engine) {
    describe(name, () => define(engine))
  } else if (process.env.CI) {
    describe(name, () => {
      throw new Error(`${name}: the native engine is not installed; run \`draemc engine install\``)
    })
  } else {
    // biome-ignore lint/suspicious/noSkippedTests: where the engine cannot be had there is nothing to run; CI fails above.
    describe.skip(name, () => define(absentEngine))
  }
}

/** Suites that are skipped are still collected: they may look at the location, not use it. */
const absentEngine: EngineLocation = { directory: '', name: 'absent', device: 'cpu', manifest: undefined }
