import { writeSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { isatty } from 'node:tty'
import { readText } from '../files/reading.js'
import { systemErrorCode } from '../files/system-error.js'
import { endWithParent } from '../native/parent.js'
import { operatorThreads } from '../native/surroundings.js'
import { loadInstalledEngine } from './engine-binding.js'
import { timeFunctions } from './time-functions.js'

/** `trials.json`: programs by the directory that they lie in, below that of the file. */
export interface Trial {
  readonly directory: string
  readonly plan: Parameters<typeof timeFunctions>[1]
}

/** The command's stderr; this process' own has what the library writes. */
const progress = 3

/** `trials.js DIRECTORY`: times the functions of each program; a line of JSON a program, in their order. */
function main([argument]: readonly string[]): void {
  const directory = resolve(argument ?? '.')
  endWithParent({ graceMilliseconds: 0, remove: [directory] })
  const trials = JSON.parse(readText(join(directory, 'trials.json'))) as readonly Trial[]
  process.env.TF_NUM_INTRAOP_THREADS = String(operatorThreads())
  const engine = loadInstalledEngine()
  for (const [index, trial] of trials.entries()) {
    showProgress(index, trials.length)
    const times = timeFunctions(join(directory, trial.directory), trial.plan, engine)
    writeSync(1, `${JSON.stringify(times)}\n`)
  }
  if (isatty(progress)) say('\n')
}

/** On a terminal a line that changes, otherwise one line at the start. */
function showProgress(done: number, count: number): void {
  const text = 'measuring once which convolution algorithms are fastest on this machine'
  if (isatty(progress)) say(`\r${text}: ${done + 1} of ${count}`)
  else if (done === 0) say(`${text}: ${count} convolutions\n`)
}

/** Whoever reads it may have gone: the times are worth taking all the same. */
function say(text: string): void {
  try {
    writeSync(progress, text)
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error
  }
}

main(process.argv.slice(2))
