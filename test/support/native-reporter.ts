import type { Reporter, TestModule } from 'vitest/node'
import { locateEngine } from '../../src/native/locate.js'

/** One loud line at the end where tests were skipped for want of the native engine: how many, why, what to do. */
export class NativeReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    if (locateEngine()) return
    let skipped = 0
    for (const module of modules) {
      for (const test of module.children.allTests('skipped')) if (test.result().state === 'skipped') skipped++
    }
    if (skipped === 0) return
    const line = `SKIPPED ${skipped} TESTS: the native engine is not installed. Run \`npx draemc engine install\` (\`npx draemc doctor\` tells what it needs), then test again.`
    process.stderr.write(`\n${line}\n`)
  }
}
