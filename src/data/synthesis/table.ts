import { type Halves, halfOf } from '../../components/schema.js'
import type { syntheses } from '../../components/synthesis.js'
import type { SynthesisValue } from '../../plan/run-plan.js'
import { applyFault, drawFault } from './additive.js'
import { drawCutPaste } from './cut-paste.js'
import { drawDraemFault } from './draem.js'
import type { FaultTarget, SynthesisContext } from './target.js'

/** How each synthesis puts a fault into an image: the severity, 0 for none. */
const synthesizers: Halves<typeof syntheses, [FaultTarget, SynthesisContext], number> = {
  additive: (parameters, target, { draws, range, always, scratch }) => {
    const fault = drawFault(parameters, draws, target.height, target.width, always)
    if (fault === undefined) return 0
    applyFault(target, fault, parameters.patches, range, draws, scratch)
    return fault.severity
  },
  draem: drawDraemFault,
  cut_paste: drawCutPaste,
}

/** Writes a fault into the target, or none. @returns its severity */
export function synthesize(synthesis: SynthesisValue, target: FaultTarget, context: SynthesisContext): number {
  return halfOf(synthesizers, synthesis, target, context)
}
