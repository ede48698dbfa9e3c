import { interpret } from '../../../src/ir/interpret/run.js'
import { lowerPipeline } from '../../../src/lower/lower.js'
import { checkText } from '../../check/harness.js'

/** The loss of a pipeline of the language, by the interpreter in float64. */
export function lossOf(text: string, feeds: Parameters<typeof interpret>[2]): number {
  const { pipeline, diagnostics } = checkText(text)
  if (pipeline === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  const { module } = lowerPipeline(pipeline)
  const { state } = interpret(module, 'init', {})
  return interpret(module, 'train_step', feeds, state).outputs['loss.term']?.data[0] ?? Number.NaN
}

/** A pipeline whose reconstruction is the image, and whose loss has one term. */
export const pipeline = (size: string, range: string, model: string, loss: string) => `import "std/draem"
pipeline p {
  data = hdmap(root = "data", source = domain_A, image = ${size}, channels = 3, range = ${range}, batch = 2, eval_batch = 2)
  synthesis = additive(width = 2px .. 4px)
  model {
    offset = learned(value = 0.0)
    recon = image + offset
    ${model}
    score = image_mean(clamp(recon, 0.0, 1.0))
  }
  loss {
    term = ${loss}
    total = term
  }
  train { optimizer = sgd(lr = 1e-3)
    epochs = 1 }
  evaluate { image = [auroc(score)] }
}`
