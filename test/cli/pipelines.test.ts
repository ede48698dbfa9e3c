import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { draemc, projectRoot } from '../support/draemc.js'
import { describeNative } from '../support/native.js'

/** Every pipeline that is shipped, with what must be smaller on a small machine; none of it changes the network or the loss. */
const folder = join(projectRoot, 'pipelines')
const sets = ['hdmap-example', 'surfaces-example'] as const
const setOf = (file: string) => sets[Number(['surfaces.draem', 'several.draem'].includes(file))] ?? sets[0]
const domainsOf = { 'hdmap-example': ['domain_A', 'domain_B'], 'surfaces-example': ['weave'] } as const
const few = ['data.batch=2', 'data.eval_batch=4', 'train.epochs=1', 'train.max_steps=2']
const small = ['data.image=32x96', ...few]
const own: Readonly<Record<string, readonly string[]>> = {
  // Its own size is what it shows.
  native_size: few,
  // Its patches are up to 42 pixels high; at full width each image takes its time.
  hdmap_sevnet: ['data.image=64x96', 'data.targets=[domain_B]', ...few],
  several: ['train.micro_batch=1', ...few],
  draem_original: ['data.targets=[domain_B]', ...small],
}
const declared = (pattern: RegExp) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.draem'))
    .flatMap((file) => {
      const names = readFileSync(join(folder, file), 'utf8').matchAll(pattern)
      return [...names].map(([, name = '', of = name]) => [name, file, of] as const)
    })
const cases = declared(/^pipeline (\w+)/gm)
// The others vary pipelines that are run above; full width is for larger machines.
const studies = declared(/^study (\w+) of (\w+)/gm).filter(([name]) => name === 'widths')

describeNative('shipped pipelines', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-test-'))
    // The other pipelines of a file are checked too, with the data that they name.
    cpSync(folder, join(directory, 'pipelines'), { recursive: true })
    for (const set of sets) {
      expect(draemc(['data', set, join('datasets', set), '--size', '0.1'], { cwd: directory }).status).toBe(0)
    }
  })

  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it.each(cases)('%s trains for two steps and is evaluated', (name, file) => {
    const data = setOf(file)
    const smaller = own[name] ?? (data === 'surfaces-example' ? few : small)
    const set = [`data.root="${join(directory, 'datasets', data)}"`, ...smaller].flatMap((each) => ['--set', each])
    const out = join(directory, name)
    const { status, stderr } = draemc(
      ['run', join('pipelines', file), '--pipeline', name, '--plain', '--out', out, ...set],
      { cwd: directory },
    )
    expect(stderr).toContain('completed after 2 steps')
    expect(status).toBe(0)
    const results = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8'))
    const domains: readonly { readonly domain: string }[] = results.domains
    expect(domains.map(({ domain }) => domain).slice(0, domainsOf[data].length)).toEqual(domainsOf[data])
  })

  it.each(studies)('a cell of the study %s trains for two steps and is evaluated', (name, file, of) => {
    const set = (own[of] ?? few).flatMap((each) => ['--set', each])
    const args = ['study', 'run', join('pipelines', file), '--study', name, '--cell', '1', '--plain', ...set]
    const { status, stderr } = draemc(args, { cwd: directory })
    expect(stderr).toContain('completed after 2 steps')
    expect(status).toBe(0)
  })
})
