import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type SampleDepth, sampleScales } from '../components/image-kinds.js'
import { invariant } from '../diagnostics/invariant.js'
import { replaceContent } from '../files/replace.js'
import { makeDirectory, writingTo } from '../files/writing.js'
import { ConstantOutput, type FrozenFunction, freeze } from '../ir/frozen.js'
import { parseModule } from '../ir/parse.js'
import type { EngineLocation } from '../native/locate.js'
import { packageVersion } from '../native/package-root.js'
import type { PlanOutput } from '../plan/run-plan.js'
import { emitOnnx, ModelTooLarge } from '../targets/onnx/emit.js'
import { emitInference } from '../targets/tensorflow/emit.js'
import { readCheckpoint } from '../train/checkpoint/file.js'
import { readDataRecord } from '../train/data-record.js'
import type { Comparison, ExportedModel, ExportMessage, ExportRequest } from '../train/export/messages.js'
import { RunFailure } from '../train/failure.js'
import { startEngineTask } from './engine-task.js'
import { thresholdsFor } from './evaluate.js'
import type { RecordedRun } from './recorded-run.js'

/** A model that cannot be exported as asked, and what can be done. */
export class CannotExport extends Error {
  override readonly name = 'CannotExport'

  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message)
  }
}

export type ExportFormat = ExportedModel['format']

/**
 * Largest difference from the run's own evaluation, |a - b| / max(1, |b|), that a model is written with: twenty times what rounding in
 * float32 was seen to make of a trained network, and less than what another way of resizing its images made of it (3e-4 to 2e-3).
 */
const allowedDifference = 1e-4

export interface ExportOptions {
  readonly run: RecordedRun
  /** Absolute. */
  readonly checkpoint: string
  /** Where each goes, absolute: the directory of a SavedModel, the file of an ONNX model. */
  readonly to: ReadonlyMap<ExportFormat, string>
  /** As the images of an ONNX model have their values; those of the run's files where undefined. */
  readonly depth?: SampleDepth
  /** Images to compare on, absolute paths. */
  readonly files: readonly string[]
  readonly engine: EngineLocation
  /** Ends the comparison, and with it the export. */
  readonly signal: AbortSignal
}

/**
 * Writes the model of a run with the weights of a checkpoint, once it has been run beside the run's own evaluation and gave the same.
 *
 * @throws CannotExport, RunFailure, CannotWrite
 */
export async function exportModel(options: ExportOptions): Promise<readonly Comparison[]> {
  const { run, checkpoint, to, files } = options
  const depth = options.depth ?? (to.has('onnx') ? recordedDepth(run) : 'float32')
  requireExportable(run, to)
  const frozen = frozenModel(run, checkpoint)
  const models = [...to].map(([format, path]) => ({ format, path, content: contentOf(format, frozen, options, depth) }))
  const staging = writingTo(tmpdir(), () => mkdtempSync(join(tmpdir(), 'draemc-export-')))
  try {
    const exported = models.map(({ format, content }) => stage(staging, format, content))
    const request: ExportRequest = { directory: run.directory, checkpoint, files, depth, exported }
    const comparisons = await compare(request, options)
    for (const { format } of models) requireSame(comparisons.find((each) => each.format === format))
    for (const { format, path, content } of models) {
      if (format === 'saved_model') makeDirectory(path)
      const file = fileOf(format, path)
      writingTo(file, () => replaceContent(file, content))
    }
    return comparisons
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

/** As the run's own files have their values. */
function recordedDepth({ directory }: RecordedRun): SampleDepth {
  const { depths } = readDataRecord(directory)
  const listed: readonly unknown[] = Array.isArray(depths) ? depths : []
  const [depth, ...others] = listed.filter(isDepth)
  if (depth !== undefined && others.length === 0) return depth
  const what = depth === undefined ? 'does not say' : `says ${[depth, ...others].join(' and ')}`
  throw new CannotExport(
    `an ONNX model takes images of one kind of values, and the run's data.json ${what}`,
    `say which: --pixels ${Object.keys(sampleScales).join(', or ')}`,
  )
}

function isDepth(value: unknown): value is SampleDepth {
  return typeof value === 'string' && Object.hasOwn(sampleScales, value)
}

function requireExportable({ plan }: RecordedRun, to: ReadonlyMap<ExportFormat, string>): void {
  const { fit, padding } = plan.data.parameters
  if (to.has('onnx') && fit === 'keep_aspect' && padding === 'noise')
    throw new CannotExport(
      'the run pads its images with noise that is drawn from the name of the file, which a model of ONNX does not see',
      'train with `padding = black`, or export with --saved-model, which takes padded images',
    )
}

function frozenModel({ model, plan }: RecordedRun, checkpoint: string): FrozenFunction {
  if (model === '')
    throw new CannotExport('the run is one of an earlier version: its record has no model.txt', 'train again')
  const [predict] = parseModule(model).functions
  invariant(predict !== undefined, 'a run has a function predict')
  const weights = readCheckpoint(checkpoint, plan.state)
  const state = new Map<string, Float64Array>()
  for (const { name, values } of weights.tensors(['weight', 'statistic'])) state.set(name, Float64Array.from(values))
  try {
    return freeze(predict, state)
  } catch (error) {
    if (error instanceof ConstantOutput) throw new CannotExport(error.message, 'take it out of the model')
    throw error
  }
}

function contentOf(
  format: ExportFormat,
  frozen: FrozenFunction,
  { run, checkpoint }: ExportOptions,
  depth: SampleDepth,
): Uint8Array {
  switch (format) {
    case 'saved_model':
      return emitInference(frozen).bytes
    case 'onnx':
      return onnxOf(frozen, run, checkpoint, depth)
  }
}

function onnxOf(
  frozen: FrozenFunction,
  { plan, directory }: RecordedRun,
  checkpoint: string,
  depth: SampleDepth,
): Uint8Array {
  const { image, channels, resize: interpolation, antialias, fit, range, normalise } = plan.data.parameters
  const [height, width] = image
  const minmax = normalise.component === 'minmax' ? { minmax: normalise.parameters } : {}
  const input = { depth, height, width, channels, interpolation, antialias, fit, range, ...minmax }
  const thresholds = thresholdsFor(directory, checkpoint)
  const metadata = {
    'draemc.pipeline': plan.name,
    'draemc.hash': plan.hash,
    'draemc.seed': String(plan.seed),
    'draemc.outputs': JSON.stringify(plan.outputs),
    'draemc.thresholds': JSON.stringify(thresholds),
  }
  const docs = Object.fromEntries(plan.outputs.map((output) => [output.name, docOf(output)]))
  try {
    return emitOnnx(frozen, { version: packageVersion(), input, docs, metadata })
  } catch (error) {
    if (error instanceof ModelTooLarge) throw new CannotExport(error.message, 'export with --saved-model')
    throw error
  }
}

function docOf({ kind, range }: PlanOutput): string {
  const what = { value: 'A number an image', map: 'A number a pixel', picture: 'An image like the input' }[kind]
  return range === undefined ? `${what}.` : `${what}, from ${range[0]} to ${range[1]}.`
}

function fileOf(format: ExportFormat, path: string): string {
  return format === 'saved_model' ? join(path, 'saved_model.pb') : path
}

function stage(staging: string, format: ExportFormat, content: Uint8Array): ExportedModel {
  const path = join(staging, format)
  writingTo(staging, () => {
    if (format === 'saved_model') mkdirSync(path)
    writeFileSync(fileOf(format, path), content)
  })
  return { format, path }
}

/** In a process of its own. */
async function compare(
  request: ExportRequest,
  { engine, signal }: Pick<ExportOptions, 'engine' | 'signal'>,
): Promise<readonly Comparison[]> {
  signal.throwIfAborted()
  const comparisons: Comparison[] = []
  let end: Extract<ExportMessage, { type: 'done' | 'failed' }> | undefined
  const child = startEngineTask('train/export.js', request, engine, (sent) => {
    const message = sent as ExportMessage
    if (message.type === 'compared') comparisons.push(message.comparison)
    else end = message
  })
  signal.addEventListener('abort', () => child.kill())
  const code = await child.ended
  if (end?.type === 'done') return comparisons
  throw end === undefined
    ? new RunFailure(1, 'engine-ended', `the engine process ended with ${code}:\n${child.lastWords()}`)
    : new CannotExport(end.message, end.help)
}

function requireSame(comparison: Comparison | undefined): void {
  invariant(comparison !== undefined, 'each model was compared')
  const { output, difference } = comparison
  if (difference !== null && difference <= allowedDifference) return
  const found = difference === null ? 'is not a number' : `differs by ${difference.toExponential(1)}`
  throw new CannotExport(
    `${output} of the exported model ${found} where the run's own evaluation is: more than ${allowedDifference}; nothing was written`,
    'report it with the run directory: what a model computes must not depend on its form',
  )
}
