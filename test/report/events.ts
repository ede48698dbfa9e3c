import type { RunEvent, StampedEvent } from '../../src/events/events.js'

const start = 1_700_000_000_000
export const runDirectory = 'runs/quickstart/20261123-201501-4f2a91'

/** Stamps events that are `gap` milliseconds apart. */
export function stamped(events: readonly RunEvent[], gap = 100): readonly StampedEvent[] {
  return events.map((event, i) => ({ time: start + i * gap, event }))
}

export const runStarted: Extract<RunEvent, { type: 'run_started' }> = {
  type: 'run_started',
  name: 'quickstart',
  directory: runDirectory,
  seed: 42,
  parameters: 6_108_437,
  epochs: 3,
  stepsPerEpoch: 20,
  batch: 8,
  device: 'TensorFlow 2.21.0, CPU, 2 threads',
  precision: 'float32',
}

/** A whole run of three epochs, five reports each, as the engine tells it. */
export function wholeRun(): readonly StampedEvent[] {
  const events: RunEvent[] = [
    { type: 'phase', phase: 'compile', milliseconds: 412 },
    { type: 'phase', phase: 'scan_data' },
    { type: 'progress', phase: 'scan_data', done: 120, total: 120 },
    { type: 'phase', phase: 'scan_data', milliseconds: 350 },
    { type: 'phase', phase: 'load_engine' },
    { type: 'phase', phase: 'load_engine', milliseconds: 1210 },
    runStarted,
    { type: 'phase', phase: 'initialise' },
    { type: 'phase', phase: 'initialise', milliseconds: 90 },
    { type: 'phase', phase: 'train' },
  ]
  for (let epoch = 1; epoch <= 3; epoch++) {
    events.push({ type: 'epoch_started', epoch, learningRate: 1e-3 })
    for (let report = 1; report <= 5; report++) {
      const step = (epoch - 1) * 20 + report * 4
      const total = 2 / Math.sqrt(step)
      events.push({
        type: 'step',
        epoch,
        step,
        stepInEpoch: report * 4,
        losses: { reconstruction: total * 0.6, segmentation: total * 0.3, regression: total * 0.1, total },
        imagesPerSecond: 40 + report,
        waitShare: 0.02,
      })
    }
    const auroc = [0.71, 0.94, 0.93][epoch - 1] as number
    const isBest = epoch < 3
    const position = { epoch, step: epoch * 20 }
    events.push(
      { type: 'phase', phase: 'validate' },
      { type: 'progress', phase: 'validate', done: 12, total: 12 },
      { type: 'phase', phase: 'validate', milliseconds: 240 },
      { type: 'checkpoint', ...position, file: 'checkpoints/last.safetensors', kind: 'last' },
    )
    if (isBest)
      events.push({
        type: 'checkpoint',
        ...position,
        file: `checkpoints/best-epoch00${epoch}.safetensors`,
        kind: 'best',
      })
    events.push({
      type: 'validation',
      ...position,
      metrics: { 'auroc(score)': auroc, 'f1_max(score)': auroc - 0.05, 'mae(severity)': null },
      monitored: 'auroc(score)',
      best: isBest,
      bestEpoch: isBest ? epoch : 2,
      bestValue: isBest ? auroc : 0.94,
    })
  }
  events.push(
    { type: 'phase', phase: 'train', milliseconds: 9000 },
    { type: 'phase', phase: 'evaluate' },
    { type: 'progress', phase: 'evaluate', done: 40, total: 40 },
    ...(['domain_A', 'domain_B', 'domain_C'] as const).map(
      (domain, i): RunEvent => ({
        type: 'evaluation',
        classes: [],
        domain,
        role: i === 0 ? 'source' : 'target',
        images: 40,
        metrics: {
          'auroc(score)': 0.98 - 0.04 * i,
          'f1_max(score)': 0.95 - 0.05 * i,
          'mae(severity)': i === 2 ? null : 0.21,
        },
      }),
    ),
    { type: 'note', level: 'info', message: 'domain_C has no severities: severity metrics are undefined' },
    { type: 'phase', phase: 'evaluate', milliseconds: 800 },
    { type: 'phase', phase: 'write' },
    { type: 'phase', phase: 'write', milliseconds: 12 },
    { type: 'run_finished', outcome: 'completed', steps: 60, seconds: 12.4, directory: runDirectory },
  )
  return stamped(events)
}
