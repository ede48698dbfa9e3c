import type { CheckedPipeline } from '../../check/checked.js'
import type { IrFunction, IrModule, StateVariable } from '../../ir/types.js'
import type { LoweringPhase, Operand } from '../../lower/context.js'
import { Emitter } from '../../lower/emitter.js'
import { lowerNode } from '../../lower/table.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { own } from '../../source/own.js'
import { ownNames } from '../../weights/names.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { checkTensors } from './expected.js'
import { type Fixture, FixtureError, type FixtureTensor, groupNames, tensor } from './fixture.js'
import { withGradients } from './layer.js'
import { ourMap, ourWeight } from './layout.js'
import { isCounter } from './model-tensors.js'
import { compiled } from './models.js'

const layers = ['layer1', 'layer2', 'layer3', 'layer4'] as const

/**
 * The encoder of `std/resnet`: its four maps in evaluation, in float32, and in training, in float64, with the gradients for given
 * gradients of the maps and the running statistics after the pass.
 */
export function compareEncoder(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const { image, batch, base, layers: blocks } = readConfig(fixture)
  checkFixture(fixture, image, batch)
  const text = (precision: string) => `import "std/resnet"
pipeline parity {
  data = hdmap(root = "data", source = domain_A, targets = [domain_B], image = ${image}x${image}, batch = ${batch}, eval_batch = ${batch})
  synthesis = additive(width = 2px .. 4px)
  model {
    encoder = image |> wide_resnet(width = ${base}, ${blocks.map((count, index) => `blocks${index + 1} = ${count}`).join(', ')})
    score = image_mean(encoder[3])
  }
  loss { total = mean(square(score)) }
  train {
    optimizer = sgd(lr = 0.1)
    epochs = 1
    precision = ${precision}
  }
  evaluate { image = [auroc(score)] }
}
`
  const initial = new Map(weightsOf(fixture))
  return engines.flatMap((engine) => [
    ...results(fixture, engine, { pipeline: compiled(text('float32')), initial, phase: 'inference' }),
    ...results(fixture, engine, { pipeline: compiled(text('float64')), initial, phase: 'train' }),
  ])
}

interface Part {
  readonly pipeline: ReturnType<typeof compiled>
  readonly initial: ReadonlyMap<string, ArrayLike<number>>
  readonly phase: LoweringPhase
}

function results(fixture: Fixture, engine: ParityEngine, { pipeline, initial, phase }: Part): readonly Comparison[] {
  const { module, training } = pipeline.lowered
  const step = forward(pipeline.pipeline, module.state, fixture, phase)
  const whole: IrModule = { ...module, functions: [step] }
  const loaded = engine.load({
    module: phase === 'train' ? withGradients(whole, { ...training, loss: 'loss' }) : whole,
    initial,
  })
  try {
    const image = ourMap(tensor(fixture, 'input/image')).values
    const cotangents = layers.map((name) => [`cotangent.${name}`, ourMap(tensor(fixture, `cotangent/${name}`)).values])
    const outputs = loaded.run(step.name, {
      image,
      batch_norm_momentum: [0.1],
      step: [0],
      ...Object.fromEntries(cotangents),
    })
    const one = (group: string, name: string, expected: FixtureTensor, actual: ArrayLike<number> | undefined) =>
      compare(
        engine.name,
        {
          fixture: fixture.name,
          group,
          tensor: name,
          expected,
          ...(phase === 'train' ? { computedIn: 'float64' } : {}),
        },
        actual,
      )
    const maps = (group: string) =>
      layers.map((name) => one(group, name, ourMap(tensor(fixture, `${group}/${name}`)), own(outputs, name)))
    if (phase === 'inference') return maps('eval')
    const state = loaded.state()
    return [
      ...maps('train'),
      ...groupNames(fixture, 'grad').map((name) =>
        one(
          'grad',
          name,
          ourWeight(tensor(fixture, `grad/${name}`)),
          own(outputs, gradientPrefix + ourName(name, state.keys())),
        ),
      ),
      ...groupNames(fixture, 'after')
        .filter((name) => !isCounter(name))
        .map((name) => one('after', name, tensor(fixture, `after/${name}`), state.get(ourName(name, state.keys())))),
    ]
  } finally {
    loaded.close()
  }
}

/** The maps, and while training the sum of their products with what comes from above. */
function forward(
  pipeline: CheckedPipeline,
  state: readonly StateVariable[],
  fixture: Fixture,
  phase: LoweringPhase,
): IrFunction {
  const emit = new Emitter(
    phase === 'train' ? 'train_step' : 'eval_step',
    state,
    tensor(fixture, 'input/image').shape[0] ?? 1,
  )
  const lowered = new Map<number, Operand>()
  const last = Math.max(...layers.map((_name, index) => nodeOf(pipeline, index)))
  for (const node of pipeline.nodes) {
    if (node.id > last) break
    const operands = node.operands.flatMap((id) => lowered.get(id) ?? [])
    lowered.set(node.id, { value: lowerNode(node, operands, { phase, seed: pipeline.seed, emit }), type: node.type })
  }
  const maps = layers.map((name, index) => {
    const value = lowered.get(nodeOf(pipeline, index))?.value
    if (value === undefined) throw new FixtureError(`${name} is not made`)
    return { name, value }
  })
  if (phase === 'inference') return emit.finish(maps)
  const parts = maps.map(({ name, value }) => {
    const cotangent = emit.batchInput(`cotangent.${name}`, emit.shapeOf(value).slice(1))
    return emit.one('reduce_sum', [emit.one('mul', [value, cotangent])], { axes: [0, 1, 2, 3], keep_dims: false })
  })
  const loss = parts.reduce((sum, part) => emit.one('add', [sum, part]))
  return emit.finish([{ name: 'loss', value: loss }, ...maps])
}

function nodeOf(pipeline: CheckedPipeline, index: number): number {
  const found = pipeline.outputs.find(({ name }) => name === `encoder.${index}`)?.node
  if (found === undefined) throw new FixtureError(`the model has no encoder.${index}`)
  return found
}

function weightsOf(fixture: Fixture): readonly (readonly [string, ArrayLike<number>])[] {
  return groupNames(fixture, 'weights')
    .filter((name) => !isCounter(name))
    .map((name) => [ourName(name), ourWeight(tensor(fixture, `weights/${name}`)).values])
}

/** A norm's weight is its scale; everything else that has a weight has a kernel. */
function ourName(name: string, known?: Iterable<string>): string {
  const names = (ownNames(name, 'torchvision') ?? []).map((each) => `encoder.${each}`)
  const isNorm = /(?:^|\.)(?:bn\d|downsample\.1)\.\w+$/.test(name)
  const found = names[isNorm ? names.length - 1 : 0] ?? name
  if (known !== undefined && ![...known].includes(found)) throw new FixtureError(`the weight ${name} is not known`)
  return found
}

interface EncoderConfig {
  readonly image: number
  readonly batch: number
  readonly base: number
  readonly layers: readonly number[]
}

function readConfig({ config }: Fixture): EncoderConfig {
  const { image, batch, base, layers: blocks } = config
  const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) > 0
  if (
    !isCount(image) ||
    !isCount(batch) ||
    !isCount(base) ||
    !Array.isArray(blocks) ||
    blocks.length !== 4 ||
    !blocks.every(isCount)
  )
    throw new FixtureError('its config has no image, batch, base and four layers')
  return { image, batch, base, layers: blocks }
}

function checkFixture(fixture: Fixture, image: number, batch: number): void {
  const anyOf = (group: string) =>
    groupNames(fixture, group).map((name): [string, undefined] => [`${group}/${name}`, undefined])
  const maps = ['eval', 'train'].flatMap((group) =>
    layers.map((name): [string, undefined] => [`${group}/${name}`, undefined]),
  )
  checkTensors(fixture, {
    inputs: new Map<string, readonly number[] | undefined>([
      ['input/image', [batch, 3, image, image]],
      ...layers.map((name): [string, undefined] => [`cotangent/${name}`, undefined]),
    ]),
    results: new Map(maps),
    optional: new Map(['weights', 'grad', 'after'].flatMap(anyOf)),
  })
}
