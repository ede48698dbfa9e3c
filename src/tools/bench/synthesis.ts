import { join } from 'node:path'
import { checkFile } from '../../check/check.js'
import { Synthesizer } from '../../data/synthesis/synthesizer.js'
import { readSource } from '../../driver/source-text.js'
import { packageRoot } from '../../native/package-root.js'
import { RandomStream } from '../../random/stream.js'
import { timed } from './reading.js'

/** Faulty images a second that one worker makes. */
export interface SynthesisResult {
  readonly call: string
  readonly perSecond: number
}

const presets = [
  'additive()',
  'additive(patches = 3)',
  'draem()',
  'draem(texture = noise)',
  'cut_paste()',
  'cut_paste_scar()',
  'blended_patch()',
  'mix(faults = [additive(), draem(), cut_paste()])',
  'within(faults = additive(), above = 0.1)',
] as const
const [height, width, channels] = [256, 256, 3]
const faults = 100

/** Every shipped synthesis at 256 x 256 x 3, without reading images. */
export function measureSynthesis(): readonly SynthesisResult[] {
  const draws = new RandomStream('0123456789abcdef', 0, 0)
  const clean = Float32Array.from({ length: height * width * channels }, () => draws.uniform())
  const others = Float32Array.from(clean).reverse()
  return presets.map((call) => {
    const synthesizer = new Synthesizer(compiled(call), { height, width, channels, range: [0, 1] }, 1)
    const [image, mask] = [clean.slice(), new Float32Array(height * width)]
    const make = (count: number): void => {
      for (let index = 0; index < count; index += 1) {
        const place = { purpose: 'validation', epoch: 0, index } as const
        const drawn = new Map([...synthesizer.imagesFor(place, () => 1).keys()].map((name) => [name, others]))
        synthesizer.make(place, clean, drawn, { image, imageOffset: 0, mask, maskOffset: 0 })
      }
    }
    make(faults / 5)
    return { call, perSecond: (1000 * faults) / timed(() => make(faults)) }
  })
}

function compiled(call: string) {
  const entry = '/bench.draem'
  const text = `import "std/draem"
pipeline bench {
  data = hdmap(root = "maps", source = domain_A, image = ${height}x${width}, batch = 4)
  synthesis = ${call}
  model {
    recon = image |> conv2d(${channels}, kernel = 3)
    score = image_mean(clamp(recon, 0.0, 1.0))
  }
  loss { total = l2(recon, clean) }
  train { optimizer = sgd(lr = 1e-3)
    epochs = 1 }
  evaluate { image = [auroc(score)] }
}`
  const { pipeline, diagnostics } = checkFile({
    entry,
    loadFile: (path) => (path === entry ? text : readSource(path)),
    libraryDirectory: join(packageRoot(), 'grammar', 'std'),
    overrides: [],
    environment: {},
    workingDirectory: '/',
  })
  if (pipeline === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return pipeline.synthesis
}
