/** A threshold that was used: from which score of the output on an image was called faulty. */
export interface UsedThreshold {
  readonly output: string
  /** `best_f1`, `false_positive_rate(0.05)` */
  readonly threshold: string
  /** Null where the validation set has not what it is chosen by. */
  readonly value: number | null
}

/** `evaluation.json`: whose weights a directory evaluates. It has the form of a run that is not trained. */
export interface EvaluationRequest {
  readonly format: 1
  /** Directory of the run that trained them. */
  readonly run: string
  readonly checkpoint: string
  /** Of the whole file. */
  readonly sha256: string
  /** Those that the run chose by its validation set for these weights. Others are chosen by the validation set of this pipeline. */
  readonly thresholds: readonly UsedThreshold[]
}

export const evaluationFile = 'evaluation.json'
