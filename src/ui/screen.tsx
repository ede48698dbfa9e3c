import { Box } from 'ink'
import type { ReactElement } from 'react'
import { formatCount, formatDuration, formatRate, formatShare, phaseInWords, wrapText } from '../report/format.js'
import { ladderTable, resultsTable } from '../report/results-table.js'
import {
  currentPhase,
  type RunState,
  remainingMilliseconds,
  stepsOfEpoch,
  totalEpochs,
  totalSteps,
} from '../report/state.js'
import { visible } from '../source/visible.js'
import { Heading, Loss, labelWidth, Message, Metric, Progress, Row, Title } from './rows.js'

/** One row of the screen. When the terminal is short, rows of the smallest weight go first. */
export interface ScreenRow {
  readonly key: string
  readonly weight: number
  readonly element: ReactElement
}

/** What a run looks like, no taller than `rows - 1`: a taller live region would scroll and flicker. */
export function Screen(props: { readonly state: RunState; readonly columns: number; readonly rows: number }) {
  const all = screenRows(props.state, props.columns)
  return (
    <Box flexDirection="column" width={props.columns}>
      {fitting(all, props.rows - 1).map(({ key, element }) => (
        <Box key={key} height={1}>
          {element}
        </Box>
      ))}
    </Box>
  )
}

/** The rows that fit, in their order. */
export function fitting(all: readonly ScreenRow[], height: number): readonly ScreenRow[] {
  const kept = [...all.keys()]
    .sort((a, b) => weightOf(all, b) - weightOf(all, a) || a - b)
    .slice(0, Math.max(1, height))
  return all.filter((_, i) => kept.includes(i))
}

function weightOf(all: readonly ScreenRow[], index: number): number {
  return all[index]?.weight ?? 0
}

const blank = (key: string, weight = 2): ScreenRow => ({ key, weight, element: <Row /> })

export function screenRows(state: RunState, columns: number): readonly ScreenRow[] {
  return [
    ...titleRows(state),
    ...(state.finished ? [] : progressRows(state, columns)),
    ...(state.finished ? [] : lossRows(state, columns)),
    ...validationRows(state),
    ...resultRows(state, columns),
    ...messageRows(state, columns),
    ...endRows(state, columns),
  ]
}

function titleRows(state: RunState): readonly ScreenRow[] {
  const { run, now, startedAt, finished } = state
  const elapsed = finished
    ? finished.seconds * 1000
    : now !== undefined && startedAt !== undefined
      ? now - startedAt
      : undefined
  const [doing, colour] = doingOf(state)
  const title = (
    <Title name={run?.name ?? 'draemc'} doing={doing} colour={colour} {...(elapsed === undefined ? {} : { elapsed })} />
  )
  const facts = run && `${formatCount(run.parameters)} parameters · seed ${run.seed} · ${run.precision} · ${run.device}`
  return [
    { key: 'title', weight: 100, element: title },
    ...(facts ? [{ key: 'facts', weight: 20, element: <Heading>{facts}</Heading> }] : []),
  ]
}

function doingOf(state: RunState): readonly [string, string] {
  const phase = currentPhase(state)
  if (state.finished) {
    switch (state.finished.outcome) {
      case 'completed':
        return [`done after ${formatCount(state.finished.steps)} steps`, 'green']
      case 'interrupted':
        return [`interrupted after ${formatCount(state.finished.steps)} steps`, 'yellow']
      case 'failed':
        return ['failed', 'red']
    }
  }
  if (state.isInterrupting) return ['ending after this step', 'yellow']
  return [phase ? phaseInWords(phase.phase) : state.step ? 'ending' : 'starting', 'cyan']
}

function progressRows(state: RunState, columns: number): readonly ScreenRow[] {
  const { run, step, progress } = state
  const phase = currentPhase(state)?.phase
  const width = Math.max(8, Math.min(32, columns - 56))
  const rows: ScreenRow[] = [blank('before-progress', 0)]
  if (run && state.phases.some((open) => open.phase === 'train')) {
    const remaining = remainingMilliseconds(state)
    const doneInEpoch = step?.stepInEpoch ?? 0
    const epoch = Math.max(1, step?.epoch ?? state.epochStart?.epoch ?? 1)
    rows.push(
      {
        key: 'epochs',
        weight: 95,
        element: (
          <Progress
            label="epoch"
            done={epoch}
            total={totalEpochs(run)}
            share={(step?.step ?? 0) / totalSteps(run)}
            width={width}
            after={remaining === undefined ? '' : `${formatDuration(remaining)} left`}
          />
        ),
      },
      {
        key: 'steps',
        weight: 96,
        element: (
          <Progress
            label="step"
            done={doneInEpoch}
            total={stepsOfEpoch(run, epoch)}
            width={width}
            after={step ? `${formatRate(step.imagesPerSecond)} · waiting for data ${formatShare(step.waitShare)}` : ''}
          />
        ),
      },
    )
  }
  if (progress && progress.phase === phase && phase) {
    const label = phase === 'scan_data' ? 'files' : 'images'
    rows.push({
      key: 'progress',
      weight: 85,
      element: (
        <Progress label={label} done={progress.done} total={progress.total} width={width} after={phaseInWords(phase)} />
      ),
    })
  } else if (phase === 'validate' || state.phases.some((open) => open.phase === 'train')) {
    // Keeps its place, so that the rows below do not jump at each validation.
    rows.push({ key: 'progress', weight: 1, element: <Row /> })
  }
  return rows.length > 1 ? rows : []
}

function lossRows({ step, recentLosses, phases }: RunState, columns: number): readonly ScreenRow[] {
  if (!step || !phases.some(({ phase }) => phase === 'train')) return []
  const losses = Object.entries(step.losses)
  const nameWidth = Math.max(...losses.map(([name]) => name.length), labelWidth)
  const width = Math.max(0, Math.min(60, columns - nameWidth - 14))
  return [
    { key: 'losses', weight: 40, element: <Heading>loss</Heading> },
    ...losses.map(([name, value]) => ({
      key: `loss ${name}`,
      weight: name === 'total' ? 90 : 60,
      element: (
        <Loss
          name={name}
          nameWidth={nameWidth}
          value={value}
          recent={recentLosses.get(name) ?? []}
          width={width}
          isTotal={name === 'total'}
        />
      ),
    })),
  ]
}

function validationRows(state: RunState): readonly ScreenRow[] {
  const { validations, best, evaluations } = state
  const last = validations.at(-1)
  // The test's table says more, once it is there.
  if (!last || evaluations.length > 0) return []
  const metrics = Object.entries(last.metrics)
  const nameWidth = Math.max(...metrics.map(([name]) => name.length), labelWidth)
  return [
    blank('before-validation'),
    { key: 'validation', weight: 41, element: <Heading>{`validation after epoch ${last.epoch}`}</Heading> },
    ...metrics.map(([name, value]) => ({
      key: `metric ${name}`,
      weight: name === last.monitored ? 80 : 55,
      element: (
        <Metric
          name={name}
          nameWidth={nameWidth}
          value={value}
          {...(best && name === last.monitored ? { best } : {})}
          isBest={last.best}
        />
      ),
    })),
  ]
}

/** Below the results, with a line between. */
function ladderLines(ladder: RunState['ladder'], columns: number): readonly string[] {
  return ladder.length === 0 ? [] : ['', ...ladderTable(ladder, columns)]
}

function resultRows({ evaluations, ladder, best }: RunState, columns: number): readonly ScreenRow[] {
  const table = [...resultsTable(evaluations, columns), ...ladderLines(ladder, columns)]
  if (table.length === 0) return []
  const from = best ? `results of the best epoch, ${best.epoch}` : 'results of the last epoch'
  return [
    blank('before-results'),
    { key: 'results', weight: 42, element: <Heading>{from}</Heading> },
    ...table.map((line, i) => ({ key: `result ${i}`, weight: 88, element: <Row>{line}</Row> })),
  ]
}

function messageRows({ notes, earlyStop, failure, finished }: RunState, columns: number): readonly ScreenRow[] {
  const rows: ScreenRow[] = []
  // While the run goes on, the last ones in a row each; at the end all, in full.
  for (const [i, note] of [...notes.entries()].slice(finished ? 0 : -4)) {
    const isWarning = note.level === 'warning'
    const style = isWarning ? { colour: 'yellow', label: 'warning' } : { colour: 'gray', label: 'note' }
    if (finished) rows.push(...messageInFull(note.message, { key: `note ${i}`, weight: 30, ...style }, columns))
    else rows.push({ key: `note ${i}`, weight: 30, element: <Message {...style}>{visible(note.message)}</Message> })
  }
  if (earlyStop) {
    rows.push(
      ...messageInFull(
        earlyStop.reason,
        { key: 'early stop', weight: 50, colour: 'yellow', label: 'stopped early' },
        columns,
      ),
    )
  }
  if (failure) {
    const { code, message, help } = failure
    rows.push(
      ...messageInFull(message, { key: 'failure', weight: 99, colour: 'red', label: `failed [${code}]` }, columns),
    )
    if (help) rows.push(...messageInFull(help, { key: 'help', weight: 98, colour: 'cyan', label: 'help' }, columns))
  }
  return rows.length > 0 ? [blank('before-messages'), ...rows] : []
}

interface MessageStyle {
  readonly key: string
  readonly weight: number
  readonly colour: string
  readonly label: string
}

/** As many rows as the text needs, those after the first under its beginning. */
function messageInFull(
  text: string,
  { key, weight, colour, label }: MessageStyle,
  columns: number,
): readonly ScreenRow[] {
  return wrapText(text, Math.max(16, columns - label.length - 1)).map((line, i) => ({
    key: `${key} ${i}`,
    weight,
    element: (
      <Message colour={colour} label={i === 0 ? label : ' '.repeat(label.length)}>
        {line}
      </Message>
    ),
  }))
}

function endRows({ run, finished, isInterrupting }: RunState, columns: number): readonly ScreenRow[] {
  const directory = finished?.directory ?? run?.directory
  const hint = isInterrupting ? 'Ctrl-C again stops at once' : 'Ctrl-C ends after this step, twice stops at once'
  const style = { key: 'directory', weight: 70, colour: 'gray', label: 'written to' }
  return [
    blank('before-end'),
    ...(directory ? messageInFull(visible(directory), style, columns) : []),
    ...(finished ? [] : [{ key: 'hint', weight: 65, element: <Heading>{hint}</Heading> }]),
  ]
}
