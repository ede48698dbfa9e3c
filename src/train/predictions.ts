import type { EvaluationSet } from '../data/contract.js'
import type { SetScores } from './scores.js'
import type { FloatArray } from './step-runner.js'

/**
 * One row an image: domain, role, file, label, severity (empty where unknown), then the raw scores.
 * Nine significant digits name every float32 exactly; a float64 has the digits that it needs.
 */
export class PredictionTable {
  readonly #rows: string[] = []

  constructor(private readonly outputs: readonly string[]) {}

  add(set: EvaluationSet, scores: SetScores): void {
    scores.samples.forEach((sample, i) => {
      const raw = this.outputs.map((output) => scoreText(scores.values.get(output), i))
      const cells = [set.name, set.role, sample.file, String(sample.label), sample.severity?.toString() ?? '', ...raw]
      this.#rows.push(cells.map(quoted).join(','))
    })
  }

  /** RFC 4180, except that lines end in a newline alone. */
  toString(): string {
    const header = ['domain', 'role', 'file', 'label', 'severity_label', ...this.outputs].map(quoted).join(',')
    return [header, ...this.#rows, ''].join('\n')
  }
}

function scoreText(scores: FloatArray | undefined, place: number): string {
  const value = scores?.[place]
  if (value === undefined) return ''
  return String(scores instanceof Float64Array ? value : Number(value.toPrecision(9)))
}

function quoted(cell: string): string {
  return /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell
}
