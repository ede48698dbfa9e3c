import { join } from 'node:path'
import { readText } from '../../files/reading.js'
import type { RunPlan } from '../../plan/run-plan.js'
import { sendToParent } from '../channel.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { type EngineBinding, loadInstalledEngine } from '../engine-binding.js'
import { answerOneRequest } from '../one-request.js'
import { openSession } from '../session.js'
import type { ExportedModel, ExportMessage, ExportRequest } from './messages.js'
import { type Model, type Outputs, onnxModel, runModel, savedModel } from './models.js'
import { madeSamples, type Sample, samplesOf } from './samples.js'

/** The engine process of `draemc export`, forked with a channel. */
answerOneRequest(compare)

/** Runs each exported model beside the run's own program on the same images. */
async function compare({ directory, checkpoint, files, depth, exported }: ExportRequest): Promise<void> {
  const plan = JSON.parse(readText(join(directory, 'plan.json'))) as RunPlan
  const weights = readCheckpoint(checkpoint, plan.state)
  const engine = loadInstalledEngine()
  const samples = files.length === 0 ? madeSamples(depth, plan) : await samplesOf(files, depth, plan)
  const runner = openSession(join(directory, 'graph'), plan, engine)
  runner.setState(weights.tensors(['weight', 'statistic']))
  const reference = runModel(runner, plan)
  const expected = await reference.run(samples)
  reference.close()
  for (const model of exported) {
    const opened = await open(model, plan, { engine, depth })
    const batches = (model.format === 'onnx' ? bySize(samples) : [samples]).flatMap((group) =>
      inParts(group, plan.evalBatch),
    )
    const worst = new Worst()
    // Alone, and with others: the number of images must not matter.
    for (const batch of [...batches, ...samples.slice(0, 1).map((sample) => [sample])]) {
      const outputs = await opened.run(batch)
      for (const [place, sample] of batch.entries()) worst.add(outputs[place], expected[samples.indexOf(sample)])
    }
    opened.close()
    const difference = Number.isNaN(worst.difference) ? null : worst.difference
    const { format } = model
    send({ type: 'compared', comparison: { format, output: worst.output, difference, images: samples.length } })
  }
}

function open(
  { format, path }: ExportedModel,
  plan: RunPlan,
  { engine, depth }: Pick<ExportRequest, 'depth'> & { readonly engine: EngineBinding },
): Promise<Model> | Model {
  switch (format) {
    case 'saved_model':
      return savedModel(path, plan, engine)
    case 'onnx':
      return onnxModel(path, plan, depth)
  }
}

/** Images that can be one batch; one of a size of its own twice, as a batch of two. */
function bySize(samples: readonly Sample[]): readonly (readonly Sample[])[] {
  const groups = new Map<string, Sample[]>()
  for (const sample of samples) {
    const key = `${sample.height}x${sample.width}`
    groups.set(key, [...(groups.get(key) ?? []), sample])
  }
  return [...groups.values()].map((group) => (group.length > 1 ? group : [...group, ...group]))
}

/** As many at once as the run evaluates at once. */
function inParts(samples: readonly Sample[], size: number): readonly (readonly Sample[])[] {
  const count = Math.ceil(samples.length / size)
  return Array.from({ length: count }, (_, part) => samples.slice(part * size, (part + 1) * size))
}

/** The largest difference so far. */
class Worst {
  output = ''
  difference = 0

  add(outputs: Outputs | undefined, expected: Outputs | undefined): void {
    for (const [name, values] of expected ?? []) {
      const given = outputs?.get(name)
      for (let place = 0; place < values.length; place += 1) {
        const [a, b] = [given?.[place] ?? Number.NaN, values[place] ?? Number.NaN]
        const difference = a === b ? 0 : Math.abs(a - b) / Math.max(1, Math.abs(b))
        if (difference <= this.difference || Number.isNaN(this.difference)) continue
        this.output = name
        this.difference = difference
      }
    }
  }
}

function send(message: ExportMessage): void {
  sendToParent(message)
}
