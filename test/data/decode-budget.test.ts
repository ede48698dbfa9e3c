import { expect, it } from 'vitest'
import { createDecodeBudget, DecodeBudget } from '../../src/data/decode-budget.js'
import type { ImageHeader } from '../../src/data/headers/image-header.js'

const header = (side: number): ImageHeader => ({
  kind: 'png',
  lossy: false,
  height: side,
  width: side,
  bits: 8,
  depth: 'uint8',
  colour: 'grey',
  extra: 'none',
  orientation: 1,
})

it('lets images of all workers be decoded at once as far as their memory goes, and each of them in the end', async () => {
  const memory = createDecodeBudget()
  const workers = [new DecodeBudget(memory), new DecodeBudget(memory)]
  let [now, most, done] = [0, 0, 0]
  const decode = (side: number) => async () => {
    now += side * side
    most = Math.max(most, now)
    await new Promise((resolve) => setTimeout(resolve, 2))
    now -= side * side
    done += 1
  }
  const sides = [8192, 8192, 8192, 16_000, 100, 100, 4096, 4096, 4096, 8192]
  await Promise.all(sides.map((side, i) => workers[i % 2]?.within(header(side), decode(side))))
  expect(done).toBe(sides.length)
  // 9 bytes a pixel; the largest alone is more than the budget.
  expect(most).toBeLessThanOrEqual(16_000 ** 2)
  expect(new Int32Array(memory)[0]).toBe(0)
})

it('gives back what a failure had', async () => {
  const memory = createDecodeBudget()
  const failing = new DecodeBudget(memory).within(header(8192), async () => {
    throw new Error('broken')
  })
  await expect(failing).rejects.toThrow('broken')
  expect(new Int32Array(memory)[0]).toBe(0)
})
