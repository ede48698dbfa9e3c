import { join, resolve } from 'node:path'
import type { CheckedStudy } from '../../check/studies/study.js'
import { keyOf } from '../../diagnostics/cascades.js'
import { suggest } from '../../diagnostics/suggest.js'
import { frontPhases } from '../../driver/phases/front.js'
import { compileWith } from '../../driver/run-phases.js'
import { type PlacedCell, placeCell } from '../../driver/study.js'
import { visible } from '../../source/visible.js'
import { type Compile, codeOf, compileFile, compileOrReport, type PipelineOptions } from '../compile-options.js'
import { hasErrors, isAboutData, reportDiagnostics } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { talk } from '../output.js'

export interface StudyOptions extends Omit<PipelineOptions, 'pipeline'> {
  readonly study?: string
  readonly out?: string
}

/** A study whose cells are all checked, with the directories of their runs. */
export interface OpenedStudy {
  readonly file: string
  readonly study: CheckedStudy
  readonly cells: readonly PlacedCell[]
  /** What is set beside the values of the cells. */
  readonly set: PipelineOptions['set']
  /** The sources by their absolute path: an edit while the study runs changes none of its cells. */
  readonly texts: ReadonlyMap<string, string>
  /** Keys of the mistakes and warnings that were reported: what is wrong in many cells is said of the first. */
  readonly reported: Set<string>
}

const check: Compile = (request) => compileWith(frontPhases, request)

/** Checks a file and every cell of a study in it. An exit code where there are mistakes, which are reported. */
export async function openStudy(file: string, options: StudyOptions): Promise<OpenedStudy | ExitCode> {
  const request = { lookAtDisk: true, until: 'checked', mayLackPipeline: true } as const
  const reported = new Set<string>()
  const { compilation, code } = await compileOrReport(check, file, { set: [] }, request, reported)
  if (code !== exitCodes.ok) return isAboutData(compilation.diagnostics) ? exitCodes.data : code
  const study = chooseStudy(file, compilation.artefacts.checked?.studies ?? [], options.study)
  const taken = options.set.find(({ path }) => study.axes.some((axis) => overlaps(axis.path, path)))
  if (taken !== undefined) throw new UsageError(`--set ${taken.path}: the study ${study.name} varies it`)
  const texts = new Map(compilation.sources.files.map(({ id, text }) => [id, text]))
  const below = resolve(options.out ?? join('runs', study.name))
  const cells: PlacedCell[] = []
  let refused: ExitCode = exitCodes.ok
  for (const [place, cell] of study.cells.entries()) {
    const asked = { ...request, cell: { study: study.name, number: place + 1 }, texts }
    const checked = compileFile(check, file, { set: options.set }, asked)
    const { pipeline } = checked.artefacts.checked ?? {}
    if (pipeline !== undefined) cells.push(placeCell(cell, place + 1, pipeline, { file: resolve(file), below }))
    if (!hasErrors(checked.diagnostics)) continue
    refused = codeOf(checked)
    const fresh = checked.diagnostics.filter((each) => each.severity === 'error' && !reported.has(keyOf(each)))
    for (const each of fresh) reported.add(keyOf(each))
    if (fresh.length === 0) continue
    talk(`cell ${place + 1} of ${study.cells.length}: ${visible(cell.label)}`)
    await reportDiagnostics(fresh, checked.sources)
  }
  if (cells.length < study.cells.length)
    talk(`errors in ${study.cells.length - cells.length} of ${study.cells.length} cells`)
  return refused === exitCodes.ok ? { file, study, cells, set: options.set, texts, reported } : refused
}

function chooseStudy(file: string, studies: readonly CheckedStudy[], name: string | undefined): CheckedStudy {
  const names = studies.map((study) => study.name)
  const listed = names.length === 0 ? 'it declares none' : `its studies: ${names.join(', ')}`
  if (name === undefined) {
    const [only, second] = studies
    if (only !== undefined && second === undefined) return only
    throw new UsageError(
      only === undefined ? `${file} has no study` : `${file} has several studies (${names.join(', ')})`,
      only === undefined
        ? 'declare one: `study name of pipeline { vary lambda = [0.5, 1.0] }`'
        : 'choose one with --study',
    )
  }
  const found = studies.find((study) => study.name === name)
  if (found !== undefined) return found
  const suggestion = suggest(name, names)
  throw new UsageError(
    `${file} has no study ${name}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`} (${listed})`,
  )
}

function overlaps(axis: string, path: string): boolean {
  return axis === path || axis.startsWith(`${path}.`) || path.startsWith(`${axis}.`)
}
