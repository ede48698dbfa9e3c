import { resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import { DataErrors } from '../../data/errors.js'
import { compile } from '../../driver/compile.js'
import { previewFaults } from '../../driver/preview.js'
import { encodeSheet } from '../../driver/preview-sheet.js'
import { renderPreview } from '../../driver/preview-text.js'
import { replaceContent } from '../../files/replace.js'
import { writingTo } from '../../files/writing.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { inlinePicture } from '../inline-picture.js'
import { printData, printJson, talk } from '../output.js'

interface PreviewOptions extends PipelineOptions {
  readonly out: string
  readonly images: number
  readonly epoch: number
}

const usage = `
The images are those that training gets, to the bit. The sheet has a row for each faulty image: clean, with its fault, what changed (grey:
nothing), the mask, the severity. Terminals that show pictures (iTerm2, WezTerm, kitty) show the sheet too.`

export function addPreviewCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('preview <file>')
    .description('the faults that an epoch trains on: a sheet of pictures, how severe and how large they are')
  addPipelineOptions(command)
    .option('--out <file>', 'where the sheet is written, as PNG', 'preview.png')
    .option('--images <count>', 'faulty images of the sheet, at most 64', upTo(64), 12)
    .option('--epoch <number>', 'whose images', upTo(1_000_000), 1)
    .option('--json', 'what was counted, as JSON')
    .addHelpText('after', usage)
    .action(async (file: string, options: PreviewOptions) => {
      done(await preview(file, options))
    })
}

async function preview(file: string, options: PreviewOptions): Promise<ExitCode> {
  const { compilation, code } = await compileOrReport(compile, file, options, { lookAtDisk: true, until: 'checked' })
  const pipeline = compilation.artefacts.checked?.pipeline
  if (code !== exitCodes.ok || pipeline === undefined) return code
  try {
    const found = await previewFaults(pipeline, { epoch: options.epoch, samples: options.images }, undefined)
    const { samples, ...counted } = found
    const { range } = pipeline.data.parameters
    const sheet = samples.length === 0 ? undefined : await encodeSheet(samples, { ...pipeline.image, range })
    const path = resolve(options.out)
    if (sheet !== undefined) writingTo(path, () => replaceContent(path, sheet))
    if (options.json) printJson(sheet === undefined ? counted : { ...counted, sheet: path })
    else {
      printData(renderPreview(pipeline, found))
      const picture = sheet && process.stdout.isTTY ? inlinePicture(sheet, process.env) : undefined
      if (picture !== undefined) printData(picture)
    }
    talk(sheet === undefined ? 'no image gets a fault: there is no sheet' : `sheet: ${options.out}`)
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof DataErrors)) throw error
    talk(error.message)
    return exitCodes.data
  }
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`)
    return value
  }
}
