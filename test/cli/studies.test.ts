import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { studyNotice } from '../../src/driver/study-text.js'
import { checkText } from '../check/harness.js'
import { draemc, temporaryDirectory } from '../support/draemc.js'
import { goldenInput, goldenText } from '../support/golden.js'

const text = goldenInput('check/good/study-exclusions/input.draem')

it('check and explain list the cells of studies', () => {
  const directory = temporaryDirectory()
  const where = { cwd: directory }
  writeFileSync(join(directory, 'a file.draem'), text)
  expect(draemc(['data', 'hdmap-example', 'data'], where).status).toBe(0)
  const checked = draemc(['check', 'a file.draem'], where)
  expect(checked).toMatchObject({ status: 0, stderr: 'a file.draem: no mistakes found\n' })
  goldenText('check/good/study-exclusions/cells.txt', checked.stdout)
  const explained = draemc(['explain', 'a file.draem'], where)
  expect(explained.stdout).toContain(checked.stdout.trim())
  const json: { readonly studies: readonly { readonly cells: readonly unknown[] }[] } = JSON.parse(
    draemc(['explain', '--json', 'a file.draem'], where).stdout,
  )
  expect(json.studies.map(({ cells }) => cells.length)).toEqual([12, 2, 3])
})

it('run says of each study that it does not run it, and what does', () => {
  const notices = checkText(text).studies.map((study) => studyNotice(study, "it's.draem"))
  expect(notices[0]).toBe(
    "the study cells varies p over 12 cells, which this run leaves alone\n  to run them: draemc study run 'it'\\''s.draem' --study cells",
  )
})
