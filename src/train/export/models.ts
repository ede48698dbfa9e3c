import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Tensor } from 'onnxruntime-web'
import type { SampleDepth } from '../../components/image-kinds.js'
import { invariant } from '../../diagnostics/invariant.js'
import { readBytes } from '../../files/reading.js'
import type { PlanTensor, RunPlan } from '../../plan/run-plan.js'
import { own } from '../../source/own.js'
import { type EngineBinding, messageOf } from '../engine-binding.js'
import { RunFailure } from '../failure.js'
import { type EngineSession, openSession } from '../session.js'
import type { FloatArray } from '../step-runner.js'
import type { Sample } from './samples.js'

/** Values of each output of one image. */
export type Outputs = ReadonlyMap<string, ArrayLike<number>>

/** Bytes of an ONNX model: protobuf's limit. */
const largestModel = 2 ** 31 - 1

/** Something that computes what `predict` of a run computes. */
export interface Model {
  /** Of images that have one size where the model takes files' sizes. */
  run(samples: readonly Sample[]): Promise<readonly Outputs[]>
  close(): void
}

/** The run's own program with its weights, in batches of its own size. */
export function runModel(runner: EngineSession, plan: RunPlan): Model {
  const [image] = plan.functions.predict.inputs
  invariant(image !== undefined, 'predict takes an image')
  const names = plan.outputs.map(({ name }) => name)
  return {
    run: async (samples) => {
      const all: Outputs[] = []
      for (let from = 0; from < samples.length; from += plan.evalBatch) {
        const part = samples.slice(from, from + plan.evalBatch)
        const outputs = runner.run('predict', { image: batchOf(part, image, plan.evalBatch) }, names)
        all.push(...part.map((_, place) => ofSample(outputs, names, place, plan.evalBatch)))
      }
      return all
    },
    close: () => runner.close(),
  }
}

/** A frozen SavedModel: float32, and as many images as come. */
export function savedModel(directory: string, plan: RunPlan, engine: EngineBinding): Model {
  const names = plan.outputs.map(({ name }) => name)
  const single = (tensor: PlanTensor, images: number): PlanTensor => ({
    ...tensor,
    dtype: 'f32',
    shape: [images, ...tensor.shape.slice(1)],
  })
  return {
    run: async (samples) => {
      const { inputs, outputs } = plan.functions.predict
      const fn = {
        inputs: inputs.map((tensor) => single(tensor, samples.length)),
        outputs: outputs.map((tensor) => single(tensor, samples.length)),
      }
      const [image] = fn.inputs
      invariant(image !== undefined, 'predict takes an image')
      const session = openSession(directory, { functions: { predict: fn }, state: [] }, engine)
      try {
        const results = session.run('predict', { image: batchOf(samples, image, samples.length) }, names)
        return samples.map((_, place) => ofSample(results, names, place, samples.length))
      } finally {
        session.close()
      }
    },
    close: () => undefined,
  }
}

function batchOf(samples: readonly Sample[], { dtype, shape }: PlanTensor, images: number): FloatArray {
  const size = shape.slice(1).reduce((product, side) => product * side, 1)
  const batch = dtype === 'f64' ? new Float64Array(images * size) : new Float32Array(images * size)
  for (const [place, { prepared }] of samples.entries()) batch.set(prepared, place * size)
  return batch
}

function ofSample(
  outputs: Readonly<Record<string, FloatArray>>,
  names: readonly string[],
  place: number,
  images: number,
): Outputs {
  return new Map(
    names.map((name) => {
      const values = own(outputs, name)
      invariant(values !== undefined, `predict gave no ${name}`)
      const size = values.length / images
      return [name, values.subarray(place * size, (place + 1) * size)]
    }),
  )
}

/**
 * An ONNX model in ONNX Runtime, which takes images as files have them.
 *
 * @throws RunFailure where ONNX Runtime is not installed, or refuses the model.
 */
export async function onnxModel(file: string, plan: RunPlan, depth: SampleDepth): Promise<Model> {
  const runtime = await loadRuntime()
  // They end with the process.
  runtime.env.wasm.numThreads = Math.min(4, availableParallelism())
  invariant(existsSync(file), `${file} was written`)
  const session = await runtime.InferenceSession.create(readBytes(file, largestModel), { logSeverityLevel: 3 }).catch(
    (error: unknown) => {
      throw new RunFailure(1, 'refused-model', `ONNX Runtime refuses the model: ${messageOf(error)}`)
    },
  )
  const names = plan.outputs.map(({ name }) => name)
  return {
    run: async (samples) => {
      const [first] = samples
      if (first === undefined) return []
      const { height, width } = first
      for (const sample of samples)
        invariant(sample.height === height && sample.width === width, 'images of a batch have one size')
      const dims = [samples.length, height, width, plan.image.channels]
      const results = await session.run({ image: imageTensor(runtime, samples, depth, dims) })
      const outputs = Object.fromEntries(
        names.map((name) => {
          const data = own(results, name)?.data
          invariant(data instanceof Float32Array, `the model gave no ${name}`)
          return [name, data]
        }),
      )
      return samples.map((_, place) => ofSample(outputs, names, place, samples.length))
    },
    close: () => void session.release(),
  }
}

function imageTensor(
  runtime: typeof import('onnxruntime-web'),
  samples: readonly Sample[],
  depth: SampleDepth,
  dims: readonly number[],
): Tensor {
  const size = samples.reduce((sum, { raw }) => sum + raw.length, 0)
  switch (depth) {
    case 'uint8':
      return new runtime.Tensor('uint8', filled(new Uint8Array(size), samples), dims)
    case 'uint16':
      return new runtime.Tensor('uint16', filled(new Uint16Array(size), samples), dims)
    case 'float32':
      return new runtime.Tensor('float32', filled(new Float32Array(size), samples), dims)
  }
}

/** With the images one after the other. */
function filled<Values extends Sample['raw']>(values: Values, samples: readonly Sample[]): Values {
  let offset = 0
  for (const { raw } of samples) {
    values.set(raw, offset)
    offset += raw.length
  }
  return values
}

async function loadRuntime(): Promise<typeof import('onnxruntime-web')> {
  try {
    return await import('onnxruntime-web')
  } catch (cause) {
    throw new RunFailure(
      1,
      'no-onnxruntime',
      `ONNX Runtime, which an ONNX model is compared in, does not load: ${messageOf(cause)}`,
      'install it beside draemc: npm install onnxruntime-web',
    )
  }
}
