import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeSafetensors, toFloat64 } from '../../src/plan/safetensors.js'
import { arranged, assign } from '../../src/weights/assign.js'
import { readWeights, readWeightTable } from '../../src/weights/file.js'
import { checkText } from '../check/harness.js'
import { projectRoot } from '../support/draemc.js'

const fixtures = join(projectRoot, 'test/fixtures')
const draem = decodeSafetensors(readFileSync(join(fixtures, 'draem.safetensors'))).tensors

/** What the file has must be what the fixture has in the groups, the last first. */
function expectSame(file: string, prefix: string, network: string, groups: readonly string[]): void {
  readWeights(join(fixtures, 'weights', file), ({ tensors }) => {
    const own = [...tensors].filter(([name]) => name.startsWith(prefix) && !name.endsWith('num_batches_tracked'))
    expect(own.length).toBeGreaterThan(100)
    for (const [name, tensor] of own) {
      const inner = `${network}.${name.slice(prefix.length)}`
      const stored = groups.map((group) => draem.get(`${group}/${inner}`)).find((each) => each !== undefined)
      expect(stored?.shape, name).toEqual(tensor.shape)
      const expected = stored && Float32Array.from(toFloat64(stored))
      expect(Float32Array.from(tensor.read()), name).toEqual(expected)
    }
  })
}

describe('checkpoints of other programs have the weights that they were written with', () => {
  it("anomalib's", () => {
    expectSame('anomalib_draem_width4.ckpt', 'model.reconstructive_subnetwork.', 'reconstructive_subnetwork', [
      'after',
      'weights',
    ])
    expectSame('anomalib_draem_width4.ckpt', 'model.discriminative_subnetwork.', 'discriminative_subnetwork', [
      'after',
      'weights',
    ])
  })

  it("the authors' two files", () => {
    expectSame('author_width4.pckl', '', 'reconstructive_subnetwork', ['weights'])
    expectSame('author_width4_seg.pckl', '', 'discriminative_subnetwork', ['weights'])
  })
})

/** A pipeline of the networks of the fixture with these weights, and whatever stands in `model` beside. */
const pipelineOf = (recon: string, seg: string): string => `import "std/draem"
pipeline p {
  data = hdmap(root = "data", source = domain_A, image = 32x32, batch = 2)
  synthesis = additive(width = 2px .. 4px)
  model {
    recon = image |> ${recon}
    seg = concat(image, recon) |> ${seg}
    anomaly_map = softmax(seg.mask)[anomaly]
    score = image_max(anomaly_map)
  }
  loss { total = l2(recon, clean) + focal(seg.mask, fault_mask) }
  train {
    optimizer = adam(lr = 1e-3)
    epochs = 1
  }
  evaluate { image = [auroc(score)] }
}
`

describe('weights by the names of the DRAEM family', () => {
  it.each([
    ['author_width4.pckl', 'author_width4_seg.pckl', '', ''],
    [
      'anomalib_draem_width4.ckpt',
      'anomalib_draem_width4.ckpt',
      'model.reconstructive_subnetwork',
      'model.discriminative_subnetwork',
    ],
  ])('%s, %s: every weight has its tensor', (first, second, prefix, other) => {
    const path = (name: string) => JSON.stringify(join(fixtures, 'weights', name))
    const call = (name: string, block: string, begin: string) =>
      `weights(${path(name)}, ${block}, names = draem${begin === '' ? '' : `, prefix = "${begin}"`})`
    const text = pipelineOf(
      call(first, 'reconstructive(width = 4)', prefix),
      call(second, 'discriminative(width = 2)', other),
    )
    const { pipeline, diagnostics } = checkText(text, { readWeights: readWeightTable })
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
    expect(pipeline?.parameters.filter(({ source }) => source?.place === undefined)).toEqual([])
    expect(pipeline?.parameters.length).toBeGreaterThan(200)
  })
})

describe('what is where', () => {
  const naming = { prefix: '', naming: 'own' } as const

  it('a kernel of PyTorch has its axes in another order, one of draemc has not', () => {
    const table = { tensors: new Map([['a.weight', { shape: [2, 3, 1, 5] }]]) }
    const { assignments } = assign(table, [{ name: 'a.kernel', shape: [1, 5, 3, 2] }], naming)
    expect(assignments).toEqual([{ name: 'a.kernel', tensor: 'a.weight', layout: 'oihw' }])
    const own = { tensors: new Map([['a.kernel', { shape: [1, 5, 3, 2] }]]) }
    expect(assign(own, [{ name: 'a.kernel', shape: [1, 5, 3, 2] }], naming).assignments[0]?.layout).toBe('same')
    const dense = { tensors: new Map([['d.weight', { shape: [4, 3] }]]) }
    expect(assign(dense, [{ name: 'd.kernel', shape: [3, 4] }], naming).assignments[0]?.layout).toBe('transposed')
  })

  it('values go where their axes say', () => {
    const [out, into, height, width] = [2, 3, 2, 2]
    const theirs = Float64Array.from({ length: out * into * height * width }, (_, at) => at)
    const ours = arranged(theirs, [height, width, into, out], 'oihw')
    for (let o = 0; o < out; o += 1)
      for (let i = 0; i < into; i += 1)
        for (let y = 0; y < height; y += 1)
          for (let x = 0; x < width; x += 1) {
            const place = ((y * width + x) * into + i) * out + o
            expect(ours[place]).toBe(((o * into + i) * height + y) * width + x)
          }
    expect([...arranged(Float64Array.of(1, 2, 3, 4, 5, 6), [3, 2], 'transposed')]).toEqual([1, 4, 2, 5, 3, 6])
  })

  it('names what is missing, misshapen and left over', () => {
    const shapes = { 'a.weight': [2], 'a.bias': [2], 'b.weight': [1, 1, 1, 1], 'a.num_batches_tracked': [] }
    const wanted = [
      { name: 'a.scale', shape: [3] },
      { name: 'a.offset', shape: [2] },
      { name: 'a.running_mean', shape: [2] },
    ]
    const tensors = new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }]))
    const { assignments, missing, misshapen, surplus } = assign({ tensors }, wanted, naming)
    expect(assignments.map(({ name }) => name)).toEqual(['a.offset'])
    expect(missing).toEqual(['a.running_mean'])
    expect(misshapen.map(({ name, found, wanted: need }) => [name, found, need])).toEqual([['a.scale', [2], [3]]])
    expect(surplus).toEqual(['b.weight'])
  })
})
