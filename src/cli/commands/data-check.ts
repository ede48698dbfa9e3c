import { availableParallelism } from 'node:os'
import type { Command } from 'commander'
import { type DataError, DataErrors, describeNote } from '../../data/errors.js'
import { scanData } from '../../data/open.js'
import { compile } from '../../driver/compile.js'
import { visible } from '../../source/visible.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, printJson, talk } from '../output.js'

const usage = `
Each file that the pipeline would read is read once and decoded: images, masks, textures. What is missing or left out is a diagnostic of
the pipeline; what is wrong with a file stands on stdout, a line each.`

/** `draemc data check FILE` */
export function addDataCheck(data: Command, done: (code: ExitCode) => void): void {
  const command = data
    .command('check <file>')
    .description('read every file of the data of a pipeline, and name each that is broken, missing or left out')
  addPipelineOptions(command)
    .option('--json', 'what was found, as JSON on stdout')
    .addHelpText('after', usage)
    .action(async (file: string, options: PipelineOptions) => {
      done(await check(file, options))
    })
}

async function check(file: string, options: PipelineOptions): Promise<ExitCode> {
  const { compilation, code } = await compileOrReport(compile, file, options, { lookAtDisk: true, until: 'checked' })
  const pipeline = compilation.artefacts.checked?.pipeline
  if (code !== exitCodes.ok || pipeline === undefined) return code
  const workers = Math.max(1, availableParallelism() - 1)
  try {
    const { images, contentHash, notes } = await scanData(pipeline, { workers })
    if (options.json) printJson({ images, contentHash, errors: [], notes })
    else for (const note of notes) printData(`note: ${describeNote(note)}`)
    talk(`${images} images, all of them can be read; content ${contentHash.slice(0, 16)}`)
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof DataErrors)) throw error
    if (options.json) printJson({ root: error.root, errors: error.errors })
    else for (const line of describeDataErrors(error)) printData(line)
    const { length } = error.errors
    talk(`${length} ${length === 1 ? 'file' : 'files'} under ${visible(error.root)} cannot be used`)
    return exitCodes.data
  }
}

export function describeDataErrors({ errors }: DataErrors): readonly string[] {
  return errors.map(describe)
}

function describe({ code, file, message, help }: DataError): string {
  return `${visible(`${file}: ${message} [${code}]`)}\n  help: ${visible(help)}`
}
