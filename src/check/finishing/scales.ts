import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { diagnose, isOf } from '../../diagnostics/define.js'
import type { GraphBuilder } from '../evaluation/graph.js'
import type { OutputValue } from '../evaluation/model.js'
import type { Session } from '../evaluation/session.js'
import { ancestors } from './reach.js'

/** Scores whose parts have other scales. One part may have its scale from a mistake that a loss or a metric reports. */
export function reportScales(graph: GraphBuilder, outputs: readonly OutputValue[] | undefined, session: Session): void {
  const mistakes = new Map(graph.rangeMistakes)
  for (const diagnostic of session.sink.all) {
    if (!isOf(trainingDiagnostics.valueOutOfReach, diagnostic)) continue
    const output = outputs?.find(({ name }) => name === diagnostic.facts.output)?.tensor
    if (output !== undefined) mistakes.set(output.node, diagnostic)
  }
  for (const { span, parts, facts } of graph.scales) {
    const causes = [...ancestors(graph, parts)].flatMap((node) => mistakes.get(node) ?? [])
    session.sink.report(diagnose(tensorsDiagnostics.otherScales, span, facts, [], causes))
  }
}
