import { type Command, InvalidArgumentError } from 'commander'
import { type Compilation, type CompileRequest, compile, UnknownPipeline, UnreadableFile } from '../driver/compile.js'
import { hasErrors, reportDiagnostics } from './diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from './exit-codes.js'

export interface Override {
  readonly path: string
  readonly value: string
}

/** Options that every command on a pipeline file has. */
export interface PipelineOptions {
  readonly set: readonly Override[]
  readonly pipeline?: string
  readonly json?: true
}

export function addPipelineOptions(command: Command): Command {
  return command
    .option(
      '--set <path=value>',
      'set a param or a setting from outside, typed like the file; repeatable',
      collectOverride,
      [],
    )
    .option('--pipeline <name>', 'the pipeline of the file, where it has several (default: the last)')
}

function collectOverride(text: string, previous: readonly Override[]): readonly Override[] {
  const at = text.indexOf('=')
  const path = text.slice(0, at).trim()
  if (at < 1 || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path)) {
    throw new InvalidArgumentError('It is path=value, for example --set lambda=0.5 or --set train.epochs=3.')
  }
  return [...previous, { path, value: text.slice(at + 1) }]
}

/** Compiles and prints what was found wrong; undefined with the exit code when the pipeline has errors. */
export function compileOrReport(
  file: string,
  options: PipelineOptions,
  request: Omit<CompileRequest, 'file' | 'pipeline' | 'overrides' | 'workingDirectory' | 'environment'>,
): { readonly compilation: Compilation; readonly code: ExitCode } {
  try {
    const compilation = compile({
      file,
      ...(options.pipeline === undefined ? {} : { pipeline: options.pipeline }),
      overrides: options.set,
      workingDirectory: process.cwd(),
      environment: process.env,
      ...request,
    })
    reportDiagnostics(compilation.diagnostics, compilation.sources, options.json === true)
    return { compilation, code: hasErrors(compilation.diagnostics) ? exitCodes.pipeline : exitCodes.ok }
  } catch (error) {
    if (error instanceof UnreadableFile || error instanceof UnknownPipeline) throw new UsageError(error.message)
    throw error
  }
}
