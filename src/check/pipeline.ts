import { withoutCascades } from '../diagnostics/cascades.js'
import { diagnosticRow } from '../diagnostics/codes/index.js'
import { namesDiagnostics } from '../diagnostics/codes/names.js'
import { tensorsDiagnostics } from '../diagnostics/codes/tensors.js'
import { typesDiagnostics } from '../diagnostics/codes/types.js'
import { diagnose } from '../diagnostics/define.js'
import type { Diagnostic } from '../diagnostics/diagnostic.js'
import { type EvaluatePlan, monitorsOf, type TrainPlan } from '../plan/run-plan.js'
import type { SettingOrigin } from '../plan/settings.js'
import type { Binding, PipelineDeclaration } from '../syntax/ast.js'
import type { CheckedPipeline, TensorType } from './checked.js'
import type { Env } from './evaluation/env.js'
import { report, whereWritten } from './evaluation/env.js'
import { slotValue } from './evaluation/expression.js'
import { finishType, GraphBuilder } from './evaluation/graph.js'
import type { ModelScopes, OutputValue } from './evaluation/model.js'
import { openScopes, outputsOf, totalOf } from './evaluation/model.js'
import { Scope } from './evaluation/scope.js'
import { type Evaluation, evaluateSections } from './evaluation/sections.js'
import type { Program, Session } from './evaluation/session.js'
import { openSession, textOf } from './evaluation/session.js'
import { applyAllows } from './finishing/allow.js'
import { checkExpect } from './finishing/expect.js'
import { finishGraph } from './finishing/finish.js'
import { reportPoolings } from './finishing/poolings.js'
import { ancestors, reachOf } from './finishing/reach.js'
import { recordLossWeights, recordWeightFiles } from './finishing/recorded.js'
import { reportScales } from './finishing/scales.js'
import type { Fate } from './finishing/training.js'
import { idleTermsOf, judgeTerms, judgeUse, judgeWeights } from './finishing/training.js'
import { reportTrainingOnly } from './finishing/training-only.js'
import type { FlatAllow, FlatPipeline } from './flattening/flat.js'
import { Flattener } from './flattening/flatten.js'
import { withDamage } from './loading/damage.js'
import type { Module } from './loading/module.js'
import { originOf, settingsContext } from './origins.js'
import { checkAugmentation } from './settings/augmentation.js'
import { checkValue } from './settings/component-call.js'
import type { FlatSection, SettingsContext } from './settings/context.js'
import { checkData } from './settings/data.js'
import { checkEvaluate } from './settings/evaluate.js'
import { reportMissingParts } from './settings/missing.js'
import { checkSynthesis } from './settings/synthesis.js'
import { checkTrain } from './settings/train.js'
import { conform, contentOf } from './values/conform.js'
import { resolveType } from './values/types.js'
import type { Cause, Tensor, Value } from './values/value.js'
import { changedBy, poison } from './values/value.js'

export function openPipeline(module: Module, session: Session): Env {
  return {
    session,
    module,
    scope: new Scope(),
    graph: new GraphBuilder('model'),
    path: '',
    frames: [],
    statement: { layers: [] },
    abstract: false,
  }
}

/** What is laid over a pipeline, and what else its check depends on. */
export interface PipelineRequest {
  readonly overrides?: readonly Binding[]
  /** How a report calls what `overrides` do. */
  readonly what?: string
  /** Of blocks, and of a study. */
  readonly allows: readonly FlatAllow[]
  /** What was reported of the files, and what of it is reported once. */
  readonly reported?: readonly Diagnostic[]
  readonly once?: ReadonlyMap<string, Diagnostic>
  /** False: its expectations are of the pipeline as it stands. */
  readonly expects?: false
  /** The check of a pipeline that is much the same: what both share is not evaluated again. */
  readonly like?: PipelineCheck
}

export interface PipelineCheck {
  readonly flat: FlatPipeline
  /** Absent when there are errors. */
  readonly checked?: CheckedPipeline
  /** Without what is allowed. */
  readonly diagnostics: readonly Diagnostic[]
  /** Names that the model and the loss read and nothing binds. */
  readonly unknown: ReadonlyMap<string, Diagnostic>
  readonly once: ReadonlyMap<string, Diagnostic>
  /** Absent where it depends on what was reported before. */
  readonly evaluation?: Evaluation
}

/** One pipeline with what is laid over it. The same arguments give the same result. */
export function checkPipelineOf(
  program: Program,
  { declaration, module }: { readonly declaration: PipelineDeclaration; readonly module: Module },
  { overrides = [], what, allows, reported = [], once = new Map(), expects, like }: PipelineRequest,
): PipelineCheck {
  const opened = openSession(program, once)
  opened.sink.reportAll(reported)
  const laid = new Flattener(opened, module).flatten(declaration, overrides, what)
  const flat = { ...laid, allows: [...laid.allows, ...allows], expects: expects === false ? [] : laid.expects }
  const floors = ({ statement }: FlatAllow) => statement.code.name === tensorsDiagnostics.poolingDoesNotDivide.code
  const session = { ...opened, floorPoolings: flat.allows.some(floors) }
  const unknown = new Map<string, Diagnostic>()
  const isAlone = once.size === 0
  const { checked, evaluation } = checkFlatPipeline(flat, session, unknown, isAlone ? like?.evaluation : undefined)
  const allowed = applyAllows(flat.allows, session.sink.all, session)
  const diagnostics = withoutCascades(withDamage(allowed.diagnostics, program))
  const isWhole = checked !== undefined && !diagnostics.some(({ severity }) => severity === 'error')
  const result = isWhole ? { checked: { ...checked, allows: allowed.recorded } } : {}
  const kept = isAlone && evaluation !== undefined ? { evaluation } : {}
  return { flat, ...result, diagnostics, unknown, once: session.once, ...kept }
}

/** Settings, model, loss, measures and expectations; no pipeline when something is missing for a whole one. */
function checkFlatPipeline(
  flat: FlatPipeline,
  session: Session,
  unknown: Map<string, Diagnostic>,
  like: Evaluation | undefined,
): { readonly checked?: CheckedPipeline; readonly evaluation?: Evaluation | undefined } {
  if (flat.lacksBase) return {}
  const base = openPipeline(flat.module, session)
  const origins: SettingOrigin[] = []
  defineParams(flat, base, origins)
  reportMissingParts(flat, session.sink)
  const context = settingsContext(base, origins)
  checkComponentParams(base, context)
  const seed = checkSeed(flat, base, origins)
  const data = checkData(flat.settings.get('data'), context)
  const augmentation = checkAugmentation(flat.settings.get('augmentation'), context, data)
  const synthesis = checkSynthesis(flat.settings.get('synthesis'), context, data)
  const scopes = openScopes(base, data, synthesis, flat)
  const before = session.sink.all.length
  const { outputs, total, evaluation } = checkGraph(flat, scopes, like)
  for (const { scope } of [base, scopes.model, scopes.loss])
    for (const [name, mistake] of scope.unknown) unknown.set(name, mistake)
  const isModelBroken = isBroken(session, before)
  const named = { ...context, ...outputViews(outputs, flat, scopes), outOfReach: outOfReach(outputs, base.graph) }
  const isMonitored = ['early_stop', 'checkpoint'].some((name) => flat.sections.get('train')?.settings.has(name))
  const evaluate = checkEvaluate(flat.sections.get('evaluate'), named, data, synthesis, isMonitored)
  const train = checkTrain(flat.sections.get('train'), named, data, evaluate)
  reportPoolings(base.graph, session)
  if (outputs !== undefined) reportTrainingOnly(base.graph, outputs, session)
  if (!isModelBroken) reportScales(base.graph, outputs, session)
  const fate = judge(scopes, outputs, total, train, evaluate)
  const model = {
    bindings: [...(flat.sections.get('model')?.settings.keys() ?? [])],
    gone: fate?.gone ?? new Set<string>(),
  }
  // What is counted depends on the image and on every size in the model: without one of them every number would be another.
  if (
    !isModelBroken &&
    data?.isChannelsKnown === true &&
    outputs?.every(({ tensor }) => tensor !== undefined) === true
  ) {
    for (const statement of flat.expects) checkExpect(statement, { ...base, abstract: false }, model)
  }
  const whole =
    seed !== undefined &&
    data?.value !== undefined &&
    synthesis?.value !== undefined &&
    total !== undefined &&
    outputs !== undefined &&
    fate !== undefined
  if (!whole || train === undefined || evaluate === undefined || isBroken(session)) return { evaluation }
  if (!session.sink.hasErrors) reportUnusedParams(base, flat.replacedNames)
  const finished = finishGraph(
    base.graph,
    reachOf(base.graph, total.node),
    fate,
    outputs,
    scopes.loss.scope,
    total.node,
  )
  recordLossWeights(finished.nodes, origins, session)
  recordWeightFiles(finished.parameters, origins, session)
  const checked = {
    name: flat.name,
    ...(flat.doc === undefined ? {} : { doc: flat.doc }),
    seed,
    image: data.image,
    batch: data.value.parameters.batch,
    evalBatch: data.value.parameters.eval_batch,
    data: data.value,
    synthesis: synthesis.value,
    ...(augmentation === undefined ? {} : { augmentation }),
    ...finished,
    train,
    evaluate,
    origins,
    allows: [],
  }
  return { checked, evaluation }
}

/** Mistakes that no `allow` can take away, and a size that is not known, leave no graph to finish. `from`: the first report that counts. */
function isBroken(session: Session, from = 0): boolean {
  return session.sink.all.slice(from).some(({ code, severity }) => {
    if (severity !== 'error') return false
    return (
      diagnosticRow(code)?.allowable !== true ||
      (code === tensorsDiagnostics.poolingDoesNotDivide.code && !session.floorPoolings)
    )
  })
}

function defineParams(flat: FlatPipeline, base: Env, origins: SettingOrigin[]): void {
  for (const [name, param] of flat.params) {
    const { declaration, value } = param
    const type = resolveType(declaration.type, { ...base, module: param.module })
    if (value === undefined) {
      const { span } = declaration.name
      const cause = param.damage ?? report(base, typesDiagnostics.paramWithoutValue, span, { name })
      base.scope.defineValue(name, span, 'param', poison(span, cause))
      continue
    }
    const expression = value.binding.value
    const env: Env = { ...whereWritten(base, expression), path: name, statement: { layers: [] } }
    const changes = value.change === undefined ? [] : [value.change]
    base.scope.define(name, declaration.name.span, 'param', () =>
      changedBy(conform(env.session.evaluate(expression, env, type), type, env, `the param \`${name}\``), changes),
    )
    origins.push({
      path: `param.${name}`,
      value: textOf(base.session, expression.span),
      ...originOf(expression.span, base.session),
    })
  }
  for (const slot of base.scope.slots.values()) slotValue(slot, base)
}

/** What is wrong with a component is reported where it is declared, whether a setting uses it or not. */
function checkComponentParams(base: Env, context: SettingsContext): void {
  const silent: SettingsContext = { ...context, recordOrigin: () => undefined }
  const visit = (value: Value | undefined): void => {
    if (value?.kind === 'component') checkValue(value, silent)
    else if (value?.kind === 'list') value.items.forEach(visit)
    else if (value?.kind === 'record') for (const field of value.fields.values()) visit(field)
  }
  for (const slot of base.scope.slots.values()) visit(slot.value)
}

function checkSeed(flat: FlatPipeline, base: Env, origins: SettingOrigin[]): number | undefined {
  const setting = flat.settings.get('seed')
  if (setting === undefined) {
    origins.push({ path: 'seed', value: '0', origin: 'default', where: 'the language' })
    return 0
  }
  const { value: expression } = setting.binding
  const env = whereWritten(base, expression)
  const value = conform(base.session.evaluate(expression, env, { kind: 'int' }), { kind: 'int' }, env, '`seed`')
  if (value.kind !== 'number') return undefined
  if (value.value < 0 || value.value > 4294967295) {
    const facts = {
      callee: flat.name,
      name: 'seed',
      must: 'from 0 to 4294967295',
      found: String(value.value),
      write: `seed = ${value.value < 0 ? -value.value : 1}`,
    }
    report(base, tensorsDiagnostics.attribute, value.span, facts)
    return undefined
  }
  origins.push({ path: 'seed', value: String(value.value), ...originOf(value.span, base.session) })
  return value.value
}

function checkGraph(flat: FlatPipeline, scopes: ModelScopes, like: Evaluation | undefined) {
  const model = modelOf(flat)
  if (model === undefined && flat.sections.has('model')) {
    const facts = { what: 'binding in its `model`', example: 'what the networks make of `image`' }
    report(scopes.model, namesDiagnostics.missingPart, flat.sections.get('model')?.span ?? flat.declaration.span, facts)
  }
  const loss = flat.sections.get('loss')
  const evaluation = model === undefined ? undefined : evaluateSections(flat, scopes, like)
  const total = loss === undefined || model === undefined ? undefined : totalOf(loss, scopes.loss)
  const outputs = model === undefined ? undefined : outputsOf(model, scopes.model)
  return { outputs, total, evaluation }
}

/** An empty model is none: whatever the rest asks of it follows from that. */
function modelOf(flat: FlatPipeline): FlatSection | undefined {
  const model = flat.sections.get('model')
  return model === undefined || (model.settings.size === 0 && model.damaged.size === 0) ? undefined : model
}

/** Outputs as the checks of `train` and `evaluate` see them. */
function outputViews(outputs: readonly OutputValue[] | undefined, flat: FlatPipeline, { model, loss }: ModelScopes) {
  if (outputs === undefined) return {}
  const mistakes = new Map<string, Cause>()
  const note = (name: string, cause: Cause | undefined): void => {
    if (cause !== undefined && !mistakes.has(name)) mistakes.set(name, cause)
  }
  const views = new Map<string, TensorType | undefined>()
  for (const output of outputs) {
    const { name, tensor } = output
    const cause = tensor === undefined ? output.cause : shapeMistake(tensor, model.graph)
    note(name.split('.')[0] ?? name, cause)
    views.set(name, tensor === undefined || cause !== undefined ? undefined : finishType(tensor))
  }
  for (const [name, { value }] of model.scope.slots) {
    // A number is one for everything that is measured.
    if (value?.kind === 'number' && !views.has(name)) views.set(name, { per: 'batch', shape: [], meaning: 'plain' })
    // What was reported to be no tensor is no output either.
    if (value !== undefined) note(name, model.graph.misused.get(contentOf(value)))
  }
  for (const { scope } of [model, loss])
    for (const [name, cause] of scope.unknown) if (!views.has(name)) note(name, cause)
  for (const [name, cause] of flat.module.damaged) if (!views.has(name)) note(name, cause)
  const madeOf = (output: string): readonly string[] => {
    const tensor = outputs.find(({ name }) => name === output)?.tensor
    const before = tensor === undefined ? new Set<number>() : ancestors(model.graph, [tensor.node])
    return outputs.flatMap(({ name, tensor: other }) =>
      other !== undefined && other.node !== tensor?.node && before.has(other.node) ? [name] : [],
    )
  }
  return { outputs: views, mistakeOf: (output: string) => mistakes.get(output.split('.')[0] ?? output), madeOf }
}

/** The report of the output's shape, or of the height and width of a map that it is made of; 'undecided' for a shape that depends on a mistake. */
function shapeMistake({ node, per, shape }: Tensor, graph: GraphBuilder): Cause | undefined {
  const own = graph.misshapen.get(node) ?? (shape.includes(undefined) ? 'undecided' : undefined)
  if (own !== undefined || per !== 'pixel' || graph.missized.size === 0) return own
  for (const id of ancestors(graph, [node])) if (graph.missized.has(id)) return graph.missized.get(id)
  return undefined
}

/** Outputs of which a loss reported that they, or what it makes of them, do not fit their label. */
function outOfReach(outputs: readonly OutputValue[] | undefined, graph: GraphBuilder): ReadonlyMap<string, Diagnostic> {
  const found = new Map<string, Diagnostic>()
  for (const [node, mistake] of graph.rangeMistakes) {
    const before = ancestors(graph, [node])
    for (const { name, tensor } of outputs ?? []) if (tensor && before.has(tensor.node)) found.set(name, mistake)
  }
  return found
}

/** Reach of the loss, once the graph is whole enough to judge. */
function judge(
  scopes: ModelScopes,
  outputs: readonly OutputValue[] | undefined,
  total: Tensor | undefined,
  train: TrainPlan | undefined,
  evaluation: EvaluatePlan | undefined,
): Fate | undefined {
  const { session, graph } = scopes.model
  if (total === undefined || outputs === undefined || outputs.some(({ tensor }) => tensor === undefined))
    return undefined
  if ([...scopes.loss.scope.slots.values()].some((slot) => slot.value?.kind === 'unknown')) return undefined
  const facts = {
    session,
    graph,
    outputs,
    reach: reachOf(graph, total.node),
    idleTerms: idleTermsOf(graph, total.node),
    measured: measuredOutputs(train, evaluation),
    model: scopes.model.scope,
    loss: scopes.loss.scope,
  }
  judgeTerms(facts)
  const fate = judgeWeights(facts)
  if (!session.sink.hasErrors) judgeUse(total, facts)
  return fate
}

function measuredOutputs(
  train: TrainPlan | undefined,
  evaluation: EvaluatePlan | undefined,
): ReadonlySet<string> | undefined {
  if (train === undefined || evaluation === undefined) return undefined
  const measured = [...evaluation.image, ...evaluation.pixel, ...evaluation.values, ...monitorsOf(train)]
  return new Set(measured.map(({ parameters }) => parameters.output))
}

function reportUnusedParams(base: Env, replaced: ReadonlySet<string>): void {
  for (const slot of base.scope.slots.values()) {
    if (slot.used || slot.what !== 'param' || replaced.has(slot.name)) continue
    base.session.sink.report(diagnose(namesDiagnostics.unusedBinding, slot.span, { what: 'param', name: slot.name }))
  }
}
