import { type Command, InvalidArgumentError } from 'commander'
import { exampleIsThere, writeExampleData } from '../../data/example/write.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { talk } from '../output.js'

export function addDataCommand(program: Command, done: (code: ExitCode) => void): void {
  const data = program.command('data').description('example data')
  data
    .command('hdmap-example <directory>')
    .description('write HDMAP-like vibration maps (31 x 95, float32 TIFF, four domains, masks and severities)')
    .option('--seed <n>', 'another seed, other maps', parseSeed, 1)
    .option('--if-missing', 'do nothing when they are there already')
    .action(async (directory: string, options: { readonly seed: number; readonly ifMissing?: true }) => {
      if (options.ifMissing && exampleIsThere(directory, options)) {
        done(exitCodes.ok)
        return
      }
      talk(`writing example data to ${directory}`)
      await writeExampleData(directory, { seed: options.seed })
      done(exitCodes.ok)
    })
}

function parseSeed(text: string): number {
  const seed = Number(text)
  if (!Number.isInteger(seed) || seed < 0) throw new InvalidArgumentError('It is a whole number from 0.')
  return seed
}
