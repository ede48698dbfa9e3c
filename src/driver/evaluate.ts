import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { StampedEvent } from '../events/events.js'
import { hashFile } from '../files/hash.js'
import { isRecord } from '../files/json.js'
import type { EngineLocation } from '../native/locate.js'
import { type EvaluationRequest, evaluationFile, type UsedThreshold } from '../plan/evaluation.js'
import type { DataValue, PlanState, RunPlan } from '../plan/run-plan.js'
import { completedResults, type RecordedRun, readRecord } from './recorded-run.js'
import { recordOf, type StartedRun, startOn } from './run.js'
import { claimDirectory, type RunRecord } from './run-directory.js'
import type { Compilation } from './run-phases.js'

/** Weights that cannot be evaluated as asked: a mistake of the command line. */
export class CannotEvaluate extends Error {
  override readonly name = 'CannotEvaluate'

  constructor(
    message: string,
    readonly help?: string,
  ) {
    super(message)
  }
}

/** By what the weights are evaluated. */
export type EvaluatedBy =
  /** The program and the settings of the run, but for the root of its data. */
  | { readonly kind: 'run'; readonly root?: string }
  /** A pipeline whose model has the same weights. */
  | { readonly kind: 'pipeline'; readonly compilation: Compilation; readonly file: string }

export interface StartEvaluation {
  readonly run: RecordedRun
  /** Absolute. */
  readonly checkpoint: string
  readonly by: EvaluatedBy
  readonly engine: EngineLocation
  /** `--out`; otherwise a new directory below the run's. */
  readonly out?: string
  /** As they were given, for the manifest. */
  readonly options: readonly string[]
  readonly onEvent: (event: StampedEvent) => void
}

/** Writes the directory of an evaluation and starts the engine process on it. @throws CannotEvaluate, RunDirectoryInUse, DirectoryInUse, CannotWrite */
export async function startEvaluation(request: StartEvaluation): Promise<StartedRun> {
  const { run, checkpoint, by, engine, out, options, onEvent } = request
  const sha256 = await hashFile(checkpoint)
  if (sha256 === undefined) throw new CannotEvaluate(`${checkpoint} is no file that can be read`)
  const evaluation: EvaluationRequest = {
    format: 1,
    run: run.directory,
    checkpoint,
    sha256,
    thresholds: thresholdsFor(run.directory, checkpoint),
  }
  const record: RunRecord = { ...recordFor(run, by), options, engine, evaluation }
  const below = join(run.directory, 'evaluations')
  const claim = () => claimDirectory(out ?? { below, hash: record.plan.hash }, new Date())
  return startOn(record, [], claim, out ?? below, { engine, onEvent })
}

function recordFor(
  run: RecordedRun,
  by: EvaluatedBy,
): Pick<RunRecord, 'plan' | 'graph' | 'sources' | 'resolved' | 'ir' | 'model'> {
  switch (by.kind) {
    case 'run':
      return { ...readRecord(run.directory), plan: by.root === undefined ? run.plan : withRoot(run.plan, by.root) }
    case 'pipeline': {
      const record = recordOf(by.compilation)
      const differences = describeOtherWeights(run.plan.state, record.plan.state)
      if (differences.length === 0) return record
      throw new CannotEvaluate(
        `the model of ${by.file} has other weights than ${run.directory}: ${differences.join('; ')}`,
        'evaluate a pipeline that extends the one that was trained, with other data or other metrics',
      )
    }
  }
}

function withRoot(plan: RunPlan, root: string): RunPlan {
  const { component, parameters } = plan.data
  // Every source has a root; the union cannot say that the rest stays what it was.
  return { ...plan, data: { component, parameters: { ...parameters, root } } as DataValue }
}

const named = 3

/** By name and shape, whatever trained them. */
function describeOtherWeights(before: readonly PlanState[], now: readonly PlanState[]): readonly string[] {
  const model = (state: readonly PlanState[]) =>
    new Map(state.flatMap(({ name, kind, shape }) => (kind === 'slot' ? [] : [[name, `[${shape.join(', ')}]`]])))
  const [trained, asked] = [model(before), model(now)]
  const lines = [
    ...[...asked].flatMap(([name, shape]) => {
      const was = trained.get(name)
      if (was === shape) return []
      return [was === undefined ? `${name} was not trained` : `${name} is ${shape}, and was trained as ${was}`]
    }),
    ...[...trained.keys()].flatMap((name) => (asked.has(name) ? [] : [`it has no ${name}`])),
  ]
  return lines.length <= named ? lines : [...lines.slice(0, named), `and ${lines.length - named} more`]
}

/** Whether the thresholds of the results were chosen for these weights. */
function isOfResults(run: string, checkpoint: string): boolean {
  const best = completedResults(run)?.best
  const evaluated = isRecord(best) ? best.file : join('checkpoints', 'last.safetensors')
  return relative(run, checkpoint) === evaluated
}

/** Those that the run chose by its validation set for these weights. */
export function thresholdsFor(run: string, checkpoint: string): readonly UsedThreshold[] {
  if (!isOfResults(run, checkpoint)) return []
  const thresholds = completedResults(run)?.thresholds
  return Array.isArray(thresholds) ? thresholds.filter(isUsedThreshold) : []
}

function isUsedThreshold(value: unknown): value is UsedThreshold {
  return isRecord(value) && typeof value.output === 'string' && typeof value.value === 'number'
}

/** Whether a directory evaluates weights, and so cannot go on. */
export function isEvaluation(directory: string): boolean {
  return existsSync(join(directory, evaluationFile))
}
