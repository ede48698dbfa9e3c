import type { CheckedPipeline } from '../check/checked.js'
import { dumpChecked } from '../check/dump.js'
import { printModule } from '../ir/print.js'
import type { IrModule } from '../ir/types.js'
import type { Device } from '../passes/pass.js'
import { passes } from '../passes/registry.js'
import { describeReport, type PassReport } from '../passes/runner.js'
import type { SourceFile } from '../syntax/ast.js'
import { dump } from '../syntax/dump.js'
import { emitGraph } from '../targets/tensorflow/emit.js'
import { printGraph } from '../targets/tensorflow/print.js'

/** What the phases have made so far; each adds its own. */
export interface Artefacts {
  readonly ast?: SourceFile
  readonly checked?: CheckedPipeline
  readonly lowered?: IrModule
  readonly ir?: IrModule
  readonly passReports?: readonly PassReport[]
  /** The module that a SavedModel was made of. */
  readonly emitted?: { readonly module: IrModule; readonly device: Device }
}

/** One row of the table that the driver, `--emit`, `--help` and the golden tests read. */
export interface PhaseRow {
  /** The word of `--emit`. */
  readonly name: 'ast' | 'checked' | 'lowered' | 'ir' | 'passes' | 'graph'
  readonly summary: string
  /** Prints the phase's artefact; undefined when the compilation did not reach it. */
  readonly print: (artefacts: Artefacts) => string | undefined
}

export const phases: readonly PhaseRow[] = [
  { name: 'ast', summary: 'the tree of the file', print: ({ ast }) => ast && dump(ast) },
  {
    name: 'checked',
    summary: 'names resolved, blocks inlined, every tensor with its type, every setting with its origin',
    print: ({ checked }) => checked && dumpChecked(checked),
  },
  {
    name: 'lowered',
    summary: 'the steps as operations, before any pass',
    print: ({ lowered }) => lowered && printModule(lowered),
  },
  {
    name: 'ir',
    summary: 'the steps after all passes; ir:after=PASS stops after one',
    print: ({ ir }) => ir && printModule(ir),
  },
  {
    name: 'passes',
    summary: 'what each pass changed',
    print: ({ passReports }) => passReports?.map(describeReport).join('\n'),
  },
  {
    name: 'graph',
    summary: 'the TensorFlow graph, a node a line',
    print: ({ emitted }) => emitted && printGraph(emitGraph(emitted.module, emitted.device)),
  },
]

export type PhaseName = PhaseRow['name']

/** What `--emit` asks for: a phase, and for `ir` the pass to stop after. */
export interface EmitRequest {
  readonly phase: PhaseRow
  readonly afterPass?: string
}

/** Reads `--emit`'s word; a string says what is wrong with it. */
export function parseEmit(text: string): EmitRequest | string {
  const [name, option, ...rest] = text.split(':')
  const phase = phases.find((row) => row.name === name)
  if (!phase) return `--emit takes ${phases.map((row) => row.name).join(', ')} or ir:after=PASS, not ${text}`
  if (option === undefined) return { phase }
  const pass = /^after=(\w+)$/.exec(option)?.[1]
  if (phase.name !== 'ir' || pass === undefined || rest.length > 0)
    return `--emit ${text}: only ir takes an option, ir:after=PASS`
  if (!passes.some((row) => row.name === pass)) {
    return `--emit ${text}: there is no pass ${pass}; the passes are ${passes.map((row) => row.name).join(', ')}`
  }
  return { phase, afterPass: pass }
}
