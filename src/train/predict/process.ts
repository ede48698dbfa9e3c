import { join } from 'node:path'
import type { EvaluationBatch } from '../../data/contract.js'
import { type OpenedFiles, openFiles } from '../../data/files.js'
import { invariant } from '../../diagnostics/invariant.js'
import { readText } from '../../files/reading.js'
import { workerCount } from '../../native/surroundings.js'
import type { PlanOutput, RunPlan } from '../../plan/run-plan.js'
import { own } from '../../source/own.js'
import { sendToParent } from '../channel.js'
import { readCheckpoint } from '../checkpoint/file.js'
import { loadInstalledEngine } from '../engine-binding.js'
import { answerOneRequest } from '../one-request.js'
import { written } from '../predictions.js'
import { openSession } from '../session.js'
import type { FloatArray, StepRunner } from '../step-runner.js'
import type { PredictedRow, PredictMessage, PredictRequest } from './messages.js'
import { encodeMap, encodeOverlay, encodePicture, extensions, type Picture, writePicture } from './pictures.js'

/** The engine process of `draemc predict`, forked with a channel. */
answerOneRequest(predict)

async function predict(request: PredictRequest): Promise<void> {
  const { directory, files } = request
  const plan = JSON.parse(readText(join(directory, 'plan.json'))) as RunPlan
  const checkpoint = readCheckpoint(request.checkpoint, plan.state)
  // The same bits as in the run.
  process.env.TF_NUM_INTRAOP_THREADS = String(checkpoint.metadata.threads)
  const opened = await openFiles(
    plan,
    files.map(({ path }) => path),
    { workers: workerCount(), onProgress: (done, total) => send({ type: 'progress', what: 'reading', done, total }) },
  )
  try {
    const runner = openSession(join(directory, 'graph'), plan, loadInstalledEngine())
    try {
      runner.setState(checkpoint.tensors(['weight', 'statistic']))
      await predictAll({ request, plan, runner, opened })
    } finally {
      runner.close()
    }
  } finally {
    await opened.close()
  }
}

interface Prediction {
  readonly request: PredictRequest
  readonly plan: RunPlan
  readonly runner: StepRunner
  readonly opened: OpenedFiles
}

async function predictAll({ request, plan, runner, opened }: Prediction): Promise<void> {
  const values = plan.outputs.filter(({ kind }) => kind === 'value')
  const pictures = request.maps === undefined ? [] : plan.outputs.filter(({ kind }) => kind !== 'value')
  const wanted = [...values, ...pictures].map(({ name }) => name)
  const noted = new Set<string>()
  send({ type: 'outputs', names: values.map(({ name }) => name) })
  let next = 0
  let done = 0
  const sendUpTo = (end: number, rows: ReadonlyMap<number, PredictedRow>): void => {
    const ready: PredictedRow[] = []
    for (; next < end; next += 1) ready.push(rows.get(next) ?? brokenRow(next, opened))
    send({ type: 'rows', rows: ready })
  }
  for await (const batch of opened.set.batches()) {
    const numbers = opened.numbers.slice(done, done + batch.samples.length)
    const outputs = runner.run('predict', { image: batch.image }, wanted)
    const place = (name: string, sample: number): FloatArray => {
      const output = own(outputs, name)
      invariant(output && !(output instanceof Int32Array), `predict gave no ${name}`)
      const size = output.length / plan.evalBatch
      return output.slice(sample * size, (sample + 1) * size)
    }
    const value = (name: string, sample: number): number => {
      const array = place(name, sample)
      return written(array[0] ?? Number.NaN, array)
    }
    const rows = numbers.map((file, sample): PredictedRow => {
      const row = values.map(({ name }) => value(name, sample))
      const bad = values[row.findIndex((value) => !Number.isFinite(value))]
      return bad === undefined ? { file, values: row } : { file, values: [], error: notFinite(bad.name) }
    })
    for (const [sample, file] of numbers.entries()) {
      const shown = pictures.map((output) => ({ output, picture: pictureOf(output, plan, place(output.name, sample)) }))
      await writePictures(request, file, { image: imageOf(batch, plan, sample), shown }, noted)
    }
    batch.release()
    done += numbers.length
    sendUpTo((numbers.at(-1) ?? next - 1) + 1, new Map(rows.map((row) => [row.file, row])))
    send({ type: 'progress', what: 'predicting', done, total: opened.numbers.length })
  }
  sendUpTo(request.files.length, new Map())
}

function brokenRow(file: number, { errors }: OpenedFiles): PredictedRow {
  const found = errors.get(file)
  const { code, message, help } = found ?? { code: 'internal-error', message: 'was passed over', help: '' }
  return { file, values: [], error: { code, message, help } }
}

function notFinite(output: string): NonNullable<PredictedRow['error']> {
  const help = 'the weights have diverged, or an expression divides by zero'
  return { code: 'non-finite-score', message: `${output} is not a finite number`, help }
}

/** The range that the checker knows, else that of this image. */
function pictureOf({ kind, range }: PlanOutput, { image }: RunPlan, values: ArrayLike<number>): Picture {
  const { height, width, channels } = image
  const size = { height, width, channels: kind === 'map' ? 1 : channels }
  return { ...size, values, range: range?.every(Number.isFinite) ? range : extremes(values) }
}

function imageOf({ image }: EvaluationBatch, plan: RunPlan, sample: number): Picture {
  const { height, width, channels } = plan.image
  const size = height * width * channels
  const values = image.slice(sample * size, (sample + 1) * size)
  return { height, width, channels, values, range: plan.data.parameters.range }
}

function extremes(values: ArrayLike<number>): readonly [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let index = 0; index < values.length; index += 1) {
    low = Math.min(low, values[index] as number)
    high = Math.max(high, values[index] as number)
  }
  return [low, high]
}

interface Shown {
  readonly image: Picture
  readonly shown: readonly { readonly output: PlanOutput; readonly picture: Picture }[]
}

async function writePictures(
  { maps, files }: PredictRequest,
  file: number,
  { image, shown }: Shown,
  noted: Set<string>,
): Promise<void> {
  if (maps === undefined) return
  const base = join(maps.directory, files[file]?.place ?? String(file))
  for (const { output, picture } of shown) {
    const extension = extensions[maps.format]
    if (output.kind === 'map') {
      writePicture(`${base}.${output.name}.${extension}`, await encodeMap(picture, maps.format))
      writePicture(`${base}.${output.name}.overlay.png`, await encodeOverlay(image, picture))
    } else {
      // What is reconstructed has the values of the data: shown as the image beside it.
      const pages = await encodePicture({ ...picture, range: image.range }, maps.format)
      const name = (page: number) => (pages.length === 1 ? '' : `.${page}`)
      for (const [page, bytes] of pages.entries())
        writePicture(`${base}.${output.name}${name(page)}.${extension}`, bytes)
    }
    if (output.kind === 'map' && output.range === undefined && maps.format !== 'tiff' && !noted.has(output.name)) {
      noted.add(output.name)
      const message = `nothing says in which range ${output.name} lies: each of its pictures goes from its own lowest to its own highest value`
      send({ type: 'note', message })
    }
  }
}

function send(message: PredictMessage): void {
  sendToParent(message)
}
