import { defineConfig } from 'vitest/config'
import { ClosingReporter } from './test/support/closing-reporter.js'

export default defineConfig({
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // The engine and the interpreter each use a core: more files at once only take them from each other.
    maxWorkers: 2,
    reporters: ['default', new ClosingReporter()],
  },
})
