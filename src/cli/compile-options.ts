import { type Command, InvalidArgumentError } from 'commander'
import { keyOf } from '../diagnostics/cascades.js'
import { UnknownPipeline } from '../driver/phases/front.js'
import { type Compilation, type CompileRequest, UnreadableFile } from '../driver/run-phases.js'
import { hasErrors, isAboutUnreadableData, reportDiagnostics } from './diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from './exit-codes.js'

type Wanted = Omit<CompileRequest, 'file' | 'pipeline' | 'overrides' | 'workingDirectory' | 'environment'>

/** `compile`, or the part of it that a command needs: `check` loads no more than the checker. */
export type Compile = (request: CompileRequest) => Compilation

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
  return addSetOption(command).option(
    '--pipeline <name>',
    'the pipeline of the file, where it has several (default: the last)',
  )
}

export function addSetOption(command: Command): Command {
  return command.option(
    '--set <path=value>',
    'set a param or a setting from outside, typed like the file; repeatable',
    collectOverride,
    [],
  )
}

export function collectOverride(text: string, previous: readonly Override[]): readonly Override[] {
  const at = text.indexOf('=')
  const path = text.slice(0, at).trim()
  if (at < 1 || !/^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(path)) {
    throw new InvalidArgumentError('It is path=value, for example --set lambda=0.5 or --set train.epochs=3.')
  }
  return [...previous, { path, value: text.slice(at + 1) }]
}

/**
 * Compiles and reports on stderr what was found wrong, also with `--json`: stdout has data alone.
 *
 * @param reported keys of what was reported before, which is not said again; what is reported now is added.
 */
export async function compileOrReport(
  compile: Compile,
  file: string,
  options: PipelineOptions,
  request: Wanted,
  reported = new Set<string>(),
): Promise<{ readonly compilation: Compilation; readonly code: ExitCode }> {
  const compilation = compileFile(compile, file, options, request)
  const fresh = compilation.diagnostics.filter((each) => !reported.has(keyOf(each)))
  for (const each of fresh) reported.add(keyOf(each))
  await reportDiagnostics(fresh, compilation.sources)
  return { compilation, code: codeOf(compilation) }
}

/** Data that may not be looked at is no mistake of the pipeline. */
export function codeOf({ diagnostics }: Compilation): ExitCode {
  if (!hasErrors(diagnostics)) return exitCodes.ok
  return isAboutUnreadableData(diagnostics) ? exitCodes.data : exitCodes.pipeline
}

/** Throws `UsageError` for a file that cannot be read. */
export function compileFile(compile: Compile, file: string, options: PipelineOptions, request: Wanted): Compilation {
  try {
    return compile({
      file,
      ...(options.pipeline === undefined ? {} : { pipeline: options.pipeline }),
      overrides: options.set,
      workingDirectory: process.cwd(),
      environment: process.env,
      ...request,
    })
  } catch (error) {
    if (error instanceof UnreadableFile || error instanceof UnknownPipeline) throw new UsageError(error.message)
    throw error
  }
}
