import type { CheckedStudy, StudyCell } from '../check/studies/study.js'
import { monitorName } from '../components/metrics.js'
import { shellWord } from '../source/visible.js'
import { table } from './text-table.js'

/** A study with its cells, a row each, and how they are run; of a long list the first `most`. */
export function renderStudy(study: CheckedStudy, file: string, most = Number.POSITIVE_INFINITY): string {
  const { name, pipeline, axes, cells, excluded, compare } = study
  const rows = cells.slice(0, most).map(({ overrides }, place) => {
    const values = new Map(overrides.map(({ path, value }) => [path, value]))
    return [String(place + 1), ...axes.map(({ path }) => values.get(path) ?? '-')]
  })
  return [
    `study ${name} of ${pipeline}: ${counted(cells.length)}, ${grids[study.mode]}`,
    ...(study.doc === undefined ? [] : [study.doc]),
    ...(compare.length === 0 ? [] : [`compares ${compare.map(monitorName).join(', ')}`]),
    ...(excluded.length === 0 ? [] : [`excludes ${counted(excluded.length)}: ${firstOf(excluded)}`]),
    '',
    ...table([['cell', ...axes.map(({ path }) => path)], ...rows], { ruledAfter: [0] }),
    ...(cells.length > most
      ? [`... and ${cells.length - most} more: \`draemc explain ${shellWord(file)}\` lists all`]
      : []),
    '',
    `to run them: ${commandOf(study, file)}`,
  ].join('\n')
}

/** What `run` says of the studies of a file, of which it runs none. */
export function studyNotice(study: CheckedStudy, file: string): string {
  const { name, pipeline, cells } = study
  const what = `the study ${name} varies ${pipeline} over ${counted(cells.length)}, which this run leaves alone`
  return `${what}\n  to run them: ${commandOf(study, file)}`
}

const grids: Readonly<Record<CheckedStudy['mode'], string>> = {
  grid: 'every combination',
  one_at_a_time: 'one value changed at a time (- stands for what the pipeline says)',
}

function commandOf({ name }: CheckedStudy, file: string): string {
  return `draemc study run ${shellWord(file)} --study ${name}`
}

function firstOf(cells: readonly StudyCell[]): string {
  const shown = cells.slice(0, 3).map(({ label }) => label)
  return [...shown, ...(cells.length > shown.length ? ['...'] : [])].join('; ')
}

const counted = (cells: number): string => `${cells} ${cells === 1 ? 'cell' : 'cells'}`
