import { Command, CommanderError } from 'commander'
import { CompilerBug } from '../diagnostics/invariant.js'
import { CannotRead } from '../files/reading.js'
import { explainSystemError } from '../files/system-error.js'
import { CannotWrite } from '../files/writing.js'
import { packageVersion } from '../native/package-root.js'
import { own } from '../source/own.js'
import { visible } from '../source/visible.js'
import { type ExitCode, exitCodes, UsageError } from './exit-codes.js'
import { onLostOutput, printData, talk } from './output.js'
import type { LoadLiveView } from './view.js'

const epilogue = `
Exit codes: 0 ok, 1 the run failed, 2 usage, 3 the pipeline has errors,
4 the data has (missing or broken files), 130 interrupted. Where there is no run
yet, and in the other commands, a signal ends draemc as it ends any program.
Data goes to stdout, talk to stderr.`

type AddCommand = (program: Command, done: (code: ExitCode) => void, loadLiveView: LoadLiveView) => void

/** In the order of the help. Each is loaded when it is asked for: `engine install --if-missing` needs no compiler. */
const commands: Readonly<Record<string, () => Promise<AddCommand>>> = {
  check: async () => (await import('./commands/check.js')).addCheckCommand,
  compile: async () => (await import('./commands/compile.js')).addCompileCommand,
  explain: async () => (await import('./commands/explain.js')).addExplainCommand,
  preview: async () => (await import('./commands/preview.js')).addPreviewCommand,
  run: async () => (await import('./commands/run.js')).addRunCommand,
  study: async () => (await import('./commands/study.js')).addStudyCommand,
  eval: async () => (await import('./commands/eval.js')).addEvalCommand,
  diff: async () => (await import('./commands/diff.js')).addDiffCommand,
  golden: async () => (await import('./commands/golden.js')).addGoldenCommand,
  predict: async () => (await import('./commands/predict.js')).addPredictCommand,
  export: async () => (await import('./commands/export.js')).addExportCommand,
  data: async () => (await import('./commands/data.js')).addDataCommand,
  fmt: async () => (await import('./commands/fmt.js')).addFormatCommand,
  engine: async () => (await import('./commands/engine.js')).addEngineCommand,
  doc: async () => (await import('./commands/doc.js')).addDocCommand,
  doctor: async () => (await import('./commands/doctor.js')).addDoctorCommand,
}

/** A mistake of the command line with what was written in it; a suggestion has a line of its own. */
function oneLine(text: string): string {
  return text
    .trimEnd()
    .split(/\n(?=\(Did you mean )/)
    .map(visible)
    .join('\n')
}

async function main(args: readonly string[], loadLiveView: LoadLiveView): Promise<ExitCode> {
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
    .configureOutput({ writeOut: printData, writeErr: talk, outputError: (text, write) => write(oneLine(text)) })
    .configureHelp({ sortSubcommands: false })
  const named = args[0]
  const asked = named !== undefined && Object.hasOwn(commands, named) ? own(commands, named) : undefined
  // Without a command's name it is the help, or a mistake whose answer knows all of them.
  for (const load of asked ? [asked] : Object.values(commands)) (await load())(program, done, loadLiveView)
  for (const command of program.commands) {
    command.exitOverride()
    for (const inner of command.commands) inner.exitOverride()
  }
  await program.parseAsync(args, { from: 'user' })
  return code
}

/** The whole command line. The live view is handed in: this bundle cannot import (`code-cache.ts`). */
export function runProgram(args: readonly string[], loadLiveView: LoadLiveView): void {
  // A run is for its directory: its views may go.
  onLostOutput(['run', 'eval', 'study'].includes(args[0] ?? '') ? 'go on' : 'fail')
  main(args, loadLiveView).then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      process.exitCode = explainFailure(error)
    },
  )
}

function explainFailure(error: unknown): ExitCode {
  if (error instanceof CommanderError) {
    // Help and version end this way too, with status 0.
    return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  }
  if (error instanceof UsageError || error instanceof CannotWrite) {
    talk(`error: ${visible(error.message)}`)
    if (error instanceof UsageError && error.help !== undefined) talk(`  help: ${visible(error.help)}`)
    return exitCodes.usage
  }
  const refused = explainSystemError(error) ?? (error instanceof CannotRead ? error.message : undefined)
  if (refused !== undefined) {
    talk(`error: ${visible(refused)}`)
    return exitCodes.failed
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
