import { dirname, isAbsolute, relative } from 'node:path'
import type { CheckResult } from '../check/check.js'
import type { CheckedPipeline } from '../check/checked.js'
import { sha256 } from '../files/hash.js'
import { printModule } from '../ir/print.js'
import type { IrFunction, IrModule } from '../ir/types.js'
import { lowerPipeline } from '../lower/lower.js'
import { runPasses } from '../passes/runner.js'
import type { SettingOrigin } from '../plan/settings.js'
import { explainPipeline } from './explain.js'
import { renderStudy } from './study-text.js'

/** Beside the file: `quickstart.draem.golden`. */
export const goldenSuffix = '.golden'

/**
 * What the experiments of a file mean, in a text that changes when that does: each setting, defaults included, sizes and costs, a hash
 * of each function before any pass, the cells of the studies. It holds nothing of the machine, and no place in the source.
 *
 * @param file absolute: paths are relative to its directory
 */
export function goldenText({ pipelines, studies }: CheckResult, file: string): string {
  const directory = dirname(file)
  const parts = [
    ...pipelines.map((pipeline) => pipelineText(pipeline, directory)),
    ...studies.map((study) => renderStudy(study, relative(directory, file))),
  ]
  return `${parts.join('\n\n')}\n`
}

function pipelineText(pipeline: CheckedPipeline, directory: string): string {
  const lowered = lowerPipeline(pipeline)
  const optimised = runPasses(lowered.module, lowered.training)
  const { parameters, total, batch } = explainPipeline({ pipeline, lowered, optimised })
  return [
    `pipeline ${pipeline.name}`,
    `parameters ${parameters.total}, ${parameters.trained} trained`,
    `FLOPs ${total.forwardFlops} forward of an image, ${total.stepFlops} of a training step of ${batch}`,
    ...lowered.module.functions.map((each) => `${each.name} ${functionHash(lowered.module, each)}`),
    ...pipeline.allows.map(({ code, because }) => `allow ${code} because ${JSON.stringify(because)}`),
    ...pipeline.origins.map(({ path, value }) => `${path} = ${portable(value, directory)}`),
  ].join('\n')
}

/** Of the function's text alone with the state that it may use: another name of a weight is another experiment, since it is initialised by it. */
function functionHash(module: IrModule, of: IrFunction): string {
  return sha256(printModule({ ...module, functions: [of] })).slice(0, 16)
}

/** A path is absolute once it is resolved, which is another on every machine. */
function portable(value: SettingOrigin['value'], directory: string): string {
  if (!value.startsWith('"')) return value
  const text: unknown = JSON.parse(value)
  return typeof text === 'string' && isAbsolute(text) ? JSON.stringify(relative(directory, text)) : value
}
