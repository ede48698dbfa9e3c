import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inlinePicture } from '../../src/cli/inline-picture.js'
import { draemc, projectRoot } from '../support/draemc.js'

/** A synthesis of one's own, with everything that the shipped ones lack: a texture folder, an ellipse, soft edges. */
const pipeline = (folder: string, texture: string) => `import "std/draem"
import "${projectRoot}/pipelines/quickstart"

/// A spot of another material with a soft edge.
block spots(image: map, width: lengths = 10% .. 20%, opacity: shares = 40% .. 90%, materials: path) -> fault {
  across = draw_pixels(width, along = width)
  spot   = ellipse(draw_box(across, across))
  share  = draw(opacity)
  weight = share * spot * blur(spot, 1.5)
  made   = draw_image(folder = materials)
  return { image = (1.0 - weight) * image + weight * made, mask = spot, severity = share }
}

pipeline own extends quickstart {
  data.root = "${folder}/maps"
  synthesis = spots(materials = "${texture}")
  model.severity = sevnet(image, recon, seg, scale = multi, hidden = 32)
  model.score = average(mask_score, severity)
}
`

describe('draemc preview', () => {
  let folder = ''
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'draemc-preview-'))
    draemc(['data', 'hdmap-example', join(folder, 'maps')])
    mkdirSync(join(folder, 'materials', 'below'), { recursive: true })
    // A bright and a colour one, of other sizes than the data.
    const bytes = (value: number, channels: 1 | 3) => Buffer.alloc(20 * 30 * channels, value)
    await sharp(bytes(255, 1), { raw: { width: 30, height: 20, channels: 1 } })
      .png()
      .toFile(join(folder, 'materials', 'white.png'))
    await sharp(bytes(255, 3), { raw: { width: 30, height: 20, channels: 3 } })
      .png()
      .toFile(join(folder, 'materials', 'below', 'colour.png'))
    writeFileSync(join(folder, 'own.draem'), pipeline(folder, 'materials'))
    writeFileSync(join(folder, 'none.draem'), pipeline(folder, 'nothing'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))
  const preview = (...args: readonly string[]) => draemc(['preview', ...args], { cwd: folder })

  test('draws the faults of a synthesis of one’s own on a sheet, and counts them', async () => {
    const { status, stdout, stderr } = preview('own.draem', '--images', '3', '--out', 'sheet.png', '--json')
    expect([status, stderr]).toEqual([0, 'sheet: sheet.png\n'])
    const counted = JSON.parse(stdout)
    expect(counted.images).toBe(176)
    expect(Math.abs(counted.severities.length - 88)).toBeLessThan(30)
    for (const [index, severity] of counted.severities.entries()) {
      expect(severity >= 0.4 && severity <= 0.9).toBe(true)
      expect(counted.areas[index] > 0 && counted.areas[index] < 0.2).toBe(true)
    }
    const { data, info } = await sharp(readFileSync(join(folder, 'sheet.png')))
      .raw()
      .toBuffer({ resolveWithObject: true })
    // Tiles of 2 x 32 rows and 2 x 96 columns.
    expect([info.height, info.width > 4 * 192]).toEqual([3 * (64 + 4) + 4, true])
    const brightest = (left: number): number => {
      let most = 0
      for (let y = 4; y < 68; y += 1)
        for (let x = left; x < left + 192; x += 1) most = Math.max(most, data[(y * info.width + x) * 3] ?? 0)
      return most
    }
    const [clean, faulty, changed, mask] = [0, 1, 2, 3].map((tile) => brightest(4 + tile * 196))
    expect(mask).toBe(255)
    // A white material makes dark places brighter.
    expect((changed ?? 0) > 140 && (faulty ?? 0) >= (clean ?? 255)).toBe(true)
  })

  test('says the same twice, in text with distributions', () => {
    const [first, second] = [preview('own.draem'), preview('own.draem')]
    expect(first.stdout).toBe(second.stdout)
    expect(first.stdout).toMatch(/^own: \d+ of 176 images of epoch 1 get a fault by spots \(\d+ %\)/)
    expect(first.stdout).toContain('severity (label)\n  0.4')
    expect(preview('own.draem', '--epoch', '2').stdout).not.toBe(first.stdout)
    expect(preview('own.draem', '--set', 'seed=7').stdout).not.toBe(first.stdout)
  })

  test('refuses what cannot be drawn before anything is read', () => {
    const { status, stderr } = preview('none.draem')
    expect(status).toBe(3)
    expect(stderr).toContain('error[D134]: the folder')
    expect(preview('own.draem', '--images', '0').status).toBe(2)
  })

  test('the images of its folders are part of what a run reads', () => {
    const { status, stdout, stderr } = draemc(
      ['run', 'own.draem', '--out', 'run', '--set', 'train.max_steps=2', '--set', 'train.epochs=1', '--plain'],
      { cwd: folder },
    )
    expect([status, stderr]).toEqual([0, expect.anything()])
    expect(stdout + stderr).toContain('completed after 2 steps')
    const files = readFileSync(join(folder, 'run', 'data.sha256'), 'utf8')
    expect(files).toContain('  ../materials/below/colour.png\n')
    expect(files).toContain('  ../materials/white.png\n')
  })
})

test('a picture goes to the terminals that show one, by their protocols', () => {
  const png = Buffer.alloc(5000, 1)
  expect(inlinePicture(png, { TERM: 'xterm-256color' })).toBeUndefined()
  expect(inlinePicture(png, { TERM_PROGRAM: 'WezTerm' })).toBe(
    `\u001b]1337;File=inline=1;size=5000:${png.toString('base64')}\u0007`,
  )
  const kitty = inlinePicture(png, { TERM: 'xterm-kitty' }) ?? ''
  const chunks = kitty.split('\u001b\\').slice(0, -1)
  expect(chunks.map((chunk) => chunk.split(';')[0])).toEqual(['\u001b_Gf=100,a=T,m=1', '\u001b_Gm=0'])
  expect(chunks.map((chunk) => chunk.split(';')[1]).join('')).toBe(png.toString('base64'))
})
