import type { Command } from 'commander'
import { countTrainImages } from '../../data/count.js'
import { compile } from '../../driver/compile.js'
import { explainPipeline } from '../../driver/explain.js'
import { renderExplanation } from '../../driver/explain-text.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, printJson } from '../output.js'

export function addExplainCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('explain <file>')
    .description('parameters, FLOPs and memory by block, steps per epoch, every setting and where its value came from')
  addPipelineOptions(command)
    .option('--json', 'as JSON on stdout; mistakes and warnings on stderr')
    .action(async (file: string, options: PipelineOptions) => {
      const { compilation, code } = await compileOrReport(compile, file, options, {
        lookAtDisk: false,
        until: 'ir',
      })
      const { checked, lowered, ir } = compilation.artefacts
      if (code !== exitCodes.ok || !checked?.pipeline || !lowered || !ir) {
        done(code)
        return
      }
      const trainImages = countTrainImages(checked.pipeline.data)
      const stages = { pipeline: checked.pipeline, lowered, optimised: ir }
      const explanation = explainPipeline(stages, trainImages === undefined ? {} : { trainImages })
      if (options.json) printJson(explanation)
      else printData(renderExplanation(explanation))
      done(exitCodes.ok)
    })
}
