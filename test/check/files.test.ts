import { describe, expect, it } from 'vitest'
import { goldenInput } from '../support/golden.js'
import { checkText, told } from './harness.js'

const library = goldenInput('check/good/library/input.draem')
const severity = goldenInput('check/good/severity/input.draem')
const name = /pipeline (\w+)/.exec(library)?.[1] ?? ''

describe('what a pipeline inherits is read in the file that wrote it', () => {
  const files = { '/project/base.draem': library }
  it('needs none of its imports', () => {
    const result = checkText(`import "./base"\npipeline child extends ${name} { train.epochs = 20 }\n`, {}, files)
    expect(told(result)).toEqual([])
    expect(result.pipeline?.train.epochs).toBe(20)
  })
  it('while its own values are read in its own file', () => {
    const mine = `import "./base"
block mine(image: map, recon: map, seg: segmentation) -> value {
  out = image |> conv2d(1)
  return out |> image_max
}
`
    const child = `pipeline child extends ${name} { head = mine }\n`
    expect(told(checkText(mine + child, {}, files))).toEqual(['D020 at 2:41'])
    expect(told(checkText(`import "std/draem"\n${mine}${child}`, {}, files))).toEqual([])
  })
})

describe('an enum is its declaration, not its name', () => {
  const enums = (own: string) => `enum mode { ${own} }\n`
  const block = (which: string) => `block ${which}(x: map, how: mode) -> map {
  k = match how { fast => 1, exact => 3 }
  out = x |> conv2d(4, kernel = k)
  return out
}
`
  const files = {
    '/project/a.draem': enums('fast, exact') + block('first'),
    '/project/b.draem': enums('small, large'),
  }
  const using = severity.replace(/^/, 'import "./a"\n')
  it('one that hides another leaves the other to its own file', () => {
    const own = `enum mode { fine, coarse }
block mine(x: map, how: mode) -> map {
  k = match how { fine => 1, coarse => 3 }
  out = x |> conv2d(4, kernel = k)
  return out
}
`
    const result = checkText(`${using}\n${own}`, {}, files)
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['D029'])
  })
  it('two of two imports are refused where the name is used', () => {
    const both = `import "./b"\n${using}`
    expect(told(checkText(both, {}, files))).toEqual([])
    expect(told(checkText(`${both}\n${block('mine')}`, {}, files))).toEqual(['D021 at 2:8'])
  })
})

describe('a chain of imports', () => {
  const chain = (length: number) =>
    Object.fromEntries(
      Array.from({ length }, (_, index) => [
        `/project/f${index}.draem`,
        index + 1 < length ? `import "./f${index + 1}"\n` : 'block last(x: map) -> map { return relu(x) }\n',
      ]),
    )
  const entry = 'import "./f0"\nblock first(x: map) -> map { return relu(x) }\n'
  it('may be long', () => {
    const result = checkText(entry, { mayLackPipeline: true }, chain(3_000))
    expect(told(result)).toEqual([])
    expect(result.sources.files.map(({ id }) => id).slice(0, 3)).toEqual([
      '/project/input.draem',
      '/project/f0.draem',
      '/project/f1.draem',
    ])
  })
  it('ends at a number of files, which is reported', () => {
    const result = checkText(entry, { mayLackPipeline: true }, chain(5_000))
    expect(result.diagnostics.map(({ code }) => code)).toEqual(['D023'])
    expect(result.diagnostics[0]?.message).toContain('more than 4096 files are imported')
  })
  it('may close a circle, from wherever it is long', () => {
    const files = { ...chain(3_000), '/project/f2999.draem': 'import "./f2990"\n' }
    const [circle] = checkText(entry, { mayLackPipeline: true }, files).diagnostics
    expect(circle?.code).toBe('D024')
    expect(circle?.message).toContain('f2990.draem')
    expect(circle?.message.length).toBeLessThan(400)
  })
})
