import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { diagnose } from '../../diagnostics/define.js'
import type { GraphBuilder } from '../evaluation/graph.js'
import type { OutputValue } from '../evaluation/model.js'
import type { Session } from '../evaluation/session.js'
import { ancestors } from './reach.js'

/** D055: what the epochs of a training decide is not there in prediction. */
export function reportTrainingOnly(graph: GraphBuilder, outputs: readonly OutputValue[], session: Session): void {
  const roots = outputs.flatMap(({ tensor }) => (tensor === undefined ? [] : [tensor.node]))
  for (const id of ancestors(graph, roots)) {
    const node = graph.nodes[id]
    if (node?.op !== 'ramp' && node?.op !== 'dynamic_weight') continue
    const name = node.op === 'ramp' ? 'ramp' : 'dynamic_average'
    const facts = { name, where: 'the model', phases: 'in training only', help: `Use \`${name}\` in \`loss\`.` }
    session.sink.report(diagnose(tensorsDiagnostics.outsidePhase, node.span, facts))
  }
}
