import { existsSync, readdirSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type SampleDepth, sampleScales } from '../../components/image-kinds.js'
import { CannotExport, type ExportFormat, exportModel } from '../../driver/export.js'
import { CannotPredict, chooseCheckpoint, filesOf } from '../../driver/predict.js'
import { locateEngine } from '../../native/locate.js'
import type { Comparison } from '../../train/export/messages.js'
import { RunFailure } from '../../train/failure.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'
import { runArgument } from '../run-argument.js'
import { reportNoEngine } from '../run-view.js'

interface ExportOptions {
  readonly checkpoint: string
  readonly onnx?: string
  readonly savedModel?: string
  readonly pixels?: SampleDepth
  readonly compareOn?: readonly string[]
}

const usage = `
Either has the weights inside, batch norms folded into them, float32, and takes any number of images.
An ONNX model takes images [images, height, width, channels] of any size as files have them, and prepares them as the run does;
a SavedModel takes them prepared, [images, height, width, channels] of the pipeline's size and range.
What is written was run beside the run's own evaluation, on images of its own or those of --compare-on, and gave the same.`

export function addExportCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('export <run>')
    .description('the model of a run for other programs: ONNX, or a SavedModel')
    .option('--onnx <file>', 'write an ONNX model')
    .option('--saved-model <directory>', 'write a TensorFlow SavedModel')
    .option('--checkpoint <which>', 'best, last, or a file', 'best')
    .addOption(
      new Option('--pixels <type>', 'values of the images that an ONNX model takes').choices(Object.keys(sampleScales)),
    )
    .option('--compare-on <path...>', 'images or directories of images to compare on')
    .addHelpText('after', usage)
    .action(async (run: string, options: ExportOptions) => {
      done(await exportRun(run, options))
    })
}

async function exportRun(directory: string, options: ExportOptions): Promise<ExitCode> {
  const to = targetsOf(options)
  const run = runArgument(directory)
  const engine = locateEngine()
  if (!engine) return reportNoEngine()
  const { checkpoint, files } = asked(run.directory, options)
  const { pixels } = options
  const interrupt = new AbortController()
  const stop = (): void => interrupt.abort()
  for (const signal of signals) process.on(signal, stop)
  try {
    const compared = await exportModel({
      run,
      checkpoint,
      to,
      files,
      engine,
      signal: interrupt.signal,
      ...(pixels === undefined ? {} : { depth: pixels }),
    })
    for (const comparison of compared) printData(lineOf(comparison, to))
    return exitCodes.ok
  } catch (error) {
    if (interrupt.signal.aborted) return exitCodes.interrupted
    if (!(error instanceof CannotExport || error instanceof RunFailure)) throw error
    talk(`error: ${error.message}`)
    if (error.help !== undefined) talk(`  help: ${error.help}`)
    return exitCodes.failed
  } finally {
    for (const signal of signals) process.off(signal, stop)
  }
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function targetsOf({ onnx, savedModel }: ExportOptions): ReadonlyMap<ExportFormat, string> {
  if (onnx === undefined && savedModel === undefined)
    throw new UsageError('nothing says what to write', 'name it: --onnx FILE, --saved-model DIRECTORY, or both')
  if (onnx !== undefined && isDirectory(onnx))
    throw new UsageError(`${onnx} is a directory`, 'name a file: --onnx FILE')
  if (savedModel !== undefined && existsSync(savedModel) && !isReplaceable(savedModel))
    throw new UsageError(`${savedModel} holds other files than a SavedModel`, 'name a directory that is new or empty')
  return new Map<ExportFormat, string>([
    ...(savedModel === undefined ? [] : [['saved_model', resolve(savedModel)] as const]),
    ...(onnx === undefined ? [] : [['onnx', resolve(onnx)] as const]),
  ])
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}

function isReplaceable(path: string): boolean {
  return isDirectory(path) && readdirSync(path).every((name) => name === 'saved_model.pb')
}

function asked(directory: string, { checkpoint, compareOn = [] }: ExportOptions) {
  try {
    const { files } = compareOn.length === 0 ? { files: [] } : filesOf(compareOn)
    return { checkpoint: chooseCheckpoint(directory, checkpoint), files: files.map(({ path }) => path) }
  } catch (error) {
    if (error instanceof CannotPredict) throw new UsageError(error.message)
    throw error
  }
}

function lineOf({ format, output, difference, images }: Comparison, to: ReadonlyMap<ExportFormat, string>): string {
  const largest = difference === 0 ? 'equal' : `largest difference ${difference?.toExponential(1)}, in ${output}`
  return `${to.get(format)}: ${largest}, against the run's own evaluation of ${images} images`
}
