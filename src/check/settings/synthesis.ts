import { settingsDiagnostics } from '../../diagnostics/codes/settings.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import type { ComponentValue as SettingComponent } from '../../plan/settings.js'
import type { Span } from '../../source/span.js'
import type { Env } from '../evaluation/env.js'
import { isOfLibrary } from '../evaluation/env.js'
import { blockOf, boundOf, probability } from '../evaluation/syntheses.js'
import { ancestors } from '../finishing/reach.js'
import { reportShapes } from '../functions/shapes.js'
import type { ComponentValue, Tensor, Value } from '../values/value.js'
import { type CheckedCall, checkSynthesisCall } from './component-call.js'
import { type FlatSetting, report, type SettingsContext } from './context.js'
import { imageOf, isSettled, nodesOf, openCanvas, programHash, withoutPoisoned } from './pixel-block.js'
import type { CheckedData, CheckedSynthesis } from './results.js'

interface Fault {
  readonly image: Tensor
  readonly mask: Tensor
  readonly severity: Tensor
}

/** The block of the setting, evaluated on an image of the data, as the program that the workers run. */
export function checkSynthesis(
  setting: FlatSetting | undefined,
  context: SettingsContext,
  data: CheckedData | undefined,
): CheckedSynthesis | undefined {
  const checked = setting && checkSynthesisCall(setting, context)
  if (checked === undefined) return undefined
  const { written, call } = checked
  const chance = call.value.parameters?.[probability]
  const isNever = warnOfNever(chance, call, context)
  const settled = isSettled(checked)
  const whole = withoutPoisoned(checked)
  const env = openCanvas(data, context, settled)
  const before = env.session.sink.all.length
  const fault = whole && faultOf(whole, env)
  if (fault === undefined) return { severity: undefined }
  const isFit = checkShapes(fault, written.component.name, env, data)
  const severity = labelRange(fault, written, env, isNever)
  const isBroken = env.session.sink.all.slice(before).some((each) => each.severity === 'error')
  if (
    !isSettled ||
    !isFit ||
    isBroken ||
    severity === undefined ||
    data?.isChannelsKnown !== true ||
    typeof chance !== 'number'
  )
    return { severity }
  // Nothing of its parameters is reported: they are whole.
  const { component, parameters } = call.value as SettingComponent
  const { nodes, numberOf } = nodesOf(env.graph, [fault.image, fault.mask, fault.severity])
  const program = {
    nodes,
    image: numberOf(fault.image),
    mask: numberOf(fault.mask),
    severity: numberOf(fault.severity),
  }
  context.recordOrigin({
    path: 'synthesis.program',
    value: programHash(program),
    origin: 'resolved',
    where: `${program.nodes.length} operators, of \`${component}\``,
  })
  const isDrawn = program.nodes[program.severity]?.op === 'draw'
  return { value: { component, parameters, probability: chance, program }, severity, isDrawn }
}

/** What the block makes of an image; undefined after a mistake. */
function faultOf(value: ComponentValue, env: Env): Fault | undefined {
  const block = blockOf(value.component)
  const operand = block?.declaration.parameters[0]
  if (block === undefined || operand === undefined) return undefined
  const span = value.nameSpan
  const bound = new Map<string, Value>([[operand.name.name, imageOf(env, span)], ...boundOf(value, env)])
  const made = env.session.instantiate({ kind: 'block', block, bound, span: value.span }, span, env)
  if (made.kind !== 'record') return undefined
  const [faulty, mask, severity] = ['image', 'mask', 'severity'].map((field) => made.fields.get(field))
  if (faulty?.kind !== 'tensor' || mask?.kind !== 'tensor' || severity?.kind !== 'tensor') return undefined
  return { image: faulty, mask, severity }
}

function checkShapes({ image, mask }: Fault, name: string, env: Env, data: CheckedData | undefined): boolean {
  if (data === undefined) return true
  const { height, width, channels } = data.image
  const wanted = data.isChannelsKnown ? channels : image.shape[2]
  const isSize = (of: Tensor, depth: number | undefined): boolean =>
    of.shape[0] === height && of.shape[1] === width && (depth === undefined || of.shape[2] === depth)
  const rules = [
    [image, wanted, `an \`image\` like those of the data (${height}x${width}x${channels})`],
    [mask, 1, `a \`mask\` of the image's size and one channel (${height}x${width}x1)`],
  ] as const
  const wrong = rules.filter(([of, depth]) => !isSize(of, depth))
  for (const [of, , rule] of wrong) {
    const help = of === mask ? 'Make one channel of it: `grey(mask) > 0.5`.' : undefined
    reportShapes(env, of.span, name, rule, [of], help)
  }
  return wrong.length === 0
}

/** Values of the label: from 0, no fault, to the largest. */
function labelRange(
  { severity }: Fault,
  { nameSpan }: ComponentValue,
  env: Env,
  isNever: boolean,
): readonly [number, number] | undefined {
  const { range } = severity
  const place = placeOfDraw(severity, env) ?? nameSpan
  if (range === undefined || !range.every(Number.isFinite) || range[0] < 0) {
    const known = range?.every(Number.isFinite) === true
    const found = known ? `reaches ${range?.[0]}` : 'has no bounds that are known'
    const help = known ? 'Draw it from 0 or more, or take its `abs`.' : '`clamp` it to the values that it can have.'
    report({ env } as SettingsContext, tensorsDiagnostics.faultLabel, place, { found, help })
    return undefined
  }
  if (range[1] === 0 && !isNever) {
    const facts = { why: 'the severity is 0 .. 0', help: 'Let what it is drawn from reach more than 0.' }
    report({ env } as SettingsContext, settingsDiagnostics.noFaults, place, facts)
  }
  return [0, range[1]]
}

/** Where the user wrote what a value is drawn from. */
function placeOfDraw({ node }: Tensor, { graph }: Env): Span | undefined {
  const spans = [...ancestors(graph, [node])].map((id) => graph.drawn.get(id))
  return spans.find((span) => span !== undefined && !isOfLibrary(span))
}

function warnOfNever(chance: unknown, call: CheckedCall, context: SettingsContext): boolean {
  const span = call.spans.get(`/${probability}`)
  if (chance !== 0 || span === undefined || call.poisoned.has(`/${probability}`)) return false
  report(context, settingsDiagnostics.noFaults, span, {
    why: 'the probability is 0%',
    help: `Set \`${probability}\` to more than 0%, for example \`50%\`.`,
  })
  return true
}
