import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compile } from '../../src/driver/compile.js'
import { type CompileRequest, UnreadableFile } from '../../src/driver/run-phases.js'
import { maxSourceBytes } from '../../src/driver/source-text.js'
import { temporaryDirectory } from '../support/draemc.js'

const request = (workingDirectory: string, file: string): CompileRequest => ({
  file,
  workingDirectory,
  overrides: [],
  environment: {},
  lookAtDisk: false,
  mayLackPipeline: true,
  until: 'checked',
})

test('a file that is no regular file, or too large, is refused with the reason, and never waited for', () => {
  const directory = temporaryDirectory()
  execFileSync('mkfifo', [join(directory, 'pipe.draem')])
  writeFileSync(join(directory, 'large.draem'), `// ${'x'.repeat(maxSourceBytes)}`)
  for (const [file, reason] of [
    ['pipe.draem', 'it is a named pipe'],
    ['/dev/zero', 'it is a device'],
    ['.', 'it is a directory'],
    ['large.draem', 'it is larger than 4 MiB'],
    ['absent.draem', 'there is no such file'],
  ] as const) {
    expect(() => compile(request(directory, file))).toThrow(UnreadableFile)
    expect(() => compile(request(directory, file))).toThrow(`cannot read ${file}: ${reason}`)
  }
})

test('an import that cannot be read is an error at the import, each with its reason', () => {
  const directory = temporaryDirectory()
  execFileSync('mkfifo', [join(directory, 'pipe.draem')])
  mkdirSync(join(directory, 'folder.draem'))
  writeFileSync(
    join(directory, 'main.draem'),
    'import "./pipe"\nimport "./folder"\nimport "./absent"\nimport "/dev/zero"\n',
  )
  const { diagnostics } = compile(request(directory, 'main.draem'))
  expect(diagnostics.map(({ code, message }) => `${code} ${message}`)).toEqual([
    'D023 the import "./pipe" cannot be read: it is a named pipe',
    'D023 the import "./folder" cannot be read: it is a directory',
    'D023 the import "./absent" names no file',
    'D023 the import "/dev/zero" names no file',
  ])
})
