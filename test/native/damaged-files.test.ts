import { createHash } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { damagedFiles } from '../../src/native/install.js'
import { hashJavaScript } from '../../src/native/javascript-hash.js'
import type { EngineLocation } from '../../src/native/locate.js'
import { temporaryDirectory } from '../support/draemc.js'

test('of an engine, libraries and JavaScript that are not as they were installed are named', async () => {
  const directory = temporaryDirectory()
  const put = (file: string, content: string) => writeFileSync(join(directory, 'node_modules', file), content)
  mkdirSync(join(directory, 'node_modules', 'tfjs', 'dist'), { recursive: true })
  put('lib.so', 'machine code')
  put('tfjs/dist/index.js', 'exports.add = (a, b) => a + b')
  put('tfjs/package.json', '{}')
  const manifest: EngineLocation['manifest'] = {
    format: 1,
    name: 'engine',
    device: 'cpu',
    tensorflow: '2',
    binding: '4',
    wheelSha256: '',
    files: { 'node_modules/lib.so': createHash('sha256').update('machine code').digest('hex') },
    javascript: await hashJavaScript(join(directory, 'node_modules')),
    bytes: 1,
  }
  const damaged = () => damagedFiles({ directory, name: 'engine', device: 'cpu', manifest })
  expect(await damaged()).toEqual([])
  put('lib.so', 'machine cope')
  put('tfjs/dist/index.js', 'exports.add = (a, b) => a - b')
  expect(await damaged()).toEqual(['node_modules/lib.so', 'the JavaScript in node_modules'])
  put('lib.so', 'machine code')
  put('tfjs/dist/index.js', 'exports.add = (a, b) => a + b')
  put('tfjs/dist/more.js', '')
  expect(await damaged()).toEqual(['the JavaScript in node_modules'])
  rmSync(join(directory, 'node_modules', 'tfjs', 'dist', 'more.js'))
  expect(await damaged()).toEqual([])
})
