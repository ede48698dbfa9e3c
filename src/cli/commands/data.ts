import { type Command, InvalidArgumentError } from 'commander'
import { type ExampleSet, exampleSetNames, exampleSets, hasExampleData } from '../../data/example/sets.js'
import { cannotWrite } from '../../files/writing.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'
import { addDataCheck } from './data-check.js'
import { addDataConvert } from './data-convert.js'

export function addDataCommand(program: Command, done: (code: ExitCode) => void): void {
  const data = program.command('data').description('checks of the data of a pipeline, and example data')
  addDataCheck(data, done)
  addDataConvert(data, done)
  for (const set of exampleSetNames) {
    data
      .command(`${set} <directory>`)
      .description(exampleSets[set].doc)
      .option('--seed <n>', 'another seed, other images', parseSeed, 1)
      .option('--if-missing', 'do nothing when they are there already')
      .option('--size <factor>', 'factor of the number of images', parseSize, 1)
      .action(async (directory: string, options: ExampleCommandOptions) => {
        await writeExample(set, directory, options)
        done(exitCodes.ok)
      })
  }
}

interface ExampleCommandOptions {
  readonly seed: number
  readonly size: number
  readonly ifMissing?: true
}

async function writeExample(
  set: ExampleSet,
  directory: string,
  { seed, size, ifMissing }: ExampleCommandOptions,
): Promise<void> {
  if (ifMissing && hasExampleData(set, directory, { seed, size })) return
  talk(`writing example data to ${directory}`)
  // Not loaded where the data is there already, which `npm start` asks each time.
  const { ExampleDirectoryError, writeExampleData } = await import('../../data/example/write.js')
  try {
    await writeExampleData(set, directory, { seed, size })
  } catch (error) {
    if (error instanceof ExampleDirectoryError) throw new UsageError(error.message)
    throw cannotWrite(directory, error)
  }
}

function parseSize(text: string): number {
  const size = Number(text)
  if (!(size > 0 && size <= 100)) throw new InvalidArgumentError('It is a number above 0, up to 100.')
  return size
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (!Number.isInteger(seed) || seed < 0) throw new InvalidArgumentError('It is a whole number from 0.')
  return seed
}
