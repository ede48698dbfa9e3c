import { resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { CannotPredict, chooseCheckpoint, filesOf, startPrediction } from '../../driver/predict.js'
import { csvRow } from '../../files/csv.js'
import { readInheritedSync } from '../../files/read-regular.js'
import { replaceContent } from '../../files/replace.js'
import { writingTo } from '../../files/writing.js'
import { locateEngine } from '../../native/locate.js'
import { jsonLine, visible } from '../../source/visible.js'
import { type MapFormat, mapFormats, type PredictedRow, type PredictMessage } from '../../train/predict/messages.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'
import { runArgument } from '../run-argument.js'
import { reportNoEngine } from '../run-view.js'

interface PredictOptions {
  readonly checkpoint: string
  readonly json?: true
  readonly out?: string
  readonly maps?: string
  readonly mapFormat: MapFormat
}

const usage = `
PATH is an image, a directory (all images in it and below it), or - for a list of paths on stdin, one a line.
The table goes to stdout: a row for each file, also for those that cannot be used (exit code 4).
--maps writes, for each image, FILE.OUTPUT.png for each map and picture of the model, and FILE.OUTPUT.overlay.png for each map:
as colours (png), as values over the known range (png16), or as float32 as they are (tiff).`

export function addPredictCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('predict <run> <path...>')
    .description('what the model of a run says of images: a table, and maps')
    .option('--checkpoint <which>', 'best, last, or a file', 'best')
    .option('--json', 'JSON lines in place of CSV')
    .option('--out <file>', 'write the table to a file')
    .option('--maps <directory>', 'write maps, reconstructions and overlays')
    .addOption(new Option('--map-format <format>', 'how maps are stored').choices(mapFormats).default('png'))
    .addHelpText('after', usage)
    .action(async (run: string, paths: readonly string[], options: PredictOptions) => {
      done(await predict(run, paths, options))
    })
}

async function predict(run: string, paths: readonly string[], options: PredictOptions): Promise<ExitCode> {
  const engine = locateEngine()
  if (!engine) return reportNoEngine()
  const { checkpoint, chosen } = asked(run, paths, options)
  const { files, names, passedOver } = chosen
  if (passedOver.length > 0)
    talk(`note: ${count(passedOver.length, 'file')} in the directories cannot be images: ${firstOf(passedOver)}`)
  const table = options.json ? jsonLines(names) : csvLines(names)
  const lines: string[] = []
  // Without --out rows are printed as they come.
  const print = (text: string): void => {
    if (options.out === undefined) process.stdout.write(text)
    else lines.push(text)
  }
  let broken = 0
  let end: Extract<PredictMessage, { type: 'done' | 'failed' }> | undefined
  const progress = showProgress()
  const request = {
    directory: resolve(run),
    checkpoint,
    files,
    ...(options.maps === undefined ? {} : { maps: { directory: resolve(options.maps), format: options.mapFormat } }),
  }
  const child = startPrediction(request, engine, (message) => {
    switch (message.type) {
      case 'progress':
        progress.show(`${message.what} ${message.done} of ${message.total}`)
        return
      case 'outputs':
        print(table.header(message.names))
        return
      case 'rows':
        progress.clear()
        for (const row of message.rows) {
          print(table.row(row))
          if (row.error === undefined) continue
          broken += 1
          talk(
            `error: ${visible(names[row.file] ?? '')}: ${row.error.message} [${row.error.code}]\n  help: ${row.error.help}`,
          )
        }
        return
      case 'note':
        talk(`note: ${message.message}`)
        return
      case 'failed':
      case 'done':
        end = message
    }
  })
  let interrupted = false
  const interrupt = (): void => {
    interrupted = true
    child.kill()
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.on(signal, interrupt)
  const code = await child.ended
  for (const signal of signals) process.off(signal, interrupt)
  progress.clear()
  if (interrupted) return exitCodes.interrupted
  if (end?.type !== 'done') {
    talk(`error: ${end?.message ?? `the engine process ended with ${code}:\n${child.lastWords()}`}`)
    if (end?.help !== undefined) talk(`  help: ${end.help}`)
    return exitCodes.failed
  }
  const { out } = options
  if (out !== undefined) writingTo(out, () => replaceContent(resolve(out), lines.join('')))
  return broken > 0 ? exitCodes.data : exitCodes.ok
}

function asked(run: string, paths: readonly string[], { checkpoint }: PredictOptions) {
  const { directory } = runArgument(run)
  try {
    const named = paths.flatMap((path) => (path === '-' ? linesOfStdin() : [path]))
    return { checkpoint: chooseCheckpoint(directory, checkpoint), chosen: filesOf(named) }
  } catch (error) {
    if (error instanceof CannotPredict) throw new UsageError(error.message)
    throw error
  }
}

/** A list of a million paths. */
const longestList = 2 ** 28

function linesOfStdin(): readonly string[] {
  const content = readInheritedSync(0, longestList)
  if (content.kind !== 'read') throw new UsageError('the list of paths on stdin cannot be read')
  const lines = content.bytes
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '')
  if (lines.length === 0) throw new UsageError('the list of paths on stdin is empty')
  return lines
}

interface Table {
  header(outputs: readonly string[]): string
  row(row: PredictedRow): string
}

function csvLines(names: readonly string[]): Table {
  let width = 0
  return {
    header: (outputs) => {
      width = outputs.length
      return `${csvRow(['file', ...outputs, 'error'])}\n`
    },
    row: ({ file, values, error }) => {
      const cells = error === undefined ? values.map(String) : Array.from({ length: width }, () => '')
      return `${csvRow([names[file] ?? '', ...cells, error?.message ?? ''])}\n`
    },
  }
}

function jsonLines(names: readonly string[]): Table {
  let outputs: readonly string[] = []
  return {
    header: (all) => {
      outputs = all
      return ''
    },
    row: ({ file, values, error }) => {
      const scores = jsonLine(Object.fromEntries(outputs.map((name, index) => [name, values[index]])))
      const rest = error === undefined ? `"outputs":${scores}` : `"error":${jsonLine(error)}`
      return `{"file":${jsonLine(names[file])},${rest}}\n`
    },
  }
}

/** On a terminal one line that changes. */
function showProgress(): { show(text: string): void; clear(): void } {
  const isTerminal = process.stderr.isTTY === true
  return {
    show: (text) => void (isTerminal && process.stderr.write(`\r\u001b[K${text}`)),
    clear: () => void (isTerminal && process.stderr.write('\r\u001b[K')),
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`
}

function firstOf(files: readonly string[]): string {
  return files.slice(0, 3).map(visible).join(', ') + (files.length > 3 ? ', ...' : '')
}
