import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { draemc, projectRoot, temporaryDirectory } from '../support/draemc.js'

test('draemc data check names every file that cannot be used, in one run', () => {
  const directory = temporaryDirectory()
  expect(draemc(['data', 'hdmap-example', 'maps', '--size', '0.1'], { cwd: directory }).status).toBe(0)
  writeFileSync(
    join(directory, 'p.draem'),
    `import "${projectRoot}/pipelines/quickstart"\npipeline p extends quickstart { data.root = "maps" }\n`,
  )
  const check = (...args: readonly string[]) => draemc(['data', 'check', 'p.draem', ...args], { cwd: directory })
  const whole = check()
  expect(whole).toMatchObject({ status: 0, stdout: '' })
  expect(whole.stderr).toMatch(/^\d+ images, all of them can be read; content [0-9a-f]{16}\n$/)

  const train = join(directory, 'maps/domain_A/train/good')
  const [first = '', second = '', third = ''] = readdirSync(train)
  truncateSync(join(train, first), 300)
  writeFileSync(join(train, second), 'no image')
  writeFileSync(join(train, third), '')
  const broken = check()
  expect(broken.status).toBe(4)
  expect(broken.stderr).toContain('3 files under')
  const lines = broken.stdout.split('\n').filter((line) => line !== '' && !line.startsWith('  help: '))
  expect(lines.map((line) => [line.split(':')[0], /\[([\w-]+)\]$/.exec(line)?.[1]])).toEqual([
    [`domain_A/train/good/${first}`, 'broken-image'],
    [`domain_A/train/good/${second}`, 'not-an-image'],
    [`domain_A/train/good/${third}`, 'empty-file'],
  ])
  expect(JSON.parse(check('--json').stdout).errors).toHaveLength(3)

  for (const name of readdirSync(train)) rmSync(join(train, name))
  expect(check()).toMatchObject({ status: 3, stdout: '' })
  expect(check('--set', 'data.root="nowhere"').stderr).toContain('error[D120]')
})
