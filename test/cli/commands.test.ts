import { cpSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFile, draemc, projectRoot, temporaryDirectory } from '../support/draemc.js'

const sevnet = join(projectRoot, 'pipelines', 'hdmap_sevnet.draem')

describe('the command line', () => {
  it('lists its commands and exit codes in --help, on stdout', () => {
    const { status, stdout } = draemc(['--help'])
    expect(status).toBe(0)
    for (const word of ['check', 'compile', 'explain', 'run', 'data', 'fmt', 'engine', 'doctor', '130 interrupted']) {
      expect(stdout).toContain(word)
    }
  })

  it.each([
    [['frobnicate']],
    [['check']],
    [['check', '--frobnicate', 'x.draem']],
    [['check', 'no-such-file.draem']],
    [['check', sevnet, '--set', 'lambda']],
    [['compile', sevnet, '--emit', 'irr']],
    [['compile', sevnet, '--emit', 'ir:after=nothing']],
    [['engine', 'remove', 'no-such-engine']],
    [['engine', 'install', '--device', 'abacus']],
  ])('answers %j with exit code 2 and one message on stderr', (args) => {
    const { status, stdout, stderr } = draemc(args)
    expect(status).toBe(2)
    expect(stdout).toBe('')
    expect(stderr).toMatch(/error/)
    expect(stderr).not.toMatch(/ at .*\.js/)
  })

  it('tells every mistake of a file in one run, with exit code 3', () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'broken.draem')
    writeFileSync(
      file,
      readFileSync(sevnet, 'utf8').replace('gamma = 2', 'gama = 2').replace('epochs     = 30', 'epochs = 30px'),
    )
    const { status, stdout, stderr } = draemc(['compile', file])
    expect(status).toBe(3)
    expect(stdout).toBe('')
    expect(stderr.match(/^error\[D\d{3}\]/gm)).toHaveLength(2)
    const json = draemc(['check', '--json', file])
    expect(json.status).toBe(3)
    const found: readonly { readonly code: string; readonly line: number; readonly column: number }[] = JSON.parse(
      json.stdout,
    )
    for (const diagnostic of found) {
      expect(diagnostic.code).toMatch(/^D\d{3}$/)
      expect(diagnostic.line).toBeGreaterThan(0)
      expect(diagnostic.column).toBeGreaterThan(0)
    }
  })

  it('tells mistakes and warnings on stderr where stdout is for JSON', () => {
    const directory = temporaryDirectory()
    const write = (name: string, from: string, to: string): string => {
      const file = join(directory, name)
      writeFileSync(file, readFileSync(sevnet, 'utf8').replace(from, to))
      return file
    }
    const broken = write('broken.draem', 'gamma = 2', 'gama = 2')
    for (const command of ['run', 'explain', 'compile']) {
      const { status, stdout, stderr } = draemc([command, '--json', broken])
      expect([command, status, stdout]).toEqual([command, 3, ''])
      expect(stderr).toMatch(/^error\[D034\]/m)
    }
    const warned = write(
      'warned.draem',
      'epochs     = 30',
      'epochs = 30\n    learning_rate = steps(at = [40 epochs], factor = 0.5)',
    )
    const { status, stdout, stderr } = draemc(['explain', '--json', warned])
    expect(stderr).toMatch(/^warning\[D110\]/)
    expect(status).toBe(0)
    expect(JSON.parse(stdout)).toBeTypeOf('object')
  })

  it('checks every file, also after one that cannot be read', () => {
    const broken = join(temporaryDirectory(), 'broken.draem')
    writeFileSync(broken, 'pipeline a {')
    const quickstart = join(projectRoot, 'pipelines', 'quickstart.draem')
    const { status, stderr } = draemc(['check', 'no-such-file.draem', broken, quickstart])
    expect(status).toBe(2)
    expect(stderr).toContain('error: cannot read no-such-file.draem')
    expect(stderr).toContain('error[D')
    expect(stderr).toContain('quickstart.draem: ')
    expect(JSON.parse(draemc(['check', '--json', 'no-such-file.draem', broken]).stdout)).not.toEqual([])
  })

  it('ends a run with exit code 4 where all that is wrong is the data, and a check with 3', () => {
    const missing = ['--set', 'data.root="nowhere"']
    expect(draemc(['run', sevnet, ...missing]).status).toBe(4)
    expect(draemc(['check', sevnet, ...missing]).status).toBe(3)
    expect(draemc(['run', sevnet, ...missing, '--set', 'lambda=many']).status).toBe(3)
  })

  it('tells a directory of the data that cannot be read once, with exit code 4', () => {
    const directory = temporaryDirectory()
    const data = join(directory, 'data')
    expect(draemc(['data', 'hdmap-example', data, '--size', '0.1']).status).toBe(0)
    symlinkSync('domain_E', join(data, 'domain_E'))
    for (const command of ['check', 'run']) {
      const { status, stderr } = draemc([command, sevnet, '--set', `data.root="${data}"`])
      expect([command, status]).toEqual([command, 4])
      expect(stderr.match(/^error.*/gm)).toEqual([expect.stringMatching(/domain_E.* cannot be read \(ELOOP\)$/)])
    }
  })

  it.each([
    ['file', 'is a file (ENOTDIR)'],
    ['file/below', 'is a file (ENOTDIR)'],
    ['/proc/draemc', 'no directory can be made there (ENOENT)'],
  ])('says why nothing can be written to %s, with exit code 2', (place, reason) => {
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'file'), '')
    const out = join(place.startsWith('/') ? '' : directory, place)
    for (const args of [
      ['compile', join(projectRoot, 'pipelines', 'quickstart.draem'), '--out', out],
      ['data', 'hdmap-example', out, '--size', '0.1'],
    ]) {
      const { status, stderr } = draemc(args)
      expect(status).toBe(2)
      expect(stderr).toContain(`error: cannot write to ${out}: `)
      expect(stderr).toContain(reason)
      expect(stderr).not.toContain('bug')
    }
  })

  it('points at the option when --set is wrong', () => {
    const { status, stderr } = draemc(['compile', sevnet, '--set', 'lambda=many'])
    expect(status).toBe(3)
    expect(stderr).toContain('--set')
    expect(stderr).toContain('many')
  })

  it.each(['ast', 'checked', 'lowered', 'ir', 'ir:after=cse', 'passes', 'graph'])(
    'prints --emit %s on stdout',
    (phase) => {
      const { status, stdout, stderr } = draemc([
        'compile',
        join(projectRoot, 'pipelines', 'quickstart.draem'),
        '--emit',
        phase,
      ])
      expect(stderr).toBe('')
      expect(status).toBe(0)
      expect(stdout.length).toBeGreaterThan(200)
    },
  )

  it('writes the same graph twice, byte for byte', () => {
    const directory = temporaryDirectory()
    for (const name of ['a', 'b']) {
      const out = join(directory, name)
      expect(draemc(['compile', join(projectRoot, 'pipelines', 'quickstart.draem'), '--out', out]).status).toBe(0)
    }
    const graph = (name: string): Buffer => readFileSync(join(directory, name, 'graph', 'saved_model.pb'))
    expect(graph('a').equals(graph('b'))).toBe(true)
  })

  it('explains a pipeline from any directory', () => {
    const { status, stdout } = draemc(['explain', '--json', sevnet], { cwd: temporaryDirectory() })
    expect(status).toBe(0)
    const explained: { readonly parameters: { readonly total: number } } = JSON.parse(stdout)
    expect(explained.parameters.total).toBe(97_496_710)
  })

  it('lays a file out and says what would change', () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'x.draem')
    cpSync(sevnet, file)
    writeFileSync(file, readFileSync(file, 'utf8').replace('seed = 42', 'seed   =    42'))
    expect(draemc(['fmt', '--check', file]).status).toBe(1)
    expect(draemc(['fmt', file]).status).toBe(0)
    expect(draemc(['fmt', '--check', file]).status).toBe(0)
  })

  it('lays out what a link leads to, and leaves the link and the permissions as they are', () => {
    const directory = temporaryDirectory()
    const file = join(directory, 'x.draem')
    const link = join(directory, 'link.draem')
    writeFileSync(file, readFileSync(sevnet, 'utf8').replace('seed = 42', 'seed   =    42'), { mode: 0o640 })
    symlinkSync('x.draem', link)
    expect(draemc(['fmt', link]).status).toBe(0)
    expect(lstatSync(link).isSymbolicLink()).toBe(true)
    expect(lstatSync(file).mode & 0o777).toBe(0o640)
    expect(readFileSync(file, 'utf8')).toContain('seed = 42')
  })

  it('reports what is there as JSON', () => {
    const { stdout } = draemc(['doctor', '--json'])
    const subjects = (JSON.parse(stdout) as readonly { readonly subject: string }[]).map((finding) => finding.subject)
    expect(subjects).toEqual(expect.arrayContaining(['Node.js', 'Python with pip', 'C++ compiler', 'native engine']))
    expect(draemc(['engine', 'list', '--json'], { env: { DRAEMC_CACHE: temporaryDirectory() } }).stdout.trim()).toBe(
      '[]',
    )
  })

  it('says what to do where no engine is installed', () => {
    const directory = temporaryDirectory()
    mkdirSync(join(directory, 'pipelines'))
    expect(
      draemc(['data', 'hdmap-example', join(directory, 'datasets', 'hdmap-example'), '--size', '0.1']).status,
    ).toBe(0)
    cpSync(join(projectRoot, 'pipelines', 'quickstart.draem'), join(directory, 'pipelines', 'quickstart.draem'))
    const { status, stderr } = draemc(['run', join(directory, 'pipelines', 'quickstart.draem')], {
      cwd: directory,
      env: { DRAEMC_CACHE: join(directory, 'cache'), DRAEMC_ENGINE_DIR: '' },
    })
    expect(status).toBe(1)
    expect(stderr).toContain('draemc engine install')
  })

  it('is built', () => {
    expect(readFileSync(commandFile, 'utf8').startsWith('#!/usr/bin/env node')).toBe(true)
  })
})
