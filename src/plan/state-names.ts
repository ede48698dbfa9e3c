/** The state that keeps the moving average of a weight. */
export function averageOf(weight: string): string {
  return `${weight}.average`
}

/** Begins the name of the function that computes the norm of a loss term's gradient. */
export const gradientNormPrefix = 'gradient_norm.'
