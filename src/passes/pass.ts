import type { IrFunction, IrModule } from '../ir/types.js'
import type { TrainingDescription } from '../lower/training.js'
import type { RecordedChoice } from './convolution_algorithms/convolution_algorithms.js'

export interface PassResult {
  readonly module: IrModule
  /** What it changed, one line each, for people; empty: it changed nothing. */
  readonly changes: readonly string[]
}

/** What a module is made for. A GPU's library chooses the algorithm of a convolution by itself. */
export type Device = 'cpu' | 'cuda'

/** What was decided by measuring on the machine that the module is made for. */
export interface MachineChoices {
  readonly convolutions?: RecordedChoice
}

/** One row of the table of passes. */
export interface Pass {
  /** The flag's word (`--emit ir:after=NAME`), the file's and the test folder's name. */
  readonly name: string
  readonly summary: string
  /** Why it stands where it stands in the order. */
  readonly place: string
  /** Left out for other devices. */
  readonly device?: Device
  /** What it does follows from measurements: right on every machine, fast on this one. */
  readonly isForMachine?: true
  readonly run: (module: IrModule, training: TrainingDescription, machine: MachineChoices) => PassResult
}

export interface FunctionResult {
  readonly function: IrFunction
  readonly changes: readonly string[]
}

/**
 * Applies a rewrite to the functions named (all where none is). Functions that share their operations (`eval_step` and `predict`)
 * are rewritten once and share the result.
 */
export function rewriteFunctions(
  module: IrModule,
  rewrite: (source: IrFunction) => FunctionResult,
  names?: readonly string[],
): PassResult {
  const done = new Map<IrFunction['operations'], { readonly names: string[]; readonly result: FunctionResult }>()
  const functions = module.functions.map((source) => {
    if (names && !names.includes(source.name)) return source
    const before = done.get(source.operations)
    if (before) {
      before.names.push(source.name)
      return { ...before.result.function, name: source.name }
    }
    const result = rewrite(source)
    done.set(source.operations, { names: [source.name], result })
    return result.changes.length > 0 ? result.function : source
  })
  const changes = [...done.values()].flatMap((entry) =>
    entry.result.changes.map((change) => `${entry.names.join(', ')}: ${change}`),
  )
  return changes.length > 0 ? { module: { ...module, functions }, changes } : { module, changes }
}

/** `3 operations`, `1 operation`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
