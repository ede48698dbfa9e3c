import { lstatSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { replaceContent } from '../../src/native/replace-file.js'
import { CannotWrite, cannotWrite, makeDirectory, writingTo } from '../../src/native/writing.js'
import { temporaryDirectory } from '../support/draemc.js'

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
