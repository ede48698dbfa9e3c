import { availableParallelism } from 'node:os'
import { dirname, relative, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { type SampleDepth, sampleScales } from '../../components/image-kinds.js'
import { type Converted, convertData } from '../../data/convert.js'
import { DataErrors } from '../../data/errors.js'
import type { DataPlan } from '../../data/parameters.js'
import { compile } from '../../driver/compile.js'
import { namesIn } from '../../files/directory.js'
import { cannotWrite } from '../../files/writing.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'
import { describeDataErrors } from './data-check.js'

interface ConvertOptions extends PipelineOptions {
  readonly depth: SampleDepth
}

const usage = `
Each image is written as the pipeline takes it: normalised, at its size, in its range; masks at the same size. The directory is laid out as
\`hdmap\` and \`mvtec\` read it, and what reads it stands on stdout. Another size or range: --set data.image=31x95.`

/** `draemc data convert FILE DIRECTORY` */
export function addDataConvert(data: Command, done: (code: ExitCode) => void): void {
  const command = data
    .command('convert <file> <directory>')
    .description('write the data of a pipeline at its size, in its range, as files that anything reads')
  addPipelineOptions(command)
    .addOption(
      new Option('--depth <type>', 'PNG of integers, or TIFF of float32')
        .choices(Object.keys(sampleScales))
        .default('uint16'),
    )
    .addHelpText('after', usage)
    .action(async (file: string, directory: string, options: ConvertOptions) => {
      done(await convert(file, directory, options))
    })
}

async function convert(file: string, named: string, options: ConvertOptions): Promise<ExitCode> {
  const directory = resolve(named)
  if ((await namesIn(directory)).length > 0)
    throw new UsageError(`${named} is not empty`, 'name a directory that is new or empty')
  const { compilation, code } = await compileOrReport(compile, file, options, { lookAtDisk: true, until: 'checked' })
  const pipeline = compilation.artefacts.checked?.pipeline
  if (code !== exitCodes.ok || pipeline === undefined) return code
  const workers = Math.max(1, availableParallelism() - 1)
  try {
    const converted = await convertData(pipeline, { directory, depth: options.depth, workers })
    talk(`${converted.images} images and ${converted.masks} masks written to ${named}`)
    printData(readBy(converted, pipeline, relative(dirname(resolve(file)), directory), options.depth))
    return exitCodes.ok
  } catch (error) {
    if (!(error instanceof DataErrors)) throw cannotWrite(directory, error)
    for (const line of describeDataErrors(error)) printData(line)
    return exitCodes.data
  }
}

/** The setting that reads what was written, for the file of the pipeline: paths in it are relative to it. */
function readBy(
  { sources, targets, hasValidation }: Converted,
  { data }: DataPlan,
  directory: string,
  depth: SampleDepth,
): string {
  const { image, channels, range } = data.parameters
  const [source = '', ...together] = sources.map(name)
  const isPlain = range[0] === 0 && range[1] === 1
  const settings = [
    `root = ${JSON.stringify(directory)}`,
    targets.length === 0 ? `category = ${source}` : `source = ${source}`,
    ...(together.length === 0 ? [] : [`together_with = [${together.join(', ')}]`]),
    ...(targets.length === 0 ? [] : [`targets = [${targets.map(name).join(', ')}]`]),
    `image = ${image.join('x')}`,
    `channels = ${channels}`,
    ...(isPlain ? [] : [`range = [${range.join(', ')}]`]),
    // Integers are 0 to 1 as decoded.
    ...(isPlain || depth === 'float32' ? [] : ['normalise = minmax(low = 0, high = 1)']),
    ...(hasValidation ? ['validation = listed()'] : []),
  ]
  return `data = ${targets.length === 0 ? 'mvtec' : 'hdmap'}(${settings.join(', ')})`
}

function name(text: string): string {
  return /^[A-Za-z_]\w*$/.test(text) ? text : JSON.stringify(text)
}
