import type { CheckedNode } from '../../check/checked.js'
import type { PrimitiveName } from '../../check/primitives.js'
import type { LoweringPhase } from '../../lower/context.js'
import { gradientPrefix } from '../../passes/differentiate.js'
import { type Comparison, compare } from './compare.js'
import type { ParityEngine } from './engines.js'
import { type Fixture, FixtureError, type FixtureTensor, tensor } from './fixture.js'
import { type LayerParameter, layerFunction, layerOutput, layerProgram } from './layer.js'
import { ourMap, ourWeight } from './layout.js'

interface Block {
  readonly op: PrimitiveName
  readonly attributes: CheckedNode['attributes']
  readonly phase?: LoweringPhase
  /** Batch norm: where running statistics before and after are found. */
  readonly statistics?: string
}

const epsilon = 1e-5
const momentum = 0.1

/** Blocks by the pattern of their name: what torch's layer of that name does. */
const blocks: readonly { readonly pattern: RegExp; readonly block: (match: RegExpExecArray) => Block }[] = [
  {
    pattern: /^conv2d_(\d+)x(\d+)(?:_pad(\d+))?(?:_stride(\d+))?(?:_dilation(\d+))?$/,
    block: ([, height, width, pad = '0', stride = '1', dilation = '1']) => ({
      op: 'conv2d',
      attributes: {
        kernel: [Number(height), Number(width)],
        strides: [Number(stride), Number(stride)],
        padding: Array(4).fill(Number(pad)),
        dilations: [Number(dilation), Number(dilation)],
        use_bias: true,
      },
    }),
  },
  { pattern: /^dense$/, block: () => ({ op: 'dense', attributes: { use_bias: true } }) },
  {
    pattern: /^batch_norm_train$/,
    block: () => ({ op: 'batch_norm', attributes: { epsilon, momentum }, statistics: 'batch_norm_train' }),
  },
  {
    pattern: /^batch_norm_eval$/,
    block: () => ({
      op: 'batch_norm',
      attributes: { epsilon, momentum },
      phase: 'inference',
      statistics: 'batch_norm_train',
    }),
  },
  {
    pattern: /^max_pool_(\d+)x(\d+)(?:_odd)?$/,
    block: ([, height, width]) => ({
      op: 'max_pool',
      attributes: { size: [Number(height), Number(width)], strides: [Number(height), Number(width)] },
    }),
  },
  {
    pattern: /^avg_pool_(\d+)x\1_same_count_padding$/,
    block: ([, size]) => ({
      op: 'avg_pool',
      attributes: {
        size: [Number(size), Number(size)],
        strides: [1, 1],
        padding: Array(4).fill(Math.floor(Number(size) / 2)),
      },
    }),
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
  const names = new Set([...fixture.tensors.keys()].map((name) => name.split('/')[0] ?? ''))
  return [...names].flatMap((name) => compareBlock(fixture, name, engines))
}

function compareBlock(fixture: Fixture, name: string, engines: readonly ParityEngine[]): readonly Comparison[] {
  const block = blockOf(name)
  const at = (part: string): FixtureTensor => tensor(fixture, `${name}/${part}`)
  const inputs = [...fixture.tensors.keys()].filter((key) => key.startsWith(`${name}/input`)).length
  const parameters: LayerParameter[] = Array.from({ length: inputs - 1 }, (_, index) => ({
    name: `input${index + 1}`,
    tensor: ourWeight(at(`input${index + 1}`)),
    isTrained: true,
  }))
  if (block.statistics !== undefined) {
    for (const statistic of ['running_mean', 'running_var']) {
      const values = tensor(fixture, `${block.statistics}/${statistic}_before`)
      parameters.push({ name: statistic, tensor: values, isTrained: false })
    }
  }
  const input = ourMap(at('input0'))
  const program = layerProgram({
    op: block.op,
    attributes: block.attributes,
    operands: [{ name: 'input0', per: input.shape.length === 4 ? 'pixel' : 'image', tensor: input, isTrained: true }],
    parameters,
    phase: block.phase ?? 'train',
    cotangent: ourMap(at('cotangent')),
  })
  return engines.flatMap((engine) => {
    const loaded = engine.load(program)
    try {
      const outputs = loaded.run(layerFunction, {
        cotangent: ourMap(at('cotangent')).values,
        batch_norm_momentum: [momentum],
      })
      const expectations: (readonly [string, FixtureTensor, ArrayLike<number> | undefined])[] = [
        ['output', ourMap(at('output')), outputs[layerOutput]],
        ['grad0', ourMap(at('grad0')), outputs[`${gradientPrefix}input0`]],
      ]
      for (let index = 1; index < inputs; index++) {
        const gradient = outputs[`${gradientPrefix}input${index}`]
        expectations.push([`grad${index}`, ourWeight(at(`grad${index}`)), gradient])
      }
      const state = loaded.state()
      for (const statistic of ['running_mean', 'running_var']) {
        const after = fixture.tensors.get(`${name}/${statistic}_after`)
        if (after !== undefined) expectations.push([`${statistic}_after`, after, state.get(statistic)])
      }
      return expectations.map(([part, expected, actual]) =>
        compare(
          engine.name,
          { fixture: fixture.name, group: 'blocks', tensor: `${name}/${part}`, expected },
          actual ?? [],
        ),
      )
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
