import { printModule } from '../../ir/print.js'
import { lowerPipeline } from '../../lower/lower.js'
import { passes } from '../../passes/registry.js'
import { describeReport, runPasses } from '../../passes/runner.js'
import { targets } from '../../targets/registry.js'
import { type Phase, type PhaseName, phase } from '../phase.js'
import { makePlan } from '../plan.js'
import { frontPhases } from './front.js'

/** All phases in their order. The driver, `--emit`, `--stop-after`, `--help`, `explain` and parity read it. */
export const phases: readonly Phase[] = [
  ...frontPhases,
  phase({
    name: 'lowered',
    summary: 'the steps as operations, before any pass',
    inputs: ['checked'],
    run: ({ checked }) => checked.pipeline && lowerPipeline(checked.pipeline),
    print: ({ module }) => printModule(module),
  }),
  phase({
    name: 'ir',
    summary: 'the steps after all passes; ir:after=PASS stops after one',
    inputs: ['lowered'],
    run: ({ lowered }, options) => runPasses(lowered.module, lowered.training, options.passes),
    print: ({ module }) => printModule(module),
    parts: ({ reports }) => reports,
  }),
  phase({
    name: 'passes',
    summary: 'what each pass changed',
    inputs: ['ir'],
    run: ({ ir }) => ir.reports,
    print: (reports) => reports.map(describeReport).join('\n'),
  }),
  phase({
    name: 'graph',
    summary: "the target's program (TensorFlow: the graph, a node a line)",
    inputs: ['ir'],
    run: ({ ir }, options) => targets[options.target ?? 'tensorflow'].emit(ir.module, options.passes?.device ?? 'cpu'),
    print: (program) => program.print(),
  }),
  phase({
    name: 'plan',
    summary: 'what the engine process reads beside the graph, as JSON',
    inputs: ['checked', 'graph'],
    run: ({ checked, graph }) => checked.pipeline && makePlan(checked.pipeline, graph),
    print: (plan) => JSON.stringify(plan, null, 2),
  }),
]

/** What `--emit` asks for: a phase, and for `ir` the pass to stop after. */
export interface EmitRequest {
  readonly phase: Phase
  readonly afterPass?: string
}

/** Reads `--emit`'s word; a string says what is wrong with it. */
export function parseEmit(text: string): EmitRequest | string {
  const [name = '', option, ...rest] = text.split(':')
  const row = phaseNamed(name)
  if (!row) return `--emit takes ${phaseNames()} or ir:after=PASS, not ${text}`
  if (option === undefined) return { phase: row }
  const pass = /^after=(\w+)$/.exec(option)?.[1]
  if (row.name !== 'ir' || pass === undefined || rest.length > 0)
    return `--emit ${text}: only ir takes an option, ir:after=PASS`
  if (!passes.some((each) => each.name === pass)) {
    return `--emit ${text}: there is no pass ${pass}; the passes are ${passes.map((each) => each.name).join(', ')}`
  }
  return { phase: row, afterPass: pass }
}

export function phaseNamed(name: string): Phase | undefined {
  return phases.find((row) => row.name === name)
}

export function phaseNames(separator = ', '): string {
  return phases.map(({ name }): PhaseName => name).join(separator)
}
