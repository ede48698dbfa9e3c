import type { Command } from 'commander'
import { frontPhases } from '../../driver/phases/front.js'
import { type Compilation, type CompileRequest, compileWith } from '../../driver/run-phases.js'
import { renderStudy } from '../../driver/study-text.js'
import { visible } from '../../source/visible.js'
import { addPipelineOptions, codeOf, compileFile, type PipelineOptions } from '../compile-options.js'
import { printDiagnosticsJson, reportDiagnostics, summary } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'

export function addCheckCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('check <file...>')
    .description('report every mistake that can be known before the first step, and run nothing')
  addPipelineOptions(command)
    .option('--json', 'diagnostics as JSON on stdout, one array for all files')
    .action(async (files: readonly string[], options: PipelineOptions) => {
      done(await check(files, options))
    })
}

/** Cells of a study that are listed at most. */
const mostShown = 50

/** Every file, whatever is wrong with the others: a file that cannot be read decides the exit code. */
async function check(files: readonly string[], options: PipelineOptions): Promise<ExitCode> {
  const results: (Compilation | undefined)[] = []
  for (const file of files) results.push(await checkFile(file, options))
  const read = results.filter((result) => result !== undefined)
  if (options.json) printDiagnosticsJson(read)
  if (read.length < results.length) return exitCodes.usage
  const codes = read.map(codeOf)
  return (
    codes.find((code) => code === exitCodes.pipeline) ?? codes.find((code) => code !== exitCodes.ok) ?? exitCodes.ok
  )
}

/** Undefined, and reported, where the file cannot be read. */
async function checkFile(file: string, options: PipelineOptions): Promise<Compilation | undefined> {
  try {
    const compilation = compileFile(checkAlone, file, options, {
      lookAtDisk: true,
      until: 'checked',
      mayLackPipeline: true,
    })
    if (!options.json) {
      await reportDiagnostics(compilation.diagnostics, compilation.sources)
      talk(`${visible(file)}: ${summary(compilation.diagnostics)}`)
      for (const study of compilation.artefacts.checked?.studies ?? [])
        printData(`\n${renderStudy(study, file, mostShown)}`)
    }
    return compilation
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    talk(`error: ${visible(error.message)}`)
    return undefined
  }
}

function checkAlone(request: CompileRequest): Compilation {
  return compileWith(frontPhases, request)
}
