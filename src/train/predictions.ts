import type { EvaluationSet } from '../data/contract.js'
import { csvRow } from '../files/csv.js'
import type { SetScores } from './scores.js'
import type { FloatArray } from './step-runner.js'

/**
 * One row an image: domain, role, file, label, class of the fault, severity (empty where unknown), then the raw scores.
 * Nine significant digits name every float32 exactly; a float64 has the digits that it needs.
 */
export class PredictionTable {
  readonly #rows: string[] = []

  constructor(private readonly outputs: readonly string[]) {}

  add(set: EvaluationSet, scores: SetScores): void {
    scores.samples.forEach((sample, i) => {
      const raw = this.outputs.map((output) => scoreText(scores.values.get(output), i))
      const cells = [
        set.name,
        set.role,
        sample.file,
        String(sample.label),
        sample.class ?? '',
        sample.severity?.toString() ?? '',
        ...raw,
      ]
      this.#rows.push(csvRow(cells))
    })
  }

  /** RFC 4180, except that lines end in a newline alone. */
  toString(): string {
    const header = ['domain', 'role', 'file', 'label', 'class', 'severity_label', ...this.outputs]
    return [csvRow(header), ...this.#rows, ''].join('\n')
  }
}

function scoreText(scores: FloatArray | undefined, place: number): string {
  const value = scores?.[place]
  return value === undefined || scores === undefined ? '' : String(written(value, scores))
}

/** A number with no more digits than tell it from its neighbours of the array's type. */
export function written(value: number, { BYTES_PER_ELEMENT: bytes }: FloatArray): number {
  return bytes === 8 ? value : Number(value.toPrecision(9))
}
