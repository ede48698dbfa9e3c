import type { RunEvent } from '../../events/events.js'
import type { Scalar } from './event-file.js'

/** What TensorBoard shows of an event; undefined metrics are left out. */
export function scalarsOf(event: RunEvent): readonly Scalar[] {
  switch (event.type) {
    case 'epoch_started':
      return [
        { tag: 'train/learning_rate', value: event.learningRate },
        ...Object.entries(event.lossWeights ?? {}).map(([name, value]) => ({ tag: `train/${name}`, value })),
      ]
    case 'step':
      return [
        ...tagged('loss', event.losses),
        { tag: 'train/images_per_second', value: event.imagesPerSecond },
        { tag: 'train/wait_share', value: event.waitShare },
      ]
    case 'gradient_norms':
      return tagged('gradient_norm', event.norms)
    case 'validation':
      return tagged('val', event.metrics)
    case 'evaluation':
      return tagged(`test/${event.domain}`, event.metrics)
    default:
      return []
  }
}

function tagged(prefix: string, values: Readonly<Record<string, number | null>>): readonly Scalar[] {
  return Object.entries(values).flatMap(([name, value]) =>
    value === null ? [] : [{ tag: `${prefix}/${name}`, value }],
  )
}
