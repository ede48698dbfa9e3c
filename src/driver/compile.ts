import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { type CheckOptions, type CheckResult, checkPipeline } from '../check/check.js'
import type { CheckedPipeline } from '../check/checked.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { invariant } from '../diagnostics/invariant.js'
import { suggest } from '../diagnostics/suggest.js'
import { lossPrefix, lowerPipeline } from '../lower/lower.js'
import { packageRoot } from '../native/package-root.js'
import type { Device } from '../passes/pass.js'
import { runPasses } from '../passes/runner.js'
import type { PlanFunction, RunPlan } from '../plan/run-plan.js'
import type { SourceMap } from '../source/source-file.js'
import { parse } from '../syntax/parse.js'
import { type EmittedModel, emitSavedModel } from '../targets/tensorflow/emit.js'
import { realDisk, UnreadableData } from './disk.js'
import type { Artefacts, PhaseName } from './phases.js'

export interface CompileRequest {
  /** The pipeline file, relative to the working directory or absolute. */
  readonly file: string
  /** Which pipeline of the file; the last one when absent. */
  readonly pipeline?: string
  /** `--set path=value`. */
  readonly overrides: readonly { readonly path: string; readonly value: string }[]
  readonly workingDirectory: string
  readonly environment: NodeJS.ProcessEnv
  /** Whether a file without a pipeline is whole: one of blocks, types or studies. */
  readonly mayLackPipeline?: boolean
  /** Whether the checks look at the disk (are the data's directories there?). */
  readonly lookAtDisk: boolean
  /** The last phase that is wanted. */
  readonly until: PhaseName
  readonly stopAfterPass?: string
  readonly passLimit?: number
  /** Passes to leave out. */
  readonly without?: readonly string[]
  /** What the graph is made for: a CPU without it. */
  readonly device?: Device
  /** Verifies the IR after every pass. */
  readonly verify?: boolean
}

export interface PhaseTime {
  readonly phase: string
  readonly milliseconds: number
}

export interface Compilation {
  readonly diagnostics: readonly Diagnostic[]
  /** What of the data may not be looked at: then the diagnostics are those of the file alone. */
  readonly unreadable?: string
  readonly sources: SourceMap
  readonly artefacts: Artefacts
  readonly times: readonly PhaseTime[]
  /** What the engine process runs; there when the graph was asked for and nothing was wrong. */
  readonly program?: { readonly plan: RunPlan; readonly graph: Uint8Array }
}

/** The file cannot be read: named by the user, so the user's mistake. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile'
}

/** `--pipeline` names none of the file. */
export class UnknownPipeline extends Error {
  override readonly name = 'UnknownPipeline'
}

/** The one place that knows the order of the phases: text, AST, checked pipeline, IR, passes, graph. */
export function compile(request: CompileRequest): Compilation {
  const entry = resolve(request.workingDirectory, request.file)
  const text = readText(entry)
  if (text === undefined) throw new UnreadableFile(`cannot read ${request.file}`)
  const clock = stopwatch()
  if (request.pipeline !== undefined) requirePipeline(request.pipeline, text, request.file)

  // The checker reads the tree by itself, with those of the imports; this one is for `--emit ast`.
  const ast = request.until === 'ast' ? parse(text, entry).file : undefined

  const options: CheckOptions = {
    entry,
    ...(request.pipeline === undefined ? {} : { pipeline: request.pipeline }),
    // Read once: `/dev/stdin` gives its text only to the first who asks.
    loadFile: (path) => (path === entry ? text : readText(path)),
    ...(request.mayLackPipeline === undefined ? {} : { mayLackPipeline: request.mayLackPipeline }),
    libraryDirectory: join(packageRoot(), 'grammar', 'std'),
    overrides: request.overrides,
    environment: request.environment,
    workingDirectory: request.workingDirectory,
    showPath: (path) => shownPath(path, request.workingDirectory),
  }
  const { pipeline, diagnostics, sources, unreadable } = check(options, request.lookAtDisk)
  clock.lap('check')
  const done = (artefacts: Artefacts, program?: Compilation['program']): Compilation => ({
    diagnostics,
    ...(unreadable === undefined ? {} : { unreadable }),
    sources,
    artefacts: { ...(ast ? { ast } : {}), ...artefacts },
    times: clock.laps,
    ...(program ? { program } : {}),
  })
  if (!pipeline || request.until === 'ast') return done({})
  if (request.until === 'checked') return done({ checked: pipeline })

  const { module: lowered, training } = lowerPipeline(pipeline)
  clock.lap('lower')
  if (request.until === 'lowered') return done({ checked: pipeline, lowered })

  const optimised = runPasses(lowered, training, {
    ...(request.stopAfterPass === undefined ? {} : { stopAfter: request.stopAfterPass }),
    ...(request.passLimit === undefined ? {} : { passLimit: request.passLimit }),
    ...(request.without === undefined ? {} : { without: request.without }),
    ...(request.device === undefined ? {} : { device: request.device }),
    ...(request.verify === undefined ? {} : { verify: request.verify }),
  })
  for (const { name, milliseconds } of optimised.reports) clock.add(`pass ${name}`, milliseconds)
  clock.restart()
  const upToIr = { checked: pipeline, lowered, ir: optimised.module, passReports: optimised.reports }
  if (request.until === 'ir' || request.until === 'passes') return done(upToIr)

  const device = request.device ?? 'cpu'
  const emitted = emitSavedModel(optimised.module, device)
  clock.lap('graph')
  return done(
    { ...upToIr, emitted: { module: optimised.module, device } },
    { plan: makePlan(pipeline, emitted), graph: emitted.bytes },
  )
}

/** Where the data may not be looked at, the file is checked without it. */
function check(options: CheckOptions, lookAtDisk: boolean): CheckResult & Pick<Compilation, 'unreadable'> {
  try {
    return checkPipeline(lookAtDisk ? { ...options, disk: realDisk } : options)
  } catch (error) {
    if (!(error instanceof UnreadableData)) throw error
    return { ...checkPipeline(options), unreadable: error.message }
  }
}

function makePlan(pipeline: CheckedPipeline, { bytes, functions, state }: EmittedModel): RunPlan {
  const { name, seed, image, batch, evalBatch, data, synthesis, train, evaluate, origins, allows } = pipeline
  const trainStep = wholeStep(functions, 'train_step')
  const settings = { name, seed, image, batch, evalBatch, data, synthesis, train, evaluate }
  return {
    format: 1,
    ...settings,
    hash: createHash('sha256').update(bytes).update(JSON.stringify(settings)).digest('hex').slice(0, 8),
    functions: {
      init: wholeStep(functions, 'init'),
      train_step: trainStep,
      eval_step: wholeStep(functions, 'eval_step'),
      predict: wholeStep(functions, 'predict'),
    },
    state,
    // Terms that weigh nothing are gone by now.
    lossTerms: trainStep.outputs
      .filter((output) => output.name.startsWith(lossPrefix))
      .map((output) => output.name.slice(lossPrefix.length)),
    origins,
    allows,
  }
}

function wholeStep(functions: Readonly<Record<string, PlanFunction>>, name: string): PlanFunction {
  const found = functions[name]
  invariant(found, `the module has the function ${name}`)
  return found
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

/** A file below the working directory by its relative path, one of the library as its import names it, any other by its whole path. */
function shownPath(path: string, workingDirectory: string): string {
  const library = relative(join(packageRoot(), 'grammar'), path)
  if (!library.startsWith('..') && !isAbsolute(library)) return library
  const local = relative(workingDirectory, path)
  return local.startsWith('..') || isAbsolute(local) ? path : local
}

function stopwatch(): {
  readonly laps: PhaseTime[]
  lap(phase: string): void
  add(phase: string, milliseconds: number): void
  restart(): void
} {
  const laps: PhaseTime[] = []
  let last = performance.now()
  return {
    laps,
    lap: (phase) => {
      const now = performance.now()
      laps.push({ phase, milliseconds: now - last })
      last = now
    },
    add: (phase, milliseconds) => laps.push({ phase, milliseconds }),
    restart: () => {
      last = performance.now()
    },
  }
}

function requirePipeline(name: string, text: string, file: string): void {
  const { file: source, diagnostics } = parse(text, file)
  const names = source.declarations
    .filter(({ kind }) => kind === 'pipeline')
    .flatMap((each) => ('name' in each ? each.name.name : []))
  if (names.includes(name) || diagnostics.length > 0) return
  const suggestion = suggest(name, names)
  const rest = suggestion === undefined ? '' : `; did you mean ${suggestion}?`
  const listed = names.length === 0 ? 'it declares none' : `its pipelines: ${names.join(', ')}`
  throw new UnknownPipeline(`${file} has no pipeline ${name}${rest} (${listed})`)
}
