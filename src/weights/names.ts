import { own } from '../source/own.js'

/**
 * What modules of other programs are called here: a path of theirs to one of ours, without the name of the weight itself; undefined
 * where none is known.
 */
type Naming = (path: string) => string | undefined

/** Blocks of the DRAEM family: `block1.0` conv, `.1` norm, `.3` conv, `.4` norm. */
const double: Readonly<Record<string, string>> = { '0': 'conv1', '1': 'norm1', '3': 'conv2', '4': 'norm2' }
/** `up1.0` upsampling, `.1` conv, `.2` norm. */
const up: Readonly<Record<string, string>> = { '1': 'conv', '2': 'norm' }
const featureExtractor: Readonly<Record<string, string>> = { '0': 'conv1', '1': 'norm1', '4': 'conv2', '5': 'norm2' }
const perceptron: Readonly<Record<string, string>> = { '0': 'dense1', '3': 'dense2', '6': 'dense3' }

interface Place {
  readonly pattern: RegExp
  readonly name: (match: RegExpExecArray) => string | undefined
}

const draemPlaces: readonly Place[] = [
  {
    pattern: /^(?:encoder(?:_segment)?)\.(block\d)\.(\d)$/,
    name: ([, block = '', layer = '']) => layered(`encoder.${block}`, own(double, layer)),
  },
  {
    pattern: /^(?:decoder(?:_segment)?)\.up(_b|\d)\.(\d)$/,
    name: ([, which = '', layer = '']) => layered(`decoder.up${which}`, own(up, layer)),
  },
  {
    pattern: /^(?:decoder(?:_segment)?)\.db(_b|\d)\.(\d)$/,
    name: ([, which = '', layer = '']) => layered(`decoder.block${which}`, own(double, layer)),
  },
  { pattern: /^(?:decoder(?:_segment)?)\.fin_out\.0$/, name: () => 'decoder.output' },
  { pattern: /^encoder\.block5\.masked_conv(\d)$/, name: ([, which = '']) => `encoder.block5.corner${which}` },
  {
    pattern: /^encoder\.block5\.attention_module\.fc([12])$/,
    name: ([, which]) => `encoder.block5.${which === '1' ? 'squeezed' : 'weights'}`,
  },
  { pattern: /^feature_extractor\.(\d)$/, name: ([, layer = '']) => own(featureExtractor, layer) },
  { pattern: /^(?:regressor|severity_mlp)\.(\d)$/, name: ([, layer = '']) => own(perceptron, layer) },
]

function layered(path: string, layer: string | undefined): string | undefined {
  return layer === undefined ? undefined : `${path}.${layer}`
}

const downsample: Readonly<Record<string, string>> = { '0': 'conv2d', '1': 'batch_norm' }

export const namingNames = ['own', 'draem', 'torchvision'] as const
export type NamingName = (typeof namingNames)[number]

/** How a file calls the parts of a network; `own` is by the names of the bindings. */
const namings: Readonly<Record<NamingName, Naming>> = {
  own: (path) => path,
  draem: (path) => {
    for (const { pattern, name } of draemPlaces) {
      const match = pattern.exec(path)
      if (match !== null) return name(match)
    }
    return undefined
  },
  torchvision: (path) =>
    path.replace(/\bdownsample\.([01])$/, (whole, layer: string) => {
      const name = own(downsample, layer)
      return name === undefined ? whole : `downsample.${name}`
    }),
}

/** PyTorch's names of the weights of a module, as a convolution or dense layer and as a norm have them here. */
const weightNames: Readonly<Record<string, readonly string[]>> = {
  weight: ['kernel', 'scale'],
  bias: ['bias', 'offset'],
  running_mean: ['running_mean'],
  running_var: ['running_variance'],
}

/** PyTorch's count of batches has no part in what its norm computes. */
const uncounted = 'num_batches_tracked'

/**
 * The names that a tensor of a file may have here, the likeliest first; undefined for one that has no part in what is computed.
 *
 * @param name without the prefix.
 */
export function ownNames(name: string, naming: NamingName): readonly string[] | undefined {
  const dot = name.lastIndexOf('.')
  const last = name.slice(dot + 1)
  if (last === uncounted) return undefined
  const path = dot < 0 ? '' : namings[naming](name.slice(0, dot))
  if (path === undefined) return []
  return (own(weightNames, last) ?? [last]).map((each) => (path === '' ? each : `${path}.${each}`))
}
