import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { AugmentationValue } from '../../plan/run-plan.js'
import type { ComponentValue as SettingComponent } from '../../plan/settings.js'
import { report as reportAt } from '../evaluation/env.js'
import { reportShapes } from '../functions/shapes.js'
import type { Tensor } from '../values/value.js'
import { checkAugmentationCalls } from './component-call.js'
import type { FlatSetting, SettingsContext } from './context.js'
import { imageOf, isSettled, nodesOf, openCanvas, programHash, withoutPoisoned } from './pixel-block.js'
import type { CheckedData } from './results.js'

/** The blocks of the setting one after the other, as the program that the workers run. Undefined where there is none, and after a mistake. */
export function checkAugmentation(
  setting: FlatSetting | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
): AugmentationValue | undefined {
  const steps = setting && checkAugmentationCalls(setting, context)
  const [first] = steps ?? []
  if (steps === undefined || first === undefined) return undefined
  const settled = steps.every(isSettled)
  const env = openCanvas(data, context, settled)
  const { graph, session } = env
  const before = session.sink.all.length
  const image = imageOf(env, first.written.nameSpan)
  let made: Tensor = image
  for (const step of steps) {
    const whole = withoutPoisoned(step)
    if (whole === undefined) return undefined
    const { name } = whole.component
    const after = session.callPixelBlock(whole, [], made, whole.nameSpan, {
      ...env,
      path: name,
      statement: { layers: [] },
    })
    if (after.kind !== 'tensor') return undefined
    if (!sameShape(after, image)) {
      const help = 'Let it give an image of that size with as many channels.'
      reportShapes(env, whole.nameSpan, name, 'to give an image like the one that it gets', [image, after], help)
      return undefined
    }
    made = after
  }
  for (const { op, span } of graph.nodes)
    if (op === 'draw_image') reportAt(env, tensorsDiagnostics.functionElsewhere, span, { name: op, where: 'fault' })
  const isBroken = session.sink.all.slice(before).some(({ severity }) => severity === 'error')
  if (!settled || isBroken || data?.isChannelsKnown !== true) return undefined
  const { nodes, numberOf } = nodesOf(graph, [made])
  const program = { nodes, image: numberOf(made) }
  context.recordOrigin({
    path: 'augmentation.program',
    value: programHash(program),
    origin: 'resolved',
    where: `${nodes.length} operators`,
  })
  return { steps: steps.map(({ call }) => call.value as SettingComponent), program }
}

function sameShape(left: Tensor, right: Tensor): boolean {
  return left.per === right.per && left.shape.every((size, axis) => size === right.shape[axis])
}
