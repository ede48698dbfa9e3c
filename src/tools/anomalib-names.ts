import { own } from '../source/own.js'

/**
 * Names of weights in anomalib checkpoints (and in the author's, whose inner names are the same) against draemc's, for a model
 * whose bindings are called `recon`, `seg` and `severity`.
 */

/** `block1.0` conv, `.1` norm, `.3` conv, `.4` norm. */
const double: Readonly<Record<string, string>> = { '0': 'conv1', '1': 'norm1', '3': 'conv2', '4': 'norm2' }
/** `up1.0` upsampling, `.1` conv, `.2` norm. */
const up: Readonly<Record<string, string>> = { '1': 'conv', '2': 'norm' }
const featureExtractor: Readonly<Record<string, string>> = { '0': 'conv1', '1': 'norm1', '4': 'conv2', '5': 'norm2' }
const perceptron: Readonly<Record<string, string>> = { '0': 'dense1', '3': 'dense2', '6': 'dense3' }

interface Place {
  /** Pattern of the anomalib path without the last part (`weight`, `bias`, ...). */
  readonly pattern: RegExp
  readonly name: (match: RegExpExecArray) => string | undefined
}

const places: readonly Place[] = [
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

const bindings: Readonly<Record<string, string>> = {
  reconstructive_subnetwork: 'recon',
  discriminative_subnetwork: 'seg',
  severity_head: 'severity',
  fault_severity_subnetwork: 'severity',
}

function layered(path: string, layer: string | undefined): string | undefined {
  return layer === undefined ? undefined : `${path}.${layer}`
}

/** draemc's name of an anomalib weight or statistic; undefined for one that no DRAEM of ours has. */
export function draemcName(anomalib: string): string | undefined {
  const parts = anomalib.split('.')
  const binding = own(bindings, parts[0] ?? '')
  const inner = parts.slice(1, -1).join('.')
  const kind = parts.at(-1) ?? ''
  if (binding === undefined) return undefined
  for (const { pattern, name } of places) {
    const match = pattern.exec(inner)
    if (match === null) continue
    const path = name(match)
    const last = path === undefined ? undefined : parameterName(path, kind)
    return last === undefined ? undefined : `${binding}.${path}.${last}`
  }
  return undefined
}

function parameterName(path: string, kind: string): string | undefined {
  const isNorm = /norm\d?$/.test(path)
  switch (kind) {
    case 'weight':
      return isNorm ? 'scale' : 'kernel'
    case 'bias':
      return isNorm ? 'offset' : 'bias'
    case 'running_mean':
      return isNorm ? 'running_mean' : undefined
    case 'running_var':
      return isNorm ? 'running_variance' : undefined
    default:
      return undefined
  }
}
