import { dirname, join } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { compile } from '../../driver/compile.js'
import { compileForMachine } from '../../driver/machine.js'
import type { Phase } from '../../driver/phase.js'
import { parseEmit, phaseNamed, phaseNames, phases } from '../../driver/phases/table.js'
import { totalMilliseconds } from '../../driver/run-phases.js'
import { replaceContent } from '../../files/replace.js'
import { makeDirectory, writingTo } from '../../files/writing.js'
import { locateEngine } from '../../native/locate.js'
import { passes } from '../../passes/registry.js'
import { addPipelineOptions, type Compile, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, printJson, talk } from '../output.js'

interface CompileOptions extends PipelineOptions {
  readonly emit?: string
  readonly stopAfter?: string
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
    .option('--emit <phase>', `print what a phase made: ${phaseNames(' | ')} | ir:after=PASS`)
    .option('--stop-after <phase>', 'run no phase after this one')
    .option('--out <directory>', 'write graph/ and plan.json there')
    .option('--pass-limit <n>', 'run only the first n passes', parseCount)
    .option('--verify', 'verify the IR after every pass')
    .option('--time', 'print the time of each phase')
    .option('--json', 'the times of the phases as JSON on stdout; mistakes and warnings on stderr')
    .addHelpText('after', `\n${help()}`)
    .action(async (file: string, options: CompileOptions) => {
      done(await compileCommand(file, options))
    })
}

/** As `run` would here, but that nothing is measured. */
const forThisMachine: Compile = (request) => compileForMachine(compile, request, locateEngine(), 'known').compilation

function help(): string {
  const width = Math.max(...passes.map((pass) => pass.name.length)) + 2
  const rows = (list: readonly { readonly name: string; readonly summary: string }[]): string =>
    list.map(({ name, summary }) => `  ${name.padEnd(width)}${summary}`).join('\n')
  return `Phases:\n${rows(phases)}\n\nPasses, in order:\n${rows(passes)}`
}

async function compileCommand(file: string, options: CompileOptions): Promise<ExitCode> {
  const emit = options.emit === undefined ? undefined : parseEmit(options.emit)
  if (typeof emit === 'string') throw new UsageError(emit)
  if (emit && options.out !== undefined)
    throw new UsageError('--emit prints a phase and --out writes the graph: one of the two')
  const last = options.stopAfter === undefined ? (emit?.phase ?? phases.at(-1)) : phaseNamed(options.stopAfter)
  if (!last) throw new UsageError(`--stop-after takes ${phaseNames()}, not ${options.stopAfter}`)
  refuseEarlierStop(last, emit?.phase, options)
  const { compilation, code } = await compileOrReport(forThisMachine, file, options, {
    lookAtDisk: false,
    until: last.name,
    passes: {
      ...(emit?.afterPass === undefined ? {} : { stopAfter: emit.afterPass }),
      ...(options.passLimit === undefined ? {} : { passLimit: options.passLimit }),
      ...(options.verify === undefined ? {} : { verify: true }),
    },
  })
  const { artefacts, times } = compilation
  const text = emit?.phase.print(artefacts)
  if (text !== undefined) printData(text)
  if (code !== exitCodes.ok) return code
  const { graph, plan } = artefacts
  const bytes = graph && [...graph.files.values()].reduce((sum, content) => sum + content.length, 0)
  if (options.out !== undefined && graph && plan && bytes !== undefined) {
    writeGraph(options.out, graph.files, `${JSON.stringify(plan, null, 2)}\n`)
    talk(`${join(options.out, 'graph')}: ${(bytes / 1e6).toFixed(2)} MB`)
  }
  if (options.json) printJson({ phases: times, bytes })
  else if (options.time || (!emit && options.out === undefined)) {
    for (const { phase, milliseconds, within } of times) talk(timeLine(within ? `  ${phase}` : phase, milliseconds))
    talk(timeLine('all', totalMilliseconds(times)))
  }
  return exitCodes.ok
}

/** A phase that is to be printed or written has to be reached. */
function refuseEarlierStop(last: Phase, emitted: Phase | undefined, { out }: CompileOptions): void {
  const wanted = emitted ?? (out === undefined ? last : phases.at(-1))
  if (wanted && phases.indexOf(wanted) > phases.indexOf(last))
    throw new UsageError(`--stop-after ${last.name} ends before ${wanted.name}, which is to be given out`)
}

function timeLine(name: string, milliseconds: number): string {
  return `${name.padEnd(28)} ${milliseconds.toFixed(1).padStart(8)} ms`
}

function writeGraph(directory: string, graph: ReadonlyMap<string, Uint8Array>, plan: string): void {
  writingTo(directory, () => {
    for (const [name, bytes] of graph) {
      const path = join(directory, 'graph', name)
      makeDirectory(dirname(path))
      replaceContent(path, bytes)
    }
    replaceContent(join(directory, 'plan.json'), plan)
  })
}

function parseCount(text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 0) throw new InvalidArgumentError('It is a whole number.')
  return count
}
