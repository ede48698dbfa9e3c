import { type Command, Option } from 'commander'
import { compile } from '../../driver/compile.js'
import { type Change, type Compared, compareExperiments, type Differences, isSame } from '../../driver/diff.js'
import type { MachineRecord } from '../../driver/machine.js'
import { isRunDirectory } from '../../driver/recorded-run.js'
import { parseModule } from '../../ir/parse.js'
import { collectOverride, compileOrReport, type Override } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, printJson } from '../output.js'
import { runArgument } from '../run-argument.js'

const parts = ['settings', 'weights', 'init', 'accumulate_step', 'train_step', 'eval_step', 'predict'] as const
type Part = (typeof parts)[number]

interface DiffOptions {
  readonly only?: readonly Part[]
  readonly leftSet: readonly Override[]
  readonly rightSet: readonly Override[]
  readonly leftPipeline?: string
  readonly rightPipeline?: string
  readonly json?: true
}

const usage = `
LEFT and RIGHT are pipeline files or run directories. The program is compared after all passes, function by function: equal functions
compute the same bits on one machine. Exit code: 0 nothing differs, 1 something does (of what --only names).`

export function addDiffCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('diff <left> <right>')
    .description('what differs between two pipelines or runs: settings, weights, and the program of each step')
    .addOption(new Option('--only <part...>', 'compare these alone').choices(parts))
    .option('--json', 'as JSON on stdout')
    .addHelpText('after', usage)
  for (const side of ['left', 'right']) {
    command
      .option(`--${side}-set <path=value>`, `as --set of the other commands, for ${side}`, collectOverride, [])
      .option(`--${side}-pipeline <name>`, `the pipeline of the file, for ${side}`)
  }
  command.action(async (left: string, right: string, options: DiffOptions) => {
    const machine = [left, right].map(machineOf).find((record) => record !== undefined)
    const compared: Compared[] = []
    for (const [path, set, pipeline] of [
      [left, options.leftSet, options.leftPipeline],
      [right, options.rightSet, options.rightPipeline],
    ] as const) {
      const read = isRunDirectory(path) ? readRun(path, set, pipeline) : await compileSide(path, set, pipeline, machine)
      if (typeof read === 'number') {
        done(read)
        return
      }
      compared.push(read)
    }
    const [one, other] = compared
    if (!one || !other) return
    const differences = only(compareExperiments(one, other), options.only ?? parts)
    if (options.json) printJson(differences)
    else printData(textOf(differences))
    done(differs(differences) ? exitCodes.failed : exitCodes.ok)
  })
}

/** What a run measured chose its convolutions: a pipeline that is compared with it is compiled for the same. */
function machineOf(path: string): MachineRecord | undefined {
  return isRunDirectory(path) ? runArgument(path).manifest.machine : undefined
}

function readRun(path: string, set: readonly Override[], pipeline: string | undefined): Compared {
  if (set.length > 0 || pipeline !== undefined)
    throw new UsageError(`${path} is a run: its settings are what they were`)
  const { plan, ir } = runArgument(path)
  return { settings: plan.origins, module: parseModule(ir) }
}

async function compileSide(
  file: string,
  set: readonly Override[],
  pipeline: string | undefined,
  machine: MachineRecord | undefined,
): Promise<Compared | ExitCode> {
  const options = { set, ...(pipeline === undefined ? {} : { pipeline }) }
  const { compilation, code } = await compileOrReport(compile, file, options, {
    lookAtDisk: false,
    until: 'ir',
    ...(machine === undefined ? {} : { passes: { machine: { convolutions: machine.convolutions } } }),
  })
  const { checked, ir } = compilation.artefacts
  if (code !== exitCodes.ok || !checked?.pipeline || !ir) return code
  return { settings: checked.pipeline.origins, module: ir.module }
}

function only({ settings, state, functions }: Differences, wanted: readonly Part[]): Differences {
  const isWanted = (part: string) => wanted.some((each) => each === part)
  return {
    settings: isWanted('settings') ? settings : [],
    state: isWanted('weights') ? state : [],
    functions: functions.filter(({ name }) => isWanted(name)),
  }
}

function differs({ settings, state, functions }: Differences): boolean {
  return settings.length + state.length > 0 || !functions.every(isSame)
}

function textOf({ settings, state, functions }: Differences): string {
  const blocks = [
    ...(settings.length === 0 ? [] : [['settings', ...settings.map(changeText)]]),
    ...(state.length === 0 ? [] : [['weights, statistics and slots', ...state.map(changeText)]]),
    ...functions.map(({ name, left, right, operators, first }) => {
      if (left === right) return [`${name}: the same program (${left?.slice(0, 12) ?? 'on neither side'})`]
      const operations = operators.map(changeText)
      const at =
        first === undefined ? [] : ['  first difference', `  - ${first.left ?? ''}`, `  + ${first.right ?? ''}`]
      return [`${name}: differs`, ...operations, ...at]
    }),
  ]
  return blocks.map((lines) => lines.join('\n')).join('\n')
}

function changeText({ name, left, right }: Change): string {
  if (left === undefined) return `  ${name}: only right, ${right}`
  return right === undefined ? `  ${name}: only left, ${left}` : `  ${name}: ${left} -> ${right}`
}
