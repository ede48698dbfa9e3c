import type { IrModule } from '../ir/types.js'
import type { Device } from '../passes/pass.js'
import type { PlanFunction, PlanState } from '../plan/run-plan.js'

/** A module as something that an engine runs. */
export interface TargetProgram {
  /** What the engine opens: files by their path below the program's own directory. */
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly functions: Readonly<Record<string, PlanFunction>>
  readonly state: readonly PlanState[]
  /** The program for people, an operation a line. */
  readonly print: () => string
}

/** A kind of engine that draemc compiles for. It sees the IR and nothing before it. */
export interface Target {
  readonly summary: string
  readonly emit: (module: IrModule, device: Device) => TargetProgram
}
