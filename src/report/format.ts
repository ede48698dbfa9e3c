import type { Phase } from '../events/events.js'
import { visibleLines } from '../source/visible.js'

/** `950 ms`, `12.3 s`, `4 min 05 s`, `2 h 07 min`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  const seconds = milliseconds / 1000
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`
}

/** Four significant digits, in scientific notation only where plain digits would hide the number. */
export function formatLoss(value: number): string {
  if (value === 0) return '0'
  const size = Math.abs(value)
  if (size < 1e-4 || size >= 1e5) return value.toExponential(2)
  return size >= 1000 ? value.toFixed(0) : value.toPrecision(4)
}

export function formatMetric(value: number | null | undefined): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(4)
}

export function formatRate(imagesPerSecond: number): string {
  return `${imagesPerSecond >= 100 ? imagesPerSecond.toFixed(0) : imagesPerSecond.toPrecision(3)} img/s`
}

export function formatShare(share: number): string {
  return `${Math.round(100 * share)} %`
}

/** 6100000 -> `6,100,000`, the same whatever the machine's language. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',')
}

const phaseWords: Readonly<Record<Phase, string>> = {
  check: 'checking the pipeline',
  compile: 'compiling',
  scan_data: 'reading the data',
  load_engine: 'loading the engine',
  initialise: 'initialising',
  train: 'training',
  validate: 'validating',
  evaluate: 'testing',
  write: 'writing results',
}

export function phaseInWords(phase: Phase): string {
  return phaseWords[phase]
}

/** Lines of at most `width` characters, broken at spaces; a longer word is cut. Newlines stay. */
export function wrapText(text: string, width: number): readonly string[] {
  return visibleLines(text)
    .split('\n')
    .flatMap((line) => {
      const lines: string[] = []
      let rest = line
      while (rest.length > width) {
        const space = rest.lastIndexOf(' ', width)
        const end = space > 0 ? space : width
        lines.push(rest.slice(0, end))
        rest = rest.slice(space > 0 ? end + 1 : end)
      }
      return [...lines, rest]
    })
}
