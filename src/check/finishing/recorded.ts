import type { SettingOrigin } from '../../plan/settings.js'
import type { CheckedPipeline } from '../checked.js'
import { type Session, spanKey } from '../evaluation/session.js'
import { originOf } from '../origins.js'

/** What begins as a file has it, by the binding that is made with it. */
export function recordWeightFiles(
  parameters: CheckedPipeline['parameters'],
  origins: SettingOrigin[],
  session: Session,
): void {
  const known = new Set<string>()
  const counts = new Map<string, number>()
  for (const { name, source } of parameters) {
    if (source === undefined) continue
    const { file, prefix, naming, span } = source
    const [binding = name] = name.split('.')
    const key = [binding, file, prefix, naming, spanKey(span)].join('\n')
    if (known.has(key)) continue
    known.add(key)
    const count = (counts.get(binding) ?? 0) + 1
    counts.set(binding, count)
    const path = `model.${binding}.weights${count === 1 ? '' : `.${count}`}`
    const where = originOf(span, session)
    origins.push({ path, value: JSON.stringify(file), ...where })
    origins.push({ path: `${path}.names`, value: naming, ...where })
    if (prefix !== '') origins.push({ path: `${path}.prefix`, value: JSON.stringify(prefix), ...where })
  }
}

/** What the graph itself does not say: the numbers of weights that are fed. */
export function recordLossWeights(nodes: CheckedPipeline['nodes'], origins: SettingOrigin[], session: Session): void {
  for (const node of nodes) {
    if (node.op !== 'ramp' && !(node.op === 'dynamic_weight' && node.attributes.term === 0)) continue
    const value =
      node.op === 'ramp'
        ? `ramp(from = ${node.attributes.from}, to = ${node.attributes.to}, after = ${node.attributes.after} epochs, over = ${node.attributes.over} epochs)`
        : `dynamic_average(${node.attributes.terms.join(', ')}, temperature = ${node.attributes.temperature})`
    origins.push({ path: `loss.${node.path}`, value, ...originOf(node.span, session) })
  }
}
