import { join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { parseEmit, phases } from '../../driver/phases.js'
import { replaceContent } from '../../files/replace.js'
import { makeDirectory, writingTo } from '../../files/writing.js'
import { passes } from '../../passes/registry.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, printJson, talk } from '../output.js'

interface CompileOptions extends PipelineOptions {
  readonly emit?: string
  readonly out?: string
  readonly verify?: true
  readonly passLimit?: number
  readonly time?: true
}

export function addCompileCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('compile <file>')
    .description('compile a pipeline; print one phase (--emit) or write the graph (--out)')
  addPipelineOptions(command)
    .option('--emit <phase>', `${phases.map((phase) => phase.name).join(' | ')} | ir:after=PASS`)
    .option('--out <directory>', 'write graph/saved_model.pb and plan.json there')
    .option('--pass-limit <n>', 'run only the first n passes', parseCount)
    .option('--verify', 'verify the IR after every pass')
    .option('--time', 'tell the time of each phase')
    .option('--json', 'the times of the phases as JSON on stdout; mistakes and warnings on stderr')
    .addHelpText('after', `\n${help()}`)
    .action((file: string, options: CompileOptions) => {
      done(compileCommand(file, options))
    })
}

function help(): string {
  const width = Math.max(...passes.map((pass) => pass.name.length)) + 2
  const rows = (list: readonly { readonly name: string; readonly summary: string }[]): string =>
    list.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
  return `Phases:\n${rows(phases)}\n\nPasses, in order:\n${rows(passes)}`
}

function compileCommand(file: string, options: CompileOptions): ExitCode {
  const emit = options.emit === undefined ? undefined : parseEmit(options.emit)
  if (typeof emit === 'string') throw new UsageError(emit)
  if (emit && options.out !== undefined)
    throw new UsageError('--emit prints a phase and --out writes the graph: one of the two')
  const { compilation, code } = compileOrReport(file, options, {
    lookAtDisk: false,
    until: emit?.phase.name ?? 'graph',
    ...(emit?.afterPass === undefined ? {} : { stopAfterPass: emit.afterPass }),
    ...(options.passLimit === undefined ? {} : { passLimit: options.passLimit }),
    ...(options.verify === undefined ? {} : { verify: true }),
  })
  const text = emit?.phase.print(compilation.artefacts)
  if (text !== undefined) printData(text)
  const { program, times } = compilation
  if (code !== exitCodes.ok) return code
  if (options.out !== undefined && program) {
    writeGraph(options.out, program.graph, `${JSON.stringify(program.plan, null, 2)}\n`)
    talk(`${join(options.out, 'graph', 'saved_model.pb')}: ${(program.graph.length / 1e6).toFixed(2)} MB`)
  }
  if (options.json) printJson({ phases: times, bytes: program?.graph.length })
  else if (options.time || (!emit && options.out === undefined)) {
    for (const { phase, milliseconds } of times) talk(`${phase.padEnd(28)} ${milliseconds.toFixed(1).padStart(8)} ms`)
    const total = times.reduce((sum, time) => sum + time.milliseconds, 0)
    talk(`${'all'.padEnd(28)} ${total.toFixed(1).padStart(8)} ms`)
  }
  return exitCodes.ok
}

function writeGraph(directory: string, graph: Uint8Array, plan: string): void {
  writingTo(directory, () => {
    makeDirectory(join(directory, 'graph'))
    replaceContent(join(directory, 'graph', 'saved_model.pb'), graph)
    replaceContent(join(directory, 'plan.json'), plan)
  })
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('It is a whole number.')
  return count
}
