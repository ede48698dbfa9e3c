import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeDirectory } from '../files/writing.js'
import type { EngineLocation } from '../native/locate.js'
import type { MeasuredTimes } from '../native/measurements.js'
import { bundledProgram } from '../native/package-root.js'
import { type Convolution, keyOf } from '../passes/convolution_algorithms/convolution.js'
import { trialModule } from '../passes/convolution_algorithms/trial.js'
import { targets } from '../targets/registry.js'
import type { Trial } from '../train/trials.js'
import { engineEnvironment } from './engine-process.js'

/** The process that takes times failed. */
export class MeasurementFailed extends Error {
  override readonly name = 'MeasurementFailed'
}

/** Times every way to compute each convolution, in a process with the engine; its progress goes to stderr. @throws MeasurementFailed */
export function measureConvolutions(convolutions: readonly Convolution[], engine: EngineLocation): MeasuredTimes {
  const directory = mkdtempSync(join(tmpdir(), 'draemc-trials-'))
  try {
    const trials = convolutions.map((convolution, index) => writeTrial(directory, String(index), convolution))
    writeFileSync(join(directory, 'trials.json'), JSON.stringify(trials))
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [bundledProgram('train/trials.js'), directory],
      {
        env: engineEnvironment(engine.directory),
        // Its progress goes to this command's stderr by a descriptor of its own.
        stdio: ['ignore', 'pipe', 'pipe', 2],
        encoding: 'utf8',
      },
    )
    const lines = stdout.split('\n').filter((line) => line.startsWith('{'))
    if (status !== 0 || lines.length !== convolutions.length)
      throw new MeasurementFailed(`measuring convolutions ended with ${signal ?? status}:\n${stderr.slice(-4000)}`)
    const times = lines.map((line): MeasuredTimes[string] => JSON.parse(line))
    return Object.fromEntries(convolutions.map((convolution, index) => [keyOf(convolution), times[index] ?? {}]))
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

function writeTrial(base: string, directory: string, convolution: Convolution): Trial {
  const { files, functions, state } = targets.tensorflow.emit(trialModule(convolution), 'cpu')
  makeDirectory(join(base, directory))
  for (const [path, bytes] of files) writeFileSync(join(base, directory, path), bytes)
  return { directory, plan: { functions, state } }
}
