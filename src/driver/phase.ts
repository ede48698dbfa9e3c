import type { CheckResult } from '../check/check.js'
import { invariant } from '../diagnostics/invariant.js'
import type { LoweredPipeline } from '../lower/lower.js'
import type { PassesResult, PassOptions, PassReport } from '../passes/runner.js'
import type { RunPlan } from '../plan/run-plan.js'
import type { ParsedFile } from '../syntax/parse.js'
import type { TargetName } from '../targets/registry.js'
import type { TargetProgram } from '../targets/target.js'

/** The file that is compiled: its absolute path, its text. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What each phase makes, by the name of the phase. */
export interface Artefacts {
  readonly ast: ParsedFile
  readonly checked: CheckResult
  readonly lowered: LoweredPipeline
  readonly ir: PassesResult
  readonly passes: readonly PassReport[]
  readonly graph: TargetProgram
  readonly plan: RunPlan
}

export type PhaseName = keyof Artefacts

/** What a phase may need beside its inputs. */
export interface PhaseOptions {
  /** `--set path=value`. */
  readonly overrides: readonly { readonly path: string; readonly value: string }[]
  readonly workingDirectory: string
  readonly environment: NodeJS.ProcessEnv
  /** Which pipeline of the file; the last one when absent. */
  readonly pipeline?: string
  /** A cell of a study of the file, which was found sound, from 1: its pipeline is compiled. */
  readonly cell?: { readonly study: string; readonly number: number }
  /** Texts of files by their absolute path, as they were read before: they are not read again. */
  readonly texts?: ReadonlyMap<string, string>
  /** Whether a file without a pipeline is whole: one of blocks, types or studies. */
  readonly mayLackPipeline?: boolean
  /** Whether the checks look at the disk (are the data's directories there?). */
  readonly lookAtDisk: boolean
  /** What the passes run with; its device is the target's too, a CPU without it. */
  readonly passes?: PassOptions
  /** TensorFlow without it. */
  readonly target?: TargetName
}

export interface PhaseContext extends PhaseOptions {
  readonly source: Source
}

/** Artefacts as they are made. */
export type Made = { -readonly [Name in PhaseName]?: Artefacts[Name] }

/** One row of the table of phases. */
export interface Phase<Name extends PhaseName = PhaseName> {
  /** The word of `--emit` and `--stop-after`, and of the times. */
  readonly name: Name
  readonly summary: string
  /** Phases whose artefacts it reads: they stand before it. */
  readonly inputs: readonly PhaseName[]
  /** Makes the artefact out of its inputs. False: errors, which a phase before it has reported, leave nothing to make it of. */
  readonly run: (made: Made, context: PhaseContext) => boolean
  /** The artefact for people; undefined where it was not made. */
  readonly print: (made: Readonly<Partial<Artefacts>>) => string | undefined
  /** Where its time went, of a phase that has parts. */
  readonly parts: (made: Readonly<Partial<Artefacts>>) => readonly PartTime[]
}

export interface PartTime {
  readonly name: string
  readonly milliseconds: number
}

interface PhaseDefinition<Name extends PhaseName, Input extends PhaseName> {
  readonly name: Name
  readonly summary: string
  readonly inputs: readonly Input[]
  readonly run: (inputs: Pick<Artefacts, Input>, context: PhaseContext) => Artefacts[Name] | undefined
  readonly print: (artefact: Artefacts[Name]) => string | undefined
  readonly parts?: (artefact: Artefacts[Name]) => readonly PartTime[]
}

/** A row whose `run` sees the inputs that it names, and no others. */
export function phase<Name extends PhaseName, Input extends PhaseName = never>(
  definition: PhaseDefinition<Name, Input>,
): Phase<Name> {
  const { name, summary, inputs, run, print, parts } = definition
  const use = <Result>(made: Readonly<Partial<Artefacts>>, read: (artefact: Artefacts[Name]) => Result) => {
    const artefact: Artefacts[Name] | undefined = made[name]
    return artefact === undefined ? undefined : read(artefact)
  }
  return {
    name,
    summary,
    inputs,
    run: (made, context) => {
      const artefact = run(inputsOf(name, inputs, made), context)
      if (artefact === undefined) return false
      made[name] = artefact
      return true
    },
    print: (made) => use(made, print),
    parts: (made) => (parts && use(made, parts)) ?? [],
  }
}

function inputsOf<Input extends PhaseName>(
  name: PhaseName,
  inputs: readonly Input[],
  made: Made,
): Pick<Artefacts, Input> {
  for (const input of inputs) invariant(made[input] !== undefined, `the phase ${name} runs after ${input}`)
  return made as Pick<Artefacts, Input>
}
