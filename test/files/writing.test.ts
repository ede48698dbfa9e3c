import { execFile } from 'node:child_process'
import { lstatSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { buildSync } from 'esbuild'
import { describe, expect, test } from 'vitest'
import { removeLeftovers, replaceContent, replaceStream } from '../../src/files/replace.js'
import { CannotWrite, cannotWrite, makeDirectory, writingTo } from '../../src/files/writing.js'
import { projectRoot, temporaryDirectory } from '../support/draemc.js'

const answered = (code: string): Error =>
  Object.assign(new Error(`${code}: words of the system`), { code, syscall: 'open' })

describe('a place that takes no files', () => {
  test.each([
    ['EACCES', 'cannot write to there: no permission (EACCES)'],
    ['EROFS', 'cannot write to there: the file system is read-only (EROFS)'],
    ['ENOSPC', 'cannot write to there: the disk is full (ENOSPC)'],
    ['EWHATEVER', 'cannot write to there: EWHATEVER: words of the system (EWHATEVER)'],
  ])('%s in words', (code, message) => {
    const write = () =>
      writingTo('there', () => {
        throw answered(code)
      })
    expect(write).toThrow(CannotWrite)
    expect(write).toThrow(message)
  })

  test('other errors stay what they are', () => {
    const other = new Error('a bug')
    expect(cannotWrite('there', other)).toBe(other)
  })
})

describe('a directory', () => {
  test('is made with those that it lies in, or was there', () => {
    const root = temporaryDirectory()
    makeDirectory(join(root, 'a', 'b', 'c'))
    makeDirectory(join(root, 'a', 'b', 'c'))
    expect(readdirSync(join(root, 'a', 'b'))).toEqual(['c'])
  })

  test('is refused, not tried for ever, where none can be made', () => {
    expect(() => makeDirectory('/proc/draemc/below')).toThrow('ENOENT')
  })
})

describe('a file that is replaced', () => {
  test('keeps its permissions, and the links that lead to it', () => {
    const root = temporaryDirectory()
    const file = join(root, 'file')
    writeFileSync(file, 'old', { mode: 0o640 })
    symlinkSync('file', join(root, 'link'))
    replaceContent(join(root, 'link'), 'new')
    expect(readFileSync(file, 'utf8')).toBe('new')
    expect(lstatSync(file).mode & 0o777).toBe(0o640)
    expect(lstatSync(join(root, 'link')).isSymbolicLink()).toBe(true)
    expect(readdirSync(root).sort()).toEqual(['file', 'link'])
  })
})

describe('a file that is written piece by piece', () => {
  test('replaces the old one whole, and leaves nothing beside it', () => {
    const file = join(temporaryDirectory(), 'stream')
    writeFileSync(file, 'old')
    replaceStream(file, ({ append }) => {
      append(Buffer.from('one '))
      expect(readFileSync(file, 'utf8')).toBe('old')
      append(Buffer.from('two'))
    })
    expect(readFileSync(file, 'utf8')).toBe('one two')
    expect(readdirSync(dirname(file))).toEqual(['stream'])
  })

  test('stays as it was where writing fails, and another writer has a temporary file of its own', () => {
    const file = join(temporaryDirectory(), 'stream')
    writeFileSync(file, 'old')
    const failing = () =>
      replaceStream(file, ({ append }) => {
        append(Buffer.from('part'))
        replaceStream(file, (other) => other.append(Buffer.from('of the other')))
        throw new Error('interrupted')
      })
    expect(failing).toThrow('interrupted')
    expect(readFileSync(file, 'utf8')).toBe('of the other')
    expect(readdirSync(dirname(file))).toEqual(['stream'])
  })

  test('of a killed process is removed, whatever it was to be, and nothing else', () => {
    const root = temporaryDirectory()
    for (const name of ['data.sha256', 'last.safetensors']) {
      const write = () =>
        replaceStream(join(root, name), () => {
          const [temporary = ''] = readdirSync(root).filter((each) => each.includes(name))
          writeFileSync(join(root, 'copy'), '')
          renameSync(join(root, temporary), join(root, 'kept'))
          renameSync(join(root, 'kept'), join(root, temporary.replace(String(process.pid), '1')))
        })
      expect(write).toThrow('ENOENT')
    }
    for (const name of ['results.json.123', 'results.json', '.hidden.tmp']) writeFileSync(join(root, name), '')
    expect(readdirSync(root).length).toBe(6)
    removeLeftovers(root)
    expect(readdirSync(root).sort()).toEqual(['.hidden.tmp', 'copy', 'results.json', 'results.json.123'])
  })
})

describe('two processes that replace one file', () => {
  test('leave the whole content of one of them', async () => {
    const file = join(temporaryDirectory(), 'shared')
    const content = (letter: string): string => letter.repeat(200_000)
    const program = join(temporaryDirectory(), 'writer.mjs')
    const contents = `
      import { replaceContent } from './src/files/replace.js'
      for (let n = 0; n < 40; n++) replaceContent(process.argv[2], process.argv[3].repeat(200000))`
    const stdin = { contents, resolveDir: projectRoot, loader: 'ts' } as const
    buildSync({ stdin, bundle: true, platform: 'node', format: 'esm', outfile: program })
    const write = (letter: string): Promise<unknown> => promisify(execFile)(process.execPath, [program, file, letter])
    await Promise.all([write('a'), write('b')])
    expect([content('a'), content('b')]).toContain(readFileSync(file, 'utf8'))
    expect(readdirSync(dirname(file))).toEqual(['shared'])
  })
})
