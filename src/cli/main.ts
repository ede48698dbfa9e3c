#!/usr/bin/env node
import { Command, CommanderError } from 'commander'
import { CompilerBug } from '../diagnostics/invariant.js'
import { packageVersion } from '../native/package-root.js'
import { addCheckCommand } from './commands/check.js'
import { addCompileCommand } from './commands/compile.js'
import { addDataCommand } from './commands/data.js'
import { addDoctorCommand } from './commands/doctor.js'
import { addEngineCommand } from './commands/engine.js'
import { addExplainCommand } from './commands/explain.js'
import { addFormatCommand } from './commands/fmt.js'
import { addRunCommand } from './commands/run.js'
import { type ExitCode, exitCodes, UsageError } from './exit-codes.js'
import { talk } from './output.js'

const epilogue = `
Exit codes: 0 ok, 1 the run failed, 2 usage, 3 the pipeline has errors,
4 the data has (missing or broken files), 130 interrupted.
Data goes to stdout, talk to stderr.`

async function main(): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  const done = (result: ExitCode): void => {
    code = result
  }
  const program = new Command('draemc')
    .description('Compiles and runs anomaly-detection experiments written in .draem files.')
    .version(packageVersion())
    .showHelpAfterError('(draemc --help lists the commands; draemc COMMAND --help its options)')
    .addHelpText('after', epilogue)
    .exitOverride()
    .configureHelp({ sortSubcommands: false })
  for (const add of [
    addCheckCommand,
    addCompileCommand,
    addExplainCommand,
    addRunCommand,
    addDataCommand,
    addFormatCommand,
    addEngineCommand,
    addDoctorCommand,
  ]) {
    add(program, done)
  }
  for (const command of program.commands) {
    command.exitOverride()
    for (const inner of command.commands) inner.exitOverride()
  }
  await program.parseAsync(process.argv)
  return code
}

/** A pipe whose reader has gone (`draemc ... | head`) is no error. */
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

main().then(
  (code) => {
    process.exitCode = code
  },
  (error: unknown) => {
    process.exitCode = explainFailure(error)
  },
)

function explainFailure(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version end this way too, with status 0.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  if (error instanceof UsageError) {
    talk(`error: ${error.message}`)
    return exitCodes.usage
  }
  const bug =
    error instanceof CompilerBug
      ? 'draemc believed something of itself that is not so'
      : 'an error that draemc does not know'
  talk(`This is a bug of draemc: ${bug}.`)
  talk(error instanceof Error ? (error.stack ?? error.message) : String(error))
  talk('Please report it with the command and the pipeline file.')
  return exitCodes.failed
}
