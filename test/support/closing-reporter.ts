import type { Reporter, TestModule } from 'vitest/node'
import { locateEngine } from '../../src/native/locate.js'

/** The last lines of a test run: the counts, and one loud line where tests were skipped for want of the native engine. */
export class ClosingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0 }
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result()
        if (state !== 'pending') counts[state]++
      }
    }
    if (counts.skipped > 0 && !locateEngine()) {
      process.stderr.write(
        `\nSKIPPED ${counts.skipped} TESTS: the native engine is not installed. Run \`npx draemc engine install\` (\`npx draemc doctor\` tells what it needs), then test again.\n`,
      )
    }
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
  }
}
