import type { Applied } from '../../check/primitives/table.js'
import type { LoweringPhase } from '../../lower/context.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { checkTensors, type ExpectedTensors } from './expected.js'
import { type Fixture, FixtureError, type FixtureTensor, groups, tensor } from './fixture.js'
import { type LayerParameter, layerFunction, layerOutput, layerProgram } from './layer.js'
import { ourMap, ourWeight } from './layout.js'

type Block = Applied & {
  /** Shapes of its weights in PyTorch's layout, for an output of so many channels; none where it has no weights. */
  readonly weights?: (inputChannels: number, outputChannels: number) => readonly (readonly number[])[]
  readonly phase?: LoweringPhase
  /** Batch norm: where running statistics before and after are found. */
  readonly statistics?: string
}

const statistics = ['running_mean', 'running_var'] as const

const epsilon = 1e-5
const momentum = 0.1

const scaleAndOffset = (channels: number): readonly (readonly number[])[] => [[channels], [channels]]

/** Blocks by the pattern of their name: what torch's layer of that name does. */
const blocks: readonly { readonly pattern: RegExp; readonly block: (match: RegExpExecArray) => Block }[] = [
  {
    pattern: /^conv2d_(\d+)x(\d+)(?:_pad(\d+))?(?:_stride(\d+))?(?:_dilation(\d+))?$/,
    block: ([, height, width, pad = '0', stride = '1', dilation = '1']) => ({
      op: 'conv2d',
      attributes: {
        kernel: [Number(height), Number(width)],
        strides: [Number(stride), Number(stride)],
        padding: [Number(pad), Number(pad), Number(pad), Number(pad)],
        dilations: [Number(dilation), Number(dilation)],
        use_bias: true,
      },
      weights: (input, output) => [[output, input, Number(height), Number(width)], [output]],
    }),
  },
  {
    pattern: /^dense$/,
    block: () => ({
      op: 'dense',
      attributes: { use_bias: true },
      weights: (input, output) => [[output, input], [output]],
    }),
  },
  {
    pattern: /^batch_norm_train$/,
    block: () => ({
      op: 'batch_norm',
      attributes: { epsilon, momentum, frozen: false },
      weights: scaleAndOffset,
      statistics: 'batch_norm_train',
    }),
  },
  {
    pattern: /^batch_norm_eval$/,
    block: () => ({
      op: 'batch_norm',
      attributes: { epsilon, momentum, frozen: false },
      weights: scaleAndOffset,
      phase: 'inference',
      statistics: 'batch_norm_train',
    }),
  },
  {
    pattern: /^max_pool_(\d+)x(\d+)(?:_odd)?$/,
    block: ([, height, width]) => ({
      op: 'max_pool',
      attributes: {
        size: [Number(height), Number(width)],
        strides: [Number(height), Number(width)],
        padding: [0, 0, 0, 0],
      },
    }),
  },
  {
    pattern: /^avg_pool_(\d+)x\1_same_count_padding$/,
    block: ([, size]) => {
      const padding = Math.floor(Number(size) / 2)
      return {
        op: 'avg_pool',
        attributes: {
          size: [Number(size), Number(size)],
          strides: [1, 1],
          padding: [padding, padding, padding, padding],
        },
      }
    },
  },
  {
    pattern: /^upsample_align_corners_x(\d+)(?:_from\d+)?$/,
    block: ([, factor]) => ({
      op: 'upsample',
      attributes: { factor: Number(factor), mode: 'bilinear', align_corners: true },
    }),
  },
  { pattern: /^global_average_pool$/, block: () => ({ op: 'global_average_pool', attributes: {} }) },
]

export function compareBlocks(fixture: Fixture, engines: readonly ParityEngine[]): readonly Comparison[] {
  const all = groups(fixture).map((name) => [name, blockOf(name)] as const)
  const expected = all.map(([name, block]) => blockTensors(fixture, name, block))
  checkTensors(fixture, {
    inputs: new Map(expected.flatMap(({ inputs }) => [...inputs])),
    results: new Map(expected.flatMap(({ results }) => [...results])),
  })
  return all.flatMap(([name, block]) => compareBlock(fixture, name, block, engines))
}

/** By the input and the cotangent, which has the shape of the output. */
function blockTensors(fixture: Fixture, name: string, block: Block): ExpectedTensors {
  const input = tensor(fixture, `${name}/input0`).shape
  const cotangent = tensor(fixture, `${name}/cotangent`).shape
  const channels = input[1] ?? 0
  const operands = [input, ...(block.weights?.(channels, cotangent[1] ?? 0) ?? [])]
  const inputs = new Map<string, readonly number[]>(operands.map((shape, index) => [`${name}/input${index}`, shape]))
  const results = new Map<string, readonly number[]>(operands.map((shape, index) => [`${name}/grad${index}`, shape]))
  inputs.set(`${name}/cotangent`, cotangent)
  results.set(`${name}/output`, cotangent)
  if (block.statistics !== undefined) {
    for (const statistic of statistics) {
      inputs.set(`${block.statistics}/${statistic}_before`, [channels])
      if (block.phase !== 'inference') results.set(`${name}/${statistic}_after`, [channels])
    }
  }
  return { inputs, results }
}

function compareBlock(
  fixture: Fixture,
  name: string,
  block: Block,
  engines: readonly ParityEngine[],
): readonly Comparison[] {
  const at = (part: string): FixtureTensor => tensor(fixture, `${name}/${part}`)
  const input = ourMap(at('input0'))
  const weights = block.weights?.(0, 0).map((_, index) => `${index + 1}`) ?? []
  const parameters: LayerParameter[] = weights.map((index) => ({
    name: `input${index}`,
    tensor: ourWeight(at(`input${index}`)),
    isTrained: true,
  }))
  if (block.statistics !== undefined) {
    for (const statistic of statistics) {
      const values = tensor(fixture, `${block.statistics}/${statistic}_before`)
      parameters.push({ name: statistic, tensor: values, isTrained: false })
    }
  }
  const cotangent = ourMap(at('cotangent'))
  const program = layerProgram({
    ...block,
    operands: [{ name: 'input0', per: input.shape.length === 4 ? 'pixel' : 'image', tensor: input, isTrained: true }],
    parameters,
    phase: block.phase ?? 'train',
    cotangent,
  })
  return engines.flatMap((engine) => {
    const loaded = engine.load(program)
    try {
      const outputs = loaded.run(layerFunction, {
        cotangent: cotangent.values,
        batch_norm_momentum: [momentum],
      })
      const state = loaded.state()
      const gradients = weights.map(
        (index) => [`grad${index}`, ourWeight, outputs[`${gradientPrefix}input${index}`]] as const,
      )
      const actuals = [
        ['output', ourMap, outputs[layerOutput]] as const,
        ['grad0', ourMap, outputs[`${gradientPrefix}input0`]] as const,
        ...gradients,
        ...statistics.map((statistic) => [`${statistic}_after`, ourMap, state.get(statistic)] as const),
      ]
      return actuals.flatMap(([part, layout, actual]) => {
        const found = fixture.tensors.get(`${name}/${part}`)
        if (found === undefined) return []
        const expectation = {
          fixture: fixture.name,
          group: 'blocks',
          tensor: `${name}/${part}`,
          expected: layout(found),
        }
        return [compare(engine.name, expectation, actual)]
      })
    } finally {
      loaded.close()
    }
  })
}

function blockOf(name: string): Block {
  for (const { pattern, block } of blocks) {
    const match = pattern.exec(name)
    if (match !== null) return block(match)
  }
  throw new FixtureError(`the block ${name} is not known`)
}
