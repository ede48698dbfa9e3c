import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { draemc, projectRoot, temporaryDirectory } from '../support/draemc.js'

/** What the README shows of the language is a file that checks. */
it('shows a program without mistakes in the README', () => {
  const program = /```draem\n([\s\S]*?)```/.exec(readFileSync(join(projectRoot, 'README.md'), 'utf8'))?.[1]
  expect(program).toBeDefined()
  const file = join(temporaryDirectory(), 'readme.draem')
  writeFileSync(file, program ?? '')
  for (const name of ['mine', 'smaller']) {
    const { status, stderr } = draemc(['compile', file, '--pipeline', name, '--emit', 'passes'])
    expect(stderr).toBe('')
    expect(status).toBe(0)
  }
})
