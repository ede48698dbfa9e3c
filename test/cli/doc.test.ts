import { describe, expect, test } from 'vitest'
import { draemc } from '../support/draemc.js'

describe('draemc doc', () => {
  test.each([
    ['conv2d', ['conv2d (Layers)', 'an integer from 1 to 1024', 'map [H / stride, W / stride, channels]']],
    ['severity_cnn', ['severity_cnn (Blocks)', 'maximum: float = 2.0) -> value', 'in [0, maximum]']],
    ['adamw', ['Loshchilov and Hutter', 'weight_decay']],
    ['mae', ['mae (Losses)', 'mae (Metrics']],
    ['D053', ['label-out-of-reach', 'allow D053 because']],
    ['label-out-of-reach', ['D053: label-out-of-reach']],
    ['div_int', ['div_int(a, b)']],
  ])('%s', (name, parts) => {
    const { status, stdout, stderr } = draemc(['doc', name])
    expect(stderr).toBe('')
    expect(status).toBe(0)
    for (const part of parts) expect(stdout).toContain(part)
    // Tables are columns here, not the pages' marks.
    expect(stdout).not.toMatch(/^\|/m)
  })

  test('a name that is near, one that is not, and all of them', () => {
    const near = draemc(['doc', 'con2d'])
    expect(near.status).toBe(2)
    expect(near.stderr).toContain('did you mean `conv2d`?')
    expect(draemc(['doc', 'xyzzy']).stderr).toContain('`draemc doc` lists')
    const { status, stdout } = draemc(['doc'])
    expect(status).toBe(0)
    for (const line of ['Losses', 'Blocks', 'Diagnostics', 'focal ', 'sevnet ', 'D001 ']) expect(stdout).toContain(line)
    const names = JSON.parse(draemc(['doc', '--json']).stdout) as readonly { readonly name: string }[]
    expect(names.map(({ name }) => name)).toContain('ssim')
  })
})
