import { dataSources } from '../../src/components/data.js'
import { type MetricName, type Monitor, metrics } from '../../src/components/metrics.js'
import type { Declaration, ParametersOf, Table, ValueOf } from '../../src/components/schema.js'
import { sections } from '../../src/components/sections.js'
import { checkpointRules, optimizers, stopRules } from '../../src/components/training.js'
import type { DataValue, EvaluatePlan, TrainPlan } from '../../src/plan/run-plan.js'

type Given<D> = Partial<ParametersOf<D>>

/** The parameters of a component, those that are not given at their defaults. */
export function parametersOf<D extends Declaration>(declaration: D, given: Given<D>): ParametersOf<D> {
  const defaults = Object.entries(declaration.parameters).flatMap(([name, { default: value }]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { ...Object.fromEntries(defaults), ...given }
}

export function withDefaults<const T extends Table, N extends keyof T & string>(
  table: T,
  component: N,
  given: Given<T[N]>,
): ValueOf<Pick<T, N>> {
  const declaration = table[component] as T[N]
  return { component, parameters: parametersOf(declaration, given) } as ValueOf<Pick<T, N>>
}

export const metric = <N extends MetricName>(name: N, output: string, given: Given<(typeof metrics)[N]> = {}) =>
  withDefaults(metrics, name, { output, ...given } as Given<(typeof metrics)[N]>)

export const monitor = (name: MetricName, output: string): Monitor =>
  ({ split: 'val', ...metric(name, output) }) as Monitor

export const keepBest = (of: Monitor, keep: number) => withDefaults(checkpointRules, 'keep_best', { monitor: of, keep })

export const earlyStop = (of: Monitor, patience: number, delta = 0) =>
  withDefaults(stopRules, 'early_stop', { monitor: of, patience, min_delta: delta })

export const hdmap = (given: Given<(typeof dataSources)['hdmap']> = {}): DataValue =>
  withDefaults(dataSources, 'hdmap', given)

export const sgd = (given: Given<(typeof optimizers)['sgd']> = {}) => withDefaults(optimizers, 'sgd', given)

export const trainPlan = (given: Given<(typeof sections)['train']>): TrainPlan => parametersOf(sections.train, given)

export const evaluatePlan = (given: Given<(typeof sections)['evaluate']> = {}): EvaluatePlan =>
  parametersOf(sections.evaluate, given)
