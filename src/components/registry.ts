import { dataComponents } from './data.js'
import { metricComponents } from './metrics.js'
import { type Component, type ComponentKind, componentKinds } from './schema.js'
import { sectionComponents } from './sections.js'
import { synthesisComponents } from './synthesis.js'
import { trainingComponents } from './training.js'

/** Every registered component, in the order of the reference page. */
export const components: readonly Component[] = [
  ...dataComponents,
  ...synthesisComponents,
  ...trainingComponents,
  ...metricComponents,
  ...sectionComponents,
]

const byKind: ReadonlyMap<ComponentKind, readonly Component[]> = new Map(
  componentKinds.map((kind) => [kind, components.filter((component) => component.kind === kind)]),
)

export function componentsOf(kind: ComponentKind): readonly Component[] {
  return byKind.get(kind) ?? []
}

export function findComponent(kind: ComponentKind, name: string): Component | undefined {
  return componentsOf(kind).find((component) => component.name === name)
}

/** The list of the evaluate section that a metric belongs to. */
export function listOf(metric: string): string | undefined {
  if (findComponent('image_metric', metric) !== undefined) return 'image'
  if (findComponent('pixel_metric', metric) !== undefined) return 'pixel'
  return findComponent('value_metric', metric) === undefined ? undefined : 'values'
}

/** The kind in words, with its article: `a data source`. */
export function kindInWords(kind: ComponentKind): string {
  return kindWords[kind]
}

const kindWords: Readonly<Record<ComponentKind, string>> = {
  data: 'a data source',
  synthesis: 'a synthesis of faults',
  normalisation: 'a normalisation',
  validation: 'a validation set',
  optimizer: 'an optimizer',
  schedule: 'a schedule of the learning rate',
  interval: 'an interval',
  early_stop: 'a rule for stopping early',
  checkpoint: 'a rule for keeping checkpoints',
  image_metric: 'a metric of images',
  pixel_metric: 'a metric of pixels',
  value_metric: 'a metric of values',
  section: 'a section',
}
