import type { Command } from 'commander'
import { countTrainImages } from '../../data/count.js'
import { compile } from '../../driver/compile.js'
import { explainPipeline } from '../../driver/explain.js'
import { renderExplanation } from '../../driver/explain-text.js'
import { compileForMachine, type MachineRecord } from '../../driver/machine.js'
import type { CompileRequest } from '../../driver/run-phases.js'
import { renderStudy } from '../../driver/study-text.js'
import { locateEngine } from '../../native/locate.js'
import { addPipelineOptions, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, printJson } from '../output.js'

export function addExplainCommand(program: Command, done: (code: ExitCode) => void): void {
  const command = program
    .command('explain <file>')
    .description(
      'parameters, FLOPs and memory by block, steps per epoch, every setting and where its value came from, the cells of studies',
    )
  addPipelineOptions(command)
    .option('--json', 'as JSON on stdout; mistakes and warnings on stderr')
    .action(async (file: string, options: PipelineOptions) => {
      let machine: MachineRecord | undefined
      const forMachine = (request: CompileRequest) => {
        const compiled = compileForMachine(compile, request, locateEngine(), 'known')
        machine = compiled.machine
        return compiled.compilation
      }
      const { compilation, code } = await compileOrReport(forMachine, file, options, {
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
      const facts = { ...(trainImages === undefined ? {} : { trainImages }), ...(machine ? { machine } : {}) }
      const explanation = explainPipeline(stages, facts)
      const { studies } = checked
      if (options.json) printJson({ ...explanation, studies })
      else printData([renderExplanation(explanation), ...studies.map((study) => renderStudy(study, file))].join('\n\n'))
      done(exitCodes.ok)
    })
}
