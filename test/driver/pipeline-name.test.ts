import { expect, it } from 'vitest'
import { compile } from '../../src/driver/compile.js'
import { UnknownPipeline } from '../../src/driver/phases/front.js'

const request = {
  file: 'pipelines/quickstart.draem',
  overrides: [],
  workingDirectory: process.cwd(),
  environment: {},
  lookAtDisk: false,
  until: 'checked',
} as const

it('a pipeline that the file does not have is a mistake of the command line', () => {
  expect(() => compile({ ...request, pipeline: 'quickstar' })).toThrow(UnknownPipeline)
  expect(() => compile({ ...request, pipeline: 'quickstar' })).toThrow(
    'pipelines/quickstart.draem has no pipeline quickstar; did you mean quickstart? (its pipelines: quickstart)',
  )
  expect(compile({ ...request, pipeline: 'quickstart' }).diagnostics).toEqual([])
})
