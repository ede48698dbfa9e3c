import { invariant } from '../diagnostics/invariant.js'
import type { IrModule } from '../ir/types.js'
import { verifyModule } from '../ir/verifier.js'
import type { TrainingDescription } from '../lower/training.js'
import type { Device, MachineChoices, Pass } from './pass.js'
import { passes } from './registry.js'

export interface PassOptions {
  /** Name of the pass after which to stop; all run without it. */
  readonly stopAfter?: string
  /** Runs so many passes and no more: to find by halving which one did it. */
  readonly passLimit?: number
  /** Names of passes to leave out: for comparing with and without. */
  readonly without?: readonly string[]
  /** What the module is made for: a CPU without it. */
  readonly device?: Device
  /** What was measured on it. */
  readonly machine?: MachineChoices
  /** Verifies the module after each pass. */
  readonly verify?: boolean
}

export interface PassReport {
  readonly name: string
  /** Empty: it changed nothing. */
  readonly changes: readonly string[]
  readonly milliseconds: number
  /** In all functions, after the pass. */
  readonly operations: number
}

export interface PassesResult {
  readonly module: IrModule
  /** As it was before what is fast on one machine alone: what other machines and programs are given. */
  readonly portable: IrModule
  readonly reports: readonly PassReport[]
}

export function runPasses(
  module: IrModule,
  training: TrainingDescription,
  {
    stopAfter,
    passLimit = passes.length,
    without = [],
    device = 'cpu',
    machine = {},
    verify = false,
  }: PassOptions = {},
): PassesResult {
  if (verify) verifyModule(module)
  const reports: PassReport[] = []
  let current = module
  let portable: IrModule | undefined
  for (const pass of chosen(stopAfter).slice(0, passLimit)) {
    if (without.includes(pass.name) || (pass.device ?? device) !== device) continue
    const start = performance.now()
    const result = pass.run(current, training, machine)
    const milliseconds = performance.now() - start
    if (pass.isForMachine && result.changes.length > 0) portable ??= current
    current = result.module
    if (verify) verifyModule(current)
    reports.push({ name: pass.name, changes: result.changes, milliseconds, operations: operationCount(current) })
  }
  return { module: current, portable: portable ?? current, reports }
}

function chosen(stopAfter: string | undefined): readonly Pass[] {
  if (stopAfter === undefined) return passes
  const place = passes.findIndex((pass) => pass.name === stopAfter)
  invariant(place >= 0, `no pass is called ${stopAfter}: the caller checks names against the table`)
  return passes.slice(0, place + 1)
}

function operationCount(module: IrModule): number {
  return module.functions.reduce((sum, { operations }) => sum + operations.length, 0)
}

/** One pass in one line or a few: `cse: shared 12 operations`, `fold: changes nothing`. */
export function describeReport({ name, changes }: PassReport): string {
  return changes.length === 0 ? `${name}: changes nothing` : changes.map((change) => `${name}: ${change}`).join('\n')
}
