import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { draemc, projectRoot } from '../support/draemc.js'

export interface TinyProject {
  readonly directory: string
  /** Name of the pipeline's file in it. */
  readonly pipeline: string
}

/** The smallest run that has all kinds of state, over a twentieth of the example data. */
export function makeTinyProject(directory: string): TinyProject {
  const { status, stderr } = draemc(['data', 'hdmap-example', 'data', '--size', '0.05'], { cwd: directory })
  if (status !== 0) throw new Error(stderr)
  cpSync(join(projectRoot, 'test', 'faults', 'tiny.draem'), join(directory, 'tiny.draem'))
  return { directory, pipeline: 'tiny.draem' }
}
