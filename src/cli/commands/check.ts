import type { Command } from 'commander'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { printDiagnosticsJson, summary } from '../diagnostics.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { talk } from '../output.js'

export function addCheckCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('check <file...>')
    .description('tell every mistake that can be known before the first step, and run nothing')
  addPipelineOptions(command)
    .option('--json', 'diagnostics as JSON on stdout, one array for all files')
    .action((files: readonly string[], options: PipelineOptions) => {
      done(check(files, options))
    })
}

function check(files: readonly string[], options: PipelineOptions): ExitCode {
  let worst: ExitCode = exitCodes.ok
  const results = files.map((file) => {
    const result = compileOrReport(file, options, { lookAtDisk: true, until: 'checked', mayLackPipeline: true })
    if (result.code !== exitCodes.ok) worst = result.code
    if (!options.json) talk(`${file}: ${summary(result.compilation.diagnostics)}`)
    return result.compilation
  })
  if (options.json) {
    printDiagnosticsJson(results.map(({ diagnostics, sources }) => ({ diagnostics, sources })))
  }
  return worst
}
