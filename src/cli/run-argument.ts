import { resolve } from 'node:path'
import { NoWholeRun, openRun, type RecordedRun } from '../driver/recorded-run.js'
import { UsageError } from './exit-codes.js'

/** The run of a directory that was named on the command line. @throws UsageError where it holds no whole run. */
export function runArgument(directory: string): RecordedRun {
  try {
    return openRun(resolve(directory))
  } catch (error) {
    if (error instanceof NoWholeRun) throw new UsageError(error.message, error.help)
    throw error
  }
}
