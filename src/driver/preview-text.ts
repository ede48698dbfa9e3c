import type { CheckedPipeline } from '../check/checked.js'
import type { Preview } from './preview.js'

const bins = 10
const widest = 40

/** What a preview counted, with the distributions of severities and areas. */
export function renderPreview({ synthesis, name }: CheckedPipeline, preview: Preview): string {
  const { epoch, images, severities, areas, redrawn } = preview
  const share = images === 0 ? 0 : Math.round((100 * severities.length) / images)
  const again = redrawn === 0 ? '' : `; drawn again, since they marked nothing: ${redrawn}`
  const head = `${name}: ${severities.length} of ${images} images of epoch ${epoch} get a fault by ${synthesis.component} (${share} %)${again}`
  if (severities.length === 0) return head
  const percent = areas.map((area) => 100 * area)
  return [
    head,
    '',
    'severity (label)',
    ...histogram(severities),
    '',
    'area (percent of the image)',
    ...histogram(percent),
  ].join('\n')
}

/** A line a bin: its ends, a bar, how many. */
function histogram(values: readonly number[]): readonly string[] {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = (high - low) / bins
  if (step === 0) return [`  ${shown(low)}: all ${values.length}`]
  const counts = Array.from({ length: bins }, () => 0)
  for (const value of values) {
    const bin = Math.min(bins - 1, Math.floor((value - low) / step))
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  const most = Math.max(...counts)
  const ends = counts.map((_, bin) => `${shown(low + bin * step)} .. ${shown(low + (bin + 1) * step)}`)
  const wide = Math.max(...ends.map((text) => text.length))
  return counts.map((count, bin) => {
    const bar = '█'.repeat(Math.round((widest * count) / most))
    return `  ${(ends[bin] ?? '').padEnd(wide)}  ${bar}${bar === '' ? '' : ' '}${count}`
  })
}

function shown(value: number): string {
  return value.toPrecision(3)
}
