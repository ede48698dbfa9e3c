import fc from 'fast-check'
import * as runtime from 'onnxruntime-web'
import { expect, it } from 'vitest'
import type { SampleDepth } from '../../src/components/image-kinds.js'
import type { DecodedImage } from '../../src/data/decode.js'
import type { Preparation } from '../../src/data/parameters.js'
import { prepareImage } from '../../src/data/prepare.js'
import { anyBatch, type FrozenFunction } from '../../src/ir/frozen.js'
import { emitOnnx } from '../../src/targets/onnx/emit.js'
import { generator } from './tensorflow/on-engine.js'

runtime.env.wasm.numThreads = 1

/** The image itself, as the model takes it. */
function identity(height: number, width: number, channels: number): FrozenFunction {
  const shape = [anyBatch, height, width, channels]
  return {
    name: 'predict',
    inputs: [{ name: 'image', value: 0 }],
    operations: [],
    outputs: [{ name: 'taken', value: 0 }],
    types: new Map([[0, { dtype: 'f32', shape }]]),
    constants: new Map(),
  }
}

type Case = Pick<
  Preparation,
  'height' | 'width' | 'channels' | 'interpolation' | 'antialias' | 'fit' | 'range' | 'minmax'
> & { readonly depth: SampleDepth; readonly high: number; readonly wide: number }

const side = fc.integer({ min: 1, max: 40 })
const cases: fc.Arbitrary<Case> = fc.record(
  {
    height: side,
    width: side,
    high: side,
    wide: side,
    channels: fc.constantFrom(1, 3),
    interpolation: fc.constantFrom('bilinear', 'nearest'),
    antialias: fc.boolean(),
    fit: fc.constantFrom('stretch', 'keep_aspect'),
    depth: fc.constantFrom('uint8', 'uint16', 'float32'),
    range: fc.constantFrom([0, 1] as const, [-1, 1] as const),
    minmax: fc.constantFrom({ low: 0, high: 1 }, { low: 0.25, high: 0.75 }),
  },
  {
    requiredKeys: [
      'height',
      'width',
      'high',
      'wide',
      'channels',
      'interpolation',
      'antialias',
      'fit',
      'depth',
      'range',
    ],
  },
)

const white = { uint8: 255, uint16: 65535, float32: 1 }

it('images of any size become what the run makes of them, in ONNX Runtime', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(cases, async ({ depth, high, wide, ...rest }) => {
      const preparation: Preparation = { ...rest, padding: 'black', seed: 1 }
      const { height, width, channels } = preparation
      const random = generator(high * 41 + wide)
      const whole = Float32Array.from({ length: high * wide * channels }, () =>
        depth === 'float32' ? random() : Math.floor(random() * (white[depth] + 1)),
      )
      const values = whole.map((value) => value / white[depth])
      const header = { bits: 8, depth } as DecodedImage['header']
      const decoded: DecodedImage = { header, height: high, width: wide, channels, values }
      const expected = prepareImage(decoded, preparation, 'image')
      const input = { ...preparation, depth }
      const bytes = emitOnnx(identity(height, width, channels), { version: '0', docs: {}, metadata: {}, input })
      const session = await runtime.InferenceSession.create(bytes, { logSeverityLevel: 3 })
      const dims = [1, high, wide, channels]
      const image =
        depth === 'uint8'
          ? new runtime.Tensor('uint8', Uint8Array.from(whole), dims)
          : depth === 'uint16'
            ? new runtime.Tensor('uint16', Uint16Array.from(whole), dims)
            : new runtime.Tensor('float32', whole, dims)
      const { taken } = await session.run({ image })
      await session.release()
      expect(taken?.dims).toEqual([1, height, width, channels])
      const given = taken?.data as Float32Array
      let worst = 0
      for (const [place, value] of expected.values.entries())
        worst = Math.max(worst, Math.abs(value - (given[place] ?? Number.NaN)))
      expect(worst).toBeLessThan(2e-6)
    }),
    { numRuns: 150 },
  )
})
