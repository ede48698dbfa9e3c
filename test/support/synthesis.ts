import type { SynthesisValue } from '../../src/plan/run-plan.js'
import { checkSettings } from '../check-settings/harness.js'

interface Image {
  readonly height?: number
  readonly width?: number
  readonly channels?: 1 | 3
  readonly range?: string
}

/** A synthesis as the checker compiles it: `additive(patches = 2)`, for images of this size. */
export function compileSynthesis(
  call: string,
  { height = 64, width = 64, channels = 1, range = '[0, 1]' }: Image = {},
): SynthesisValue {
  const { synthesis, told } = checkSettings(`
    data = hdmap(root = "maps", source = domain_A, targets = [domain_B], image = ${height}x${width}, channels = ${channels},
                 range = ${range}, batch = 4, validation = held_out(10%, faults = synthetic))
    synthesis = ${call}
  `)
  if (synthesis?.value === undefined) throw new Error(told.join('\n'))
  return synthesis.value
}
