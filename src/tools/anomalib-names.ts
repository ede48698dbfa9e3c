import { own } from '../source/own.js'
import { ownNames } from '../weights/names.js'

/** Bindings of the models of the fixtures, by what anomalib calls their parts. */
const bindings: Readonly<Record<string, string>> = {
  reconstructive_subnetwork: 'recon',
  discriminative_subnetwork: 'seg',
  severity_head: 'severity',
  fault_severity_subnetwork: 'severity',
}

/**
 * draemc's name of an anomalib weight or statistic, for a model whose bindings are called `recon`, `seg` and `severity`; undefined for
 * one that no DRAEM of ours has.
 */
export function draemcName(anomalib: string): string | undefined {
  const dot = anomalib.indexOf('.')
  const binding = own(bindings, anomalib.slice(0, dot))
  const names = ownNames(anomalib.slice(dot + 1), 'draem')
  if (binding === undefined || names === undefined) return undefined
  // A norm's weight is its scale; everything else that has a weight has a kernel.
  const name = names[/norm\d?\.\w+$/.test(names[0] ?? '') ? names.length - 1 : 0]
  return name === undefined ? undefined : `${binding}.${name}`
}
