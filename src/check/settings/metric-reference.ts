import { type MetricName, type Monitor, metricNames, metrics, splits } from '../../components/metrics.js'
import type { Parameters } from '../../components/schema.js'
import { tensorsDiagnostics } from '../../diagnostics/codes/tensors.js'
import { trainingDiagnostics } from '../../diagnostics/codes/training.js'
import { diagnose } from '../../diagnostics/define.js'
import type { SettingValue } from '../../plan/settings.js'
import type { CallExpression, Expression } from '../../syntax/ast.js'
import { isLabelInput } from '../evaluation/phase.js'
import type { SettingsContext } from './context.js'
import { nearest } from './convert-static.js'
import { describeExpression, dottedName, isRecovered, report } from './place.js'

/** The name of a model output: `score`, `seg.mask`. */
export function outputName(expression: Expression, context: SettingsContext): string | undefined {
  if (isRecovered(expression)) return undefined
  const name = dottedName(expression)
  if (name === undefined) {
    return report(context, trainingDiagnostics.outputExpected, expression.span, {
      found: describeExpression(expression),
    })
  }
  if (context.outputs === undefined) return name
  if (context.mistakeOf(name) !== undefined || context.unknownOutputs.has(name)) return undefined
  if (context.outputs.has(name)) return name
  if (isLabelInput(name)) {
    return report(context, tensorsDiagnostics.outsidePhase, expression.span, {
      name,
      where: 'what is measured',
      phases: 'in training only',
      help: `Measure an output of the model; the metrics compare it with the labels by themselves.`,
    })
  }
  const known = [...context.outputs.keys()]
  // Items of lists have no names that could be written here.
  const nameable = known.filter((output) => !/\.\d/.test(output))
  const fields = nameable.filter((output) => output.startsWith(`${name}.`))
  const facts = { name, known: fields.length > 0 ? fields : nameable, ...nearest(name, nameable) }
  const unknown = diagnose(trainingDiagnostics.unknownOutput, expression.span, facts)
  context.unknownOutputs.set(name, context.sink.report(unknown))
  return undefined
}

/** `val.auroc(score)` as `{ split, component, parameters }`. */
export function metricReference(
  expression: Expression,
  parameter: string,
  context: SettingsContext,
): Monitor | undefined {
  if (
    expression.kind !== 'call' ||
    expression.callee.kind !== 'member' ||
    expression.callee.object.kind !== 'identifier'
  ) {
    return report(context, trainingDiagnostics.notAMonitor, expression.span, {
      parameter,
      found: describeExpression(expression),
    })
  }
  const { object: split, member: metric } = expression.callee
  if (metric.recovered || split.recovered) return undefined
  if (!splits.some((each) => each === split.name)) {
    return report(context, trainingDiagnostics.unknownSplit, split.span, {
      name: split.name,
      ...nearest(split.name, splits),
    })
  }
  const known = metricNames
  if (!known.some((each) => each === metric.name)) {
    return report(context, trainingDiagnostics.unknownMetric, metric.span, {
      name: metric.name,
      known,
      ...nearest(metric.name, known),
    })
  }
  const [first] = expression.args
  const output = expression.args.find(({ name }) => name?.name === 'output') ?? first
  if (output === undefined) {
    return expression.recovered
      ? undefined
      : report(context, trainingDiagnostics.notAMonitor, expression.span, {
          parameter,
          found: 'a metric without an output',
        })
  }
  const name = outputName(output.value, context)
  const parameters = referenceParameters(expression, metric.name, context)
  if (name === undefined || parameters === undefined) return undefined
  // Each part was looked up in its table.
  return { split: split.name, component: metric.name, parameters: { output: name, ...parameters } } as Monitor
}

/** Numbers that the metric takes besides its output, defaults filled in. */
function referenceParameters(
  call: CallExpression,
  metric: string,
  context: SettingsContext,
): Readonly<Record<string, SettingValue>> | undefined {
  const declared: Parameters = metrics[metric as MetricName].parameters
  const names = Object.keys(declared).filter((name) => name !== 'output')
  const values: Record<string, SettingValue> = {}
  for (const name of names) {
    const value = declared[name]?.default
    if (value !== undefined) values[name] = value
  }
  for (const [index, argument] of call.args.entries()) {
    if (index === 0 || argument.name?.name === 'output') continue
    const name = argument.name?.name ?? names[index - 1]
    const value = context.evaluate(argument.value)
    if (value === undefined) return undefined
    if (name === undefined || !names.includes(name) || value.kind !== 'number') {
      return report(context, trainingDiagnostics.notAMonitor, argument.span, {
        parameter: `${metric}(...)`,
        found: `one value more than \`${metric}\` takes`,
      })
    }
    values[name] = value.value
  }
  return values
}
