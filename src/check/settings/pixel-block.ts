import { DiagnosticCollector } from '../../diagnostics/collector.js'
import { invariant } from '../../diagnostics/invariant.js'
import { sha256 } from '../../files/hash.js'
import {
  isPixelOp,
  type PixelNode,
  type PixelOp,
  type PixelOperators,
  type PixelProgram,
  programLines,
} from '../../plan/pixel-program.js'
import type { Env } from '../evaluation/env.js'
import { finishNode, GraphBuilder } from '../evaluation/graph.js'
import { Scope } from '../evaluation/scope.js'
import { blockOf } from '../evaluation/syntheses.js'
import { ancestors } from '../finishing/reach.js'
import type { Applied } from '../primitives/table.js'
import type { ComponentValue, Tensor } from '../values/value.js'
import { isPoison } from '../values/value.js'
import type { CheckedCall } from './component-call.js'
import type { SettingsContext } from './context.js'
import type { CheckedData } from './results.js'

/** A setting that is a block on pixels, with what its check found. */
export interface WrittenBlock {
  readonly written: ComponentValue
  readonly call: CheckedCall
}

/** Whether nothing is reported of its parameters. */
export function isSettled({ written, call }: WrittenBlock): boolean {
  return call.poisoned.size === 0 && ![...written.parameters.values()].some(isPoison)
}

/** Where blocks are evaluated on an image of the data. `settled`: what follows from a mistake in a setting, at whose default it stands, is not reported. */
export function openCanvas(data: CheckedData | undefined, context: SettingsContext, settled: boolean): Env {
  const graph = new GraphBuilder('synthesis', {
    height: data?.image.height,
    width: data?.image.width,
    channels: data?.isChannelsKnown === true ? data.image.channels : undefined,
    range: data?.range,
    ...(data === undefined ? {} : { imageSpan: data.imageSpan }),
  })
  const session = settled ? context.env.session : { ...context.env.session, sink: new DiagnosticCollector() }
  return { ...context.env, session, graph, scope: new Scope(), path: '', statement: { layers: [] } }
}

/** The image that the blocks work on. */
export function imageOf(env: Env, span: Env['module']['source']['span']): Tensor {
  const { canvas } = env.graph
  const image = env.graph.add(
    {
      op: 'input',
      operands: [],
      attributes: { name: 'image' },
      type: { per: 'pixel', shape: [canvas?.height, canvas?.width, canvas?.channels] },
      range: canvas?.range,
    },
    { ...env, path: 'image', span },
  )
  return { ...image, made: { name: 'image', span: canvas?.imageSpan ?? span } }
}

/** Undefined where a parameter that has no default is lost. */
export function withoutPoisoned({ written: value, call: { poisoned } }: WrittenBlock): ComponentValue | undefined {
  const kept = [...value.parameters].filter(
    ([name, given]) => !isPoison(given) && ![...poisoned].some((at) => at === `/${name}` || at.startsWith(`/${name}/`)),
  )
  const parameters = new Map(kept)
  const block = blockOf(value.component)
  const isWhole = block?.declaration.parameters.every(
    ({ name, value: preset }, place) => place === 0 || preset !== undefined || parameters.has(name.name),
  )
  return isWhole === true ? { ...value, parameters } : undefined
}

/** Changes when what a program does, changes: by an edit of the block, a setting, or another version of the library. Folders are settings. */
export function programHash(program: PixelProgram): string {
  const nodes = program.nodes.map((node) =>
    node.op === 'draw_image' && node.attributes.folder !== ''
      ? { ...node, attributes: { ...node.attributes, folder: 'FOLDER' } }
      : node,
  )
  return sha256(programLines({ ...program, nodes }).join('\n')).slice(0, 16)
}

type PixelOperator = { [Op in PixelOp]: { readonly op: Op; readonly attributes: PixelOperators[Op] } }[PixelOp]

/** The attributes of an operator are the same in the language and in a program, or this does not compile. */
function pixelOperator(applied: Applied<PixelOp>): PixelOperator {
  return applied
}

/** What the outputs are made of, numbered anew. */
export function nodesOf(
  graph: GraphBuilder,
  outputs: readonly Tensor[],
): { readonly nodes: readonly PixelNode[]; readonly numberOf: (tensor: Tensor) => number } {
  const kept = ancestors(
    graph,
    outputs.map(({ node }) => node),
  )
  const numbers = new Map<number, number>()
  const nodes: PixelNode[] = []
  for (const draft of graph.nodes) {
    if (!kept.has(draft.id)) continue
    const { op, attributes, operands, type } = finishNode(draft)
    invariant(isPixelOp(op), `a synthesis cannot compute ${op}`)
    numbers.set(draft.id, nodes.length)
    const channels = type.per === 'pixel' ? (type.shape[2] ?? 0) : 0
    const rest = { operands: operands.map((operand) => numbers.get(operand) ?? -1), channels }
    // A finished node has the attributes of its operator.
    nodes.push({ ...pixelOperator({ op, attributes } as Applied<PixelOp>), ...rest })
  }
  return { nodes, numberOf: ({ node }) => numbers.get(node) ?? -1 }
}
