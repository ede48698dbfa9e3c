import { dataSources, markings, normalisations, validations } from './data.js'
import { metrics, thresholds } from './metrics.js'
import type { BlockKind, ComponentKind, Declaration, Table } from './schema.js'
import { sections } from './sections.js'
import { checkpointRules, intervals, optimizers, schedules, stopRules, warmUps } from './training.js'

/** Every component that is declared here, in the order of the reference page. Those of a `BlockKind` are written in the language. */
export const componentTables = {
  data: dataSources,
  marking: markings,
  normalisation: normalisations,
  validation: validations,
  optimizer: optimizers,
  schedule: schedules,
  warm_up: warmUps,
  interval: intervals,
  early_stop: stopRules,
  checkpoint: checkpointRules,
  threshold: thresholds,
  metric: metrics,
  section: sections,
} as const satisfies Readonly<Record<Exclude<ComponentKind, BlockKind>, Table>>

/** A component as it is declared, with its place. */
export interface Component extends Declaration {
  readonly kind: ComponentKind
  readonly name: string
}

const byKind = new Map<ComponentKind, ReadonlyMap<string, Component>>(
  Object.entries(componentTables).map(([kind, table]) => [
    kind as ComponentKind,
    new Map(
      Object.entries(table as Table).map(([name, declaration]) => [
        name,
        { ...declaration, kind: kind as ComponentKind, name },
      ]),
    ),
  ]),
)

export function componentsOf(kind: ComponentKind): readonly Component[] {
  return [...(byKind.get(kind)?.values() ?? [])]
}

export function findComponent(kind: ComponentKind, name: string): Component | undefined {
  return byKind.get(kind)?.get(name)
}

/** Whether the parameter must be given. */
export function isRequired({ default: otherwise, optional }: Component['parameters'][string]): boolean {
  return otherwise === undefined && optional !== true
}
