import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { diagnose } from '../../diagnostics/define.js'
import { suggest } from '../../diagnostics/suggest.js'
import { isLabelInput } from '../evaluation/phase.js'
import type { WordValue } from '../values/value.js'
import { report, type SettingsContext } from './context.js'

/** Whether the model has an output of the name: `score`, `seg.mask`. Where it has none that is reported, once a name. */
export function isOutput({ name, span }: WordValue, context: SettingsContext): boolean {
  const { outputs, unknownOutputs } = context
  if (outputs === undefined) return true
  if (context.mistakeOf(name) !== undefined || unknownOutputs.has(name)) return false
  if (outputs.has(name)) return true
  if (isLabelInput(name)) {
    report(context, tensorsDiagnostics.outsidePhase, span, {
      name,
      where: 'what is measured',
      phases: 'in training only',
      help: `Measure an output of the model; the metrics compare it with the labels by themselves.`,
    })
    return false
  }
  // Items of lists have no names that could be written here.
  const nameable = [...outputs.keys()].filter((output) => !/\.\d/.test(output))
  const fields = nameable.filter((output) => output.startsWith(`${name}.`))
  const facts = { name, known: fields.length > 0 ? fields : nameable, suggestion: suggest(name, nameable) }
  unknownOutputs.set(name, context.env.session.sink.report(diagnose(trainingDiagnostics.unknownOutput, span, facts)))
  return false
}
