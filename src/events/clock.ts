/**
 * Milliseconds since the Unix epoch, by a clock that no one sets: the time at which this process started, and what has passed
 * since then. Times of one process never go back, and their differences are durations.
 */
export function now(): number {
  return Math.round(performance.timeOrigin + performance.now())
}
