import { readFileSync } from 'node:fs'
import type { TensorType } from '../../src/check/checked.js'
import { openSession, type Program } from '../../src/check/evaluation/session.js'
import type { Module } from '../../src/check/loading/module.js'
import { openPipeline } from '../../src/check/pipeline.js'
import { newProgram } from '../../src/check/program.js'
import type { FlatSection, FlatSetting, SettingsContext } from '../../src/check/settings/context.js'
import { checkData } from '../../src/check/settings/data.js'
import { checkEvaluate } from '../../src/check/settings/evaluate.js'
import { checkSynthesis } from '../../src/check/settings/synthesis.js'
import { checkTrain } from '../../src/check/settings/train.js'
import { sortDiagnostics } from '../../src/diagnostics/collector.js'
import type { FileView } from '../../src/layouts/view.js'
import type { SettingOrigin } from '../../src/plan/settings.js'
import { SourceMap } from '../../src/source/source-file.js'
import type { Binding, Expression, PipelineDeclaration, SourceFile } from '../../src/syntax/ast.js'
import type { Damage } from '../../src/syntax/damage.js'
import { parse, parseExpression } from '../../src/syntax/parse.js'

/** Outputs of a model as the checker would give them, for a 64x96 image. */
export const exampleOutputs: ReadonlyMap<string, TensorType> = new Map<string, TensorType>([
  ['recon', { per: 'pixel', shape: [64, 96, 3], meaning: 'plain' }],
  ['seg.mask', { per: 'pixel', shape: [64, 96, 2], meaning: 'logits' }],
  ['seg.features.0', { per: 'pixel', shape: [2, 3, 512], meaning: 'plain' }],
  ['anomaly_map', { per: 'pixel', shape: [64, 96, 1], meaning: 'probabilities', range: [0, 1] }],
  ['small_map', { per: 'pixel', shape: [32, 48, 1], meaning: 'probabilities', range: [0, 1] }],
  ['severity', { per: 'image', shape: [], meaning: 'plain', range: [0, 2] }],
  ['squashed', { per: 'image', shape: [], meaning: 'plain', range: [0, 1] }],
  ['score', { per: 'image', shape: [], meaning: 'plain', range: [0, 1] }],
  ['pooled', { per: 'image', shape: [512], meaning: 'plain' }],
])

export interface HarnessOptions {
  readonly disk?: FileView
  readonly params?: Readonly<Record<string, string>>
  /** Single parameters replaced, by path: `data.batch`. */
  readonly set?: Readonly<Record<string, string>>
  readonly outputs?: ReadonlyMap<string, TensorType | undefined>
  readonly broken?: readonly string[]
}

/** The settings of a pipeline's items through their four checks, in the checker's order. What the parser tells is left out. */
export function checkSettings(items: string, options: HarnessOptions = {}) {
  const text = `pipeline p {\n${items}\n}\n`
  const sources = new SourceMap()
  sources.add('p.draem', text)
  const { file, damage } = parse(text, 'p.draem')
  const pipeline = file.declarations.find((found): found is PipelineDeclaration => found.kind === 'pipeline')
  if (pipeline === undefined) throw new Error('no pipeline')
  const session = openSession(programOf(sources))
  const env = openPipeline(moduleOf(file, damage), session)
  session.modules.set('p.draem', env.module)
  const { sink } = session
  const origins: SettingOrigin[] = []
  for (const [name, value] of Object.entries(options.params ?? {})) {
    const expression = expressionOf(value, name)
    env.scope.define(name, expression.span, 'param', () => session.evaluate(expression, env))
  }
  const context: SettingsContext = {
    env,
    originOf: (span) =>
      span.file === 'p.draem'
        ? { origin: 'file', where: sources.describe(span) }
        : { origin: 'option', where: `--set ${span.file}` },
    recordOrigin: (origin) => origins.push(origin),
    ...(options.disk === undefined ? {} : { disk: options.disk }),
    outputs: options.outputs ?? exampleOutputs,
    mistakeOf: (output) => (options.broken?.includes(output.split('.')[0] ?? '') ? 'undecided' : undefined),
    unknownOutputs: new Map(),
    outOfReach: new Map(),
  }
  const replaced = new Map(Object.entries(options.set ?? {}).map(([path, value]) => [path, bindingOf(path, value)]))
  const data = checkData(settingOf(pipeline, 'data', replaced), context)
  const synthesis = checkSynthesis(settingOf(pipeline, 'synthesis', replaced), context, data)
  const evaluation = checkEvaluate(sectionOf(pipeline, 'evaluate', replaced), context, data, synthesis)
  const train = checkTrain(sectionOf(pipeline, 'train', replaced), context, data, evaluation)
  const reports = sortDiagnostics(sink.all, sources)
  return {
    data,
    synthesis,
    evaluate: evaluation,
    train,
    origins,
    diagnostics: reports,
    /** `D071 batchh: message`: code, text under the caret, message. */
    told: reports.map(
      ({ code, span, message }) =>
        `${code} ${span.file === 'p.draem' ? text.slice(span.start, span.end).replace(/\s+/g, ' ') : `--set ${span.file}`}: ${message}`,
    ),
  }
}

const presets = readFileSync(new URL('../../grammar/std/synthesis.draem', import.meta.url), 'utf8')

function programOf(sources: SourceMap): Program {
  return newProgram(sources, {
    entry: 'p.draem',
    loadFile: (path) => (path === '/library/synthesis.draem' ? presets : undefined),
    libraryDirectory: '/library',
    overrides: [],
    environment: {},
    workingDirectory: '/project/pipelines',
  })
}

function moduleOf(source: SourceFile, damage: readonly Damage[]): Module {
  return {
    file: 'p.draem',
    directory: '/project/pipelines',
    library: false,
    source,
    own: new Map(),
    imported: new Map(),
    damage,
    damaged: new Map(),
    lacksImport: undefined,
    ambiguous: new Map(),
    importSpans: new Map(),
  }
}

function expressionOf(text: string, file: string): Expression {
  return parseExpression(text, file).expression
}

function bindingOf(path: string, value: string): Binding {
  const expression = expressionOf(value, path)
  const span = { file: path, start: 0, end: value.length }
  return {
    kind: 'binding',
    span,
    path: path.split('.').map((name) => ({ kind: 'identifier', name, span })),
    value: expression,
  }
}

function settingOf(
  pipeline: PipelineDeclaration,
  name: string,
  set: ReadonlyMap<string, Binding>,
): FlatSetting | undefined {
  const binding = pipeline.items.find((item): item is Binding => item.kind === 'binding' && item.path[0]?.name === name)
  return binding === undefined ? undefined : { binding, replaced: below(set, name) }
}

function sectionOf(
  pipeline: PipelineDeclaration,
  name: string,
  set: ReadonlyMap<string, Binding>,
): FlatSection | undefined {
  const section = pipeline.items.find((item) => item.kind === 'section' && item.name.name === name)
  if (section?.kind !== 'section') return undefined
  const settings = new Map<string, FlatSetting>()
  for (const item of section.items) {
    const own = item.kind === 'binding' ? item.path[0]?.name : undefined
    if (item.kind === 'binding' && own !== undefined)
      settings.set(own, { binding: item, replaced: below(set, `${name}.${own}`) })
  }
  for (const [path, binding] of below(set, name))
    if (!path.includes('.')) settings.set(path, { binding, replaced: new Map() })
  return { span: section.name.span, settings, damaged: new Map(), removed: new Map() }
}

function below(set: ReadonlyMap<string, Binding>, name: string): ReadonlyMap<string, Binding> {
  const inner = [...set].filter(([path]) => path.startsWith(`${name}.`))
  return new Map(inner.map(([path, binding]) => [path.slice(name.length + 1), binding]))
}
