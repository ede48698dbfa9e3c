import { compile } from './compile.js'
import type { RunManifest } from './manifest.js'
import type { Compilation, CompileRequest } from './run-phases.js'

/** Compiles for the device of a run, with the convolution algorithms that were chosen for it: the same pipeline is the same program. */
export function compileAsIn({ device: { kind }, machine }: RunManifest): (request: CompileRequest) => Compilation {
  const then = { device: kind, ...(kind === 'cpu' ? { machine: { convolutions: machine?.convolutions ?? {} } } : {}) }
  return (request) => compile({ ...request, passes: { ...request.passes, ...then } })
}
