import { type Comparison, worstByGroup } from './compare.js'

/** A fixture that could not be run, and why. */
export interface Unrunnable {
  readonly fixture: string
  readonly reason: string
}

export interface ParityResult {
  readonly comparisons: readonly Comparison[]
  readonly unrunnable: readonly Unrunnable[]
}

export function passed({ comparisons, unrunnable }: ParityResult): boolean {
  return unrunnable.length === 0 && comparisons.length > 0 && comparisons.every(({ share }) => share <= 1)
}

/** JSON knows no infinity: `null` would read as 0, and an error without bounds as none. */
export function parityJson(result: ParityResult): string {
  const finite = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return `${JSON.stringify(result, finite, 2)}\n`
}

/** Which training steps the pipelines of the comparison ask for in float64, as their fixtures name no other precision. */
function askedFor({ comparisons }: ParityResult): readonly string[] {
  const native = comparisons.filter(({ engine, computedIn }) => engine === 'native' && computedIn === 'float64')
  const fixtures = [...new Set(native.map(({ fixture }) => fixture))]
  return fixtures.length === 0
    ? []
    : [`computed with \`precision = float64\`: the training steps of ${fixtures.join(', ')}; evaluation is in float32`]
}

/** One row a fixture, group and engine: the tensor that comes closest to what is allowed. */
export function parityTable(result: ParityResult): string {
  const header = ['fixture', 'group', 'engine', 'in', 'tensors', 'worst error', 'allowed', 'share', 'worst tensor']
  const rows = worstByGroup(result.comparisons).map((row) => [
    row.fixture,
    row.group,
    row.engine,
    row.computedIn,
    String(row.count),
    row.error.toExponential(1) + (row.norm === 'l2' ? ' (L2)' : ''),
    row.allowed.toExponential(1),
    row.share.toFixed(2) + (row.share <= 1 ? '' : '  TOO LARGE'),
    row.tensor,
  ])
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd()
  const above = result.comparisons.filter(({ share }) => !(share <= 1))
  return [
    line(header),
    ...rows.map(line),
    '',
    ...askedFor(result),
    ...result.unrunnable.map(({ fixture, reason }) => `${fixture}: CANNOT BE RUN: ${reason}`),
    `${result.comparisons.length} tensors compared, ${above.length} beyond what is allowed, ` +
      `${result.unrunnable.length} fixtures that cannot be run`,
    '',
  ].join('\n')
}
