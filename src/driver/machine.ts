import { CannotWrite } from '../files/writing.js'
import type { EngineLocation } from '../native/locate.js'
import {
  addMeasurements,
  type MeasuredOn,
  type MeasuredTimes,
  measuredOn,
  readMeasurements,
} from '../native/measurements.js'
import type { Convolution } from '../passes/convolution_algorithms/convolution.js'
import { convolutionAlgorithms, type RecordedChoice } from '../passes/convolution_algorithms/convolution_algorithms.js'
import { bf16Ratio, choiceFrom, convolutionsOf, unmeasured } from '../passes/convolution_algorithms/measured.js'
import type { Device } from '../passes/pass.js'
import { passes } from '../passes/registry.js'
import { runPasses } from '../passes/runner.js'
import { MeasurementFailed, measureConvolutions } from './measure.js'
import { machineBytes, predictPeakBytes } from './memory.js'
import type { Compilation, CompileRequest } from './run-phases.js'

/** What measuring on this machine decided of a program; it stands in the manifest. */
export interface MachineRecord {
  readonly measuredOn: MeasuredOn
  /** The program is a function of the pipeline and this: convolutions that are not the engine's own operator. */
  readonly convolutions: RecordedChoice
  /** How many times as long the bf16 convolutions take as in float32, of a program that has some. */
  readonly bf16?: number
  /** Convolutions of which it is not known what is fastest. */
  readonly unmeasured?: number
  /** Why convolutions were not measured, or their times not kept. */
  readonly problem?: string
}

export interface CompiledForMachine {
  readonly compilation: Compilation
  /** Undefined where nothing was compiled, and on a GPU, whose library chooses by itself. */
  readonly machine?: MachineRecord
}

/**
 * Compiles as far as the plan for the machine that the engine is on. Convolutions that no measurement knows are measured, once, or
 * with `known` are the engine's own operator; so they are in a program that does not fit into the memory of the machine.
 */
export function compileForMachine(
  compile: (request: CompileRequest) => Compilation,
  request: CompileRequest,
  engine: EngineLocation | undefined,
  missingTimes: 'measure' | 'known',
): CompiledForMachine {
  const device = engine?.device ?? 'cpu'
  const compileWith = (convolutions: RecordedChoice) =>
    compile({ ...request, passes: { ...request.passes, device, machine: { convolutions } } })
  const on = engine && measuredOn(engine)
  if (!engine || !on || device !== 'cpu') return { compilation: compileWith({}) }
  let times = readMeasurements(on)
  let compilation = compileWith(choiceFrom(times))
  const found = convolutionsBefore(compilation, device)
  const missing = unmeasured(found, times)
  let problem: string | undefined
  if (missing.length > 0 && missingTimes === 'measure' && fitsMachine(compilation)) {
    try {
      const measured = measureConvolutions(missing, engine)
      times = { ...measured, ...times }
      compilation = compileWith(choiceFrom(times))
      addMeasurements(on, measured)
    } catch (error) {
      // A run is slower without, not wrong.
      if (!(error instanceof MeasurementFailed || error instanceof CannotWrite)) throw error
      problem = error.message
    }
  }
  return { compilation, ...(found.length === 0 ? {} : { machine: recordOf(on, times, found, problem) }) }
}

function fitsMachine({ artefacts: { ir } }: Compilation): boolean {
  return ir === undefined || predictPeakBytes(ir.module) <= machineBytes()
}

function recordOf(
  on: MeasuredOn,
  times: MeasuredTimes,
  convolutions: readonly Convolution[],
  problem: string | undefined,
): MachineRecord {
  const bf16 = bf16Ratio(convolutions, times)
  const left = unmeasured(convolutions, times).length
  return {
    measuredOn: on,
    convolutions: choiceFrom(times, convolutions),
    ...(bf16 === undefined ? {} : { bf16 }),
    ...(left === 0 ? {} : { unmeasured: left }),
    ...(problem === undefined ? {} : { problem }),
  }
}

/** The convolutions that the pass chooses for. */
function convolutionsBefore({ artefacts: { lowered, ir } }: Compilation, device: Device): readonly Convolution[] {
  if (!lowered || !ir) return []
  const passLimit = passes.indexOf(convolutionAlgorithms)
  return convolutionsOf(runPasses(lowered.module, lowered.training, { passLimit, device }).module)
}
