import { join } from 'node:path'
import { invariant } from '../../diagnostics/invariant.js'
import { compile } from '../../driver/compile.js'
import { compileForMachine } from '../../driver/machine.js'
import type { Compilation, CompileRequest } from '../../driver/run-phases.js'
import { costOf } from '../../ir/ops/cost.js'
import type { IrFunction } from '../../ir/types.js'
import { locateEngine } from '../../native/locate.js'
import { packageRoot } from '../../native/package-root.js'
import type { EngineBinding } from '../../train/engine-binding.js'
import { type EngineSession, openSession } from '../../train/session.js'
import { feedsFor } from './feeds.js'
import { inTemporaryDirectory } from './support.js'

/** A pipeline of `bench/` with params set. */
export interface BenchPipeline {
  readonly file: string
  readonly set: Readonly<Record<string, string | number>>
}

export interface BenchOptions {
  readonly lookAtDisk?: boolean
  /** Passes to leave out. */
  readonly without?: readonly string[]
}

export function compileBench(
  { file, set }: BenchPipeline,
  { lookAtDisk = false, without = [] }: BenchOptions = {},
): Compilation {
  const request: CompileRequest = {
    file: join(packageRoot(), 'bench', file),
    overrides: Object.entries(set).map(([path, value]) => ({ path, value: String(value) })),
    workingDirectory: packageRoot(),
    environment: {},
    lookAtDisk,
    passes: { without },
    until: 'plan',
  }
  // As `draemc run` does: with what was measured on this machine, which is measured where it is not yet.
  const { compilation } = compileForMachine(compile, request, locateEngine(), 'measure')
  const errors = compilation.diagnostics.filter(({ severity }) => severity === 'error')
  invariant(errors.length === 0, `bench/${file} has errors: ${errors.map(({ message }) => message).join('; ')}`)
  return compilation
}

/** A program loaded and initialised, ready for steps. */
export interface ReadyStep {
  readonly session: EngineSession
  readonly batch: number
  /** One training step; gives its milliseconds. */
  readonly step: () => number
  readonly close: () => void
}

export function readyStep(compilation: Compilation, engine: EngineBinding): ReadyStep {
  const { graph, plan } = compilation.artefacts
  invariant(graph && plan, 'the bench compiles as far as the plan')
  const session = inTemporaryDirectory(graph.files, (directory) => openSession(directory, plan, engine))
  session.run('init', {})
  const feeds = feedsFor(plan.functions.train_step)
  return {
    session,
    batch: plan.batch,
    step: () => {
      const start = performance.now()
      session.run('train_step', feeds)
      return performance.now() - start
    },
    close: () => session.close(),
  }
}

/** FLOPs of convolutions and dense layers in one training step: the matrix products that filter for SSIM are not counted. */
export function stepFlops({ artefacts }: Compilation): number {
  const train = artefacts.ir?.module.functions.find(({ name }) => name === 'train_step')
  invariant(train !== undefined, 'the bench compiles as far as the graph')
  return networkFlops(train)
}

function networkFlops({ operations, types }: IrFunction): number {
  const bands = new Set(operations.filter(({ op }) => op === 'gaussian_band').flatMap(({ results }) => results))
  return operations
    .filter(({ operands }) => !operands.some((value) => bands.has(value)))
    .reduce((sum, operation) => sum + costOf(operation, types).matrixFlops, 0)
}
