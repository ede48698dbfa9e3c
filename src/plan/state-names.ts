/** The state that keeps the moving average of a weight. */
export function averageOf(weight: string): string {
  return `${weight}.average`
}
