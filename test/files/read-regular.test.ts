import { execFileSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, truncateSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { readInheritedSync, readRegularFile, readRegularFileSync } from '../../src/files/read-regular.js'
import { temporaryDirectory } from '../support/draemc.js'

let root = ''
beforeEach(() => {
  root = temporaryDirectory()
})
const at = (name: string): string => join(root, name)

describe.each([
  ['at once', async (path: string, max: number) => readRegularFileSync(path, max)],
  ['in the background', readRegularFile],
])('a file read %s', (_, read) => {
  test('is its bytes, also where it is as large as the limit, or empty', async () => {
    writeFileSync(at('whole'), 'a'.repeat(10_000))
    expect(await read(at('whole'), 10_000)).toEqual({ kind: 'read', bytes: Buffer.from('a'.repeat(10_000)) })
    writeFileSync(at('empty'), '')
    expect(await read(at('empty'), 0)).toEqual({ kind: 'read', bytes: Buffer.alloc(0) })
  })

  test('that states no size is read to its end', async () => {
    const content = await read('/proc/self/status', 1 << 20)
    expect(content.kind === 'read' && content.bytes.toString()).toContain('State:')
    expect(await read('/proc/self/status', 5)).toEqual({ kind: 'too_large', size: 6, maxBytes: 5 })
  })

  test('that is larger than the limit is not read', async () => {
    writeFileSync(at('huge'), '')
    truncateSync(at('huge'), 2 ** 40)
    expect(await read(at('huge'), 100)).toEqual({ kind: 'too_large', size: 2 ** 40, maxBytes: 100 })
  })

  test('that is not there, or cannot be, is missing', async () => {
    writeFileSync(at('file'), '')
    for (const path of [at('absent'), at('file/below'), at('x'.repeat(300)), 'with\0null'])
      expect(await read(path, 100)).toEqual({ kind: 'missing' })
  })

  test('that is no regular file is said to be what it is, without waiting for it', async () => {
    mkdirSync(at('directory'))
    execFileSync('mkfifo', [at('pipe')])
    const server = createServer()
    await new Promise<void>((done) => server.listen(at('socket'), done))
    expect(await read(at('directory'), 100)).toEqual({ kind: 'not_regular', what: 'a directory' })
    expect(await read(at('pipe'), 100)).toEqual({ kind: 'not_regular', what: 'a named pipe' })
    expect(await read(at('socket'), 100)).toEqual({ kind: 'not_regular', what: 'a socket' })
    expect(await read('/dev/zero', 100)).toEqual({ kind: 'not_regular', what: 'a device' })
    server.close()
  })

  test.skipIf(process.getuid?.() === 0)('that may not be read says why', async () => {
    writeFileSync(at('secret'), '')
    chmodSync(at('secret'), 0)
    expect(await read(at('secret'), 100)).toEqual({
      kind: 'unreadable',
      reason: 'no permission (EACCES)',
      code: 'EACCES',
    })
  })

  test('whose links go in a circle says why', async () => {
    execFileSync('ln', ['-s', 'circle', at('circle')])
    const reason = 'too many levels of symbolic links (ELOOP)'
    expect(await read(at('circle'), 100)).toEqual({ kind: 'unreadable', reason, code: 'ELOOP' })
  })
})

describe('a descriptor that the process was started with', () => {
  test('is read to its end, or to the limit', () => {
    writeFileSync(at('input'), 'pipeline')
    const input = openSync(at('input'), 'r')
    expect(readInheritedSync(input, 100)).toEqual({ kind: 'read', bytes: Buffer.from('pipeline') })
    closeSync(input)
    const endless = openSync('/dev/zero', 'r')
    expect(readInheritedSync(endless, 100)).toEqual({ kind: 'too_large', size: 101, maxBytes: 100 })
    closeSync(endless)
  })
})
