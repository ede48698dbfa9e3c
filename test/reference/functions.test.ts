import { describe, expect, test } from 'vitest'
import type { FunctionRule } from '../../src/check/functions/rule.js'
import { expectFunctions, staticFunctions } from '../../src/check/functions/static.js'
import { functions } from '../../src/check/functions/table.js'
import { functionsReference } from '../../src/reference/functions.js'
import { libraryReference } from '../../src/reference/library.js'
import { sectionsOf } from '../../src/reference/markdown.js'
import { checkText } from '../check/harness.js'

/** An example of what only a synthesis can call, in one. */
function synthesis(example: string): string {
  const plain = pipeline('relu(hidden)').replace('additive(width = 8px .. 16px)', 'probe()')
  return `${plain}
block probe(image: map) -> fault {
  spot = inside(draw_box(8, 8))
  example = ${example}
  touched = 0.0 * example
  return { image = where(spot, 1.0, image), mask = spot, severity = draw(0 .. 2.0) + image_max(spot * touched) }
}
`
}

const unit = `block unit(x: map, channels: int = 3) -> map {
  return x |> conv2d(channels) |> batch_norm |> relu
}
`

/** The names that examples use, as the head of the page says, and one example in the model or, with labels, in the loss. */
function pipeline(example: string): string {
  const isLoss = /\b(clean|fault_mask|fault_severity|dynamic_average)\b/.test(example)
  return `import "std/draem"
${/\bunit\(/.test(example) ? unit : ''}pipeline p {
  data = hdmap(root = "data", source = domain_A, image = 32x32, batch = 4)
  synthesis = additive(width = 8px .. 16px)
  model {
    recon = reconstructive(image, width = 4)
    seg = discriminative(concat(image, recon), width = 4)
    hidden = image |> conv2d(8)
    features = global_average_pool(hidden)
    one = dense(features, 1)
    severity = 2.0 * sigmoid(squeeze(one))
    anomaly_map = softmax(seg.mask)[anomaly]
    ${isLoss ? '' : `example = ${example}`}
  }
  loss {
    head = smooth_l1(severity, fault_severity)
    mask = focal(seg.mask, fault_mask)
    image_term = l2(recon, clean)
    probe = ${isLoss ? example : 'mean(square(example))'}
    total = head + mask + image_term + probe
  }
  train { optimizer = adam(lr = 1e-3)
    epochs = 1 }
  evaluate { image = [auroc(severity)]
    pixel = [auroc(anomaly_map)] }
}
`
}

const isStatic = (name: string): boolean => staticFunctions.some((each) => each.name === name)
const kinds = { pixel: 'map', image: ['value', 'vector'], batch: 'scalar' } as const

describe('the example of each function is a program', () => {
  const isOfSynthesis = ({ where }: FunctionRule): boolean => where === 'synthesis'
  test.each([...functions.values()].filter(isOfSynthesis))('$name', ({ name, example, result }) => {
    // A box is no map: its first number is.
    const shown = result.startsWith('vector') ? `inside(${example})` : example
    const { diagnostics, pipeline: checked } = checkText(synthesis(shown))
    expect(example).toContain(`${name}(`)
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
    expect(checked?.synthesis.program.nodes.length).toBeGreaterThan(4)
  })

  const sizes = ['channels_of', 'height_of', 'width_of']
  test.each([...functions.values()].filter(({ name }) => sizes.includes(name)))('$name', ({ example }) => {
    expect(checkText(pipeline(`conv2d(hidden, ${example})`)).diagnostics).toEqual([])
  })

  const isOfModel = (rule: FunctionRule) => !isStatic(rule.name) && !isOfSynthesis(rule) && !sizes.includes(rule.name)
  test.each([...functions.values()].filter(isOfModel))('$name', ({ name, example, result }) => {
    expect(example).toContain(`${name}(`)
    const { diagnostics, pipeline: checked } = checkText(pipeline(example))
    expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([])
    const node = checked?.outputs.find((output) => output.name === 'example')?.node
    if (node === undefined) return
    const type = checked?.nodes[node]?.type
    if (type === undefined || result.startsWith('as ')) return
    const kind = type.per === 'image' ? kinds.image[type.shape.length] : kinds[type.per]
    // What a pipe makes of a block is what the block gives.
    if (result === 'block') return
    expect(result).toContain(kind)
    const sizes = /\[([^\]]*)\]/.exec(result)?.[1]?.split(', ').length
    if (sizes !== undefined) expect(type.shape).toHaveLength(sizes)
  })

  test.each([...staticFunctions])('$name', ({ example }) => {
    expect(checkText(pipeline(`conv2d(hidden, ${example})`)).diagnostics).toEqual([])
  })

  test.each([...expectFunctions])('$name', ({ example }) => {
    const text = pipeline('relu(hidden)').replace('  train {', `  expect ${example} > 0\n  train {`)
    expect(checkText(text).diagnostics).toEqual([])
  })
})

test('every function, and everything that the library declares, has a section with words of its own', () => {
  const sections = [functionsReference(), libraryReference()].flatMap(sectionsOf)
  for (const name of [...functions.keys(), ...expectFunctions.map(({ name }) => name)])
    expect(sections.map((section) => section.name)).toContain(name)
  for (const { name, text } of sections) expect(text.replace(/^`[^`]*`\s*/, ''), name).toMatch(/^\S.*[.:]/)
})
