import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { draemc, temporaryDirectory } from '../support/draemc.js'

const pipeline = ['check', 'pipelines/draem_original.draem']

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

test('compiled code is kept in the cache, and made again where it is broken or of another build', () => {
  const cache = temporaryDirectory()
  const run = () => draemc(pipeline, { env: { DRAEMC_CACHE: cache } })
  const first = run()
  const [file = ''] = filesBelow(cache)
  expect(filesBelow(cache)).toHaveLength(1)
  const whole = readFileSync(file)
  expect(whole.length).toBeGreaterThan(200_000)

  const kept = statSync(file).mtimeMs
  expect(run()).toEqual(first)
  expect(statSync(file).mtimeMs).toBe(kept)

  truncateSync(file, 1000)
  expect(run()).toEqual(first)
  expect(statSync(file).size).toBeGreaterThan(200_000)

  writeFileSync(file, Buffer.concat([Buffer.alloc(16, 1), whole.subarray(16)]))
  expect(run()).toEqual(first)
  expect(readFileSync(file).subarray(0, 16)).toEqual(whole.subarray(0, 16))
})

test('where nothing can be kept, commands work as ever', () => {
  const { stderr } = draemc(pipeline, { env: { DRAEMC_CACHE: '/proc/draemc' } })
  expect(stderr).toContain('draem_original.draem: ')
})
