import { phases } from './phases/table.js'
import { type Compilation, type CompileRequest, compileWith } from './run-phases.js'

/** Text to graph and plan, as far as a phase is asked for. @throws UnreadableFile, UnknownPipeline */
export function compile(request: CompileRequest): Compilation {
  return compileWith(phases, request)
}
