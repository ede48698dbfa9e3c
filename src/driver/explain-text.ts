import type { SettingOrigin } from '../plan/settings.js'
import type { BlockCost, Explanation } from './explain.js'
import { table } from './text-table.js'

/** The explanation as aligned tables for a terminal. */
export function renderExplanation(explanation: Explanation): string {
  const { name, doc, image, batch, microBatch, precision, parameters, total, slotBytes } = explanation
  const side = `${image.height} x ${image.width} x ${image.channels}`
  const frozen = parameters.frozen > 0 ? `, ${grouped(parameters.frozen)} of them frozen` : ''
  const facts: readonly (readonly [string, string])[] = [
    ['images', `${side}, ${batch} in a batch${microBatch === batch ? '' : `, computed ${microBatch} at once`}`],
    ['parameters', `${grouped(parameters.total)}${frozen}`],
    ['forward', `${flops(total.forwardFlops)} an image`],
    ['training step', `${flops(total.stepFlops)} in ${precision}`],
    [
      'memory',
      `${bytes(total.weightBytes)} weights, ${bytes(slotBytes)} optimiser, ${bytes(total.activationBytes)} activations kept for gradients; a run on a CPU takes about ${bytes(explanation.peakBytes)}`,
    ],
    ['training', training(explanation)],
    ['convolutions', convolutions(explanation)],
    ['losses', explanation.losses.join(', ')],
    ['outputs', explanation.outputs.join(', ')],
  ]
  return [
    `pipeline ${name}`,
    ...(doc === undefined ? [] : [doc]),
    '',
    ...table(facts.map(([label, value]) => [label, value])),
    '',
    ...blockTable([...explanation.blocks, total]),
    'FLOPs are those of convolutions and matrix products, a multiplication and an addition counted each.',
    '',
    ...settingTable(explanation.settings),
    ...allowLines(explanation),
  ].join('\n')
}

function training({ epochs, maxSteps, data }: Explanation): string {
  if (!data) {
    const most = maxSteps === undefined ? '' : `, at most ${counted(maxSteps, 'step')}`
    return `${counted(epochs, 'epoch')}${most}; the images could not be counted`
  }
  const all = epochs * data.stepsPerEpoch
  const steps = counted(Math.min(all, maxSteps ?? all), 'step')
  const end = maxSteps === undefined || maxSteps >= all ? '' : ', by `max_steps`'
  return `${counted(epochs, 'epoch')} of ${counted(data.stepsPerEpoch, 'step')} (${counted(data.trainImages, 'image')}): ${steps}${end}`
}

/** How they are computed is measured on each machine, when a run first meets them. */
function convolutions({ machine }: Explanation): string {
  if (machine === undefined) return "by the engine's own operators"
  const { measuredOn, convolutions: chosen, unmeasured = 0 } = machine
  const algorithms = [...new Set(Object.values(chosen))]
  const counts = algorithms.map((name) => `${Object.values(chosen).filter((each) => each === name).length} by ${name}`)
  const own = `${counts.length === 0 ? '' : 'the others '}by the engine's own operators`
  const known = counts.length > 0 || unmeasured === 0
  const where = known ? `, as measured on ${measuredOn.processor}, ${measuredOn.threads} threads` : ''
  const left = unmeasured === 0 ? '' : `; ${unmeasured} not measured on this machine yet (\`draemc run\` measures them)`
  return `${[...counts, own].join(', ')}${where}${left}`
}

function blockTable(rows: readonly BlockCost[]): readonly string[] {
  const header = ['block', 'parameters', 'weights', 'forward / image', 'step', 'activations']
  return table(
    [
      header,
      ...rows.map((row) => [
        row.block,
        grouped(row.parameters),
        bytes(row.weightBytes),
        flops(row.forwardFlops),
        flops(row.stepFlops),
        bytes(row.activationBytes),
      ]),
    ],
    { rightAligned: [1, 2, 3, 4, 5], ruledAfter: [0, rows.length - 1] },
  )
}

function settingTable(settings: readonly SettingOrigin[]): readonly string[] {
  const rows = settings.map(({ path, value, origin, where }) => [path, value, origin, where])
  return table([['setting', 'value', 'from', 'where'], ...rows], { ruledAfter: [0] })
}

function allowLines({ allows }: Explanation): readonly string[] {
  if (allows.length === 0) return []
  return [
    '',
    'allowed:',
    ...allows.map(({ code, because, where, message }) => `  ${code} at ${where}: ${message} (because ${because})`),
  ]
}

/** 97496710 as `97,496,710`, whatever the machine's language. */
export function grouped(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

function counted(value: number, noun: string): string {
  return `${grouped(value)} ${noun}${value === 1 ? '' : 's'}`
}

function flops(value: number): string {
  return scaled(value, 1000, ['FLOP', 'kFLOP', 'MFLOP', 'GFLOP', 'TFLOP', 'PFLOP'])
}

export function bytes(value: number): string {
  return scaled(value, 1024, ['B', 'KiB', 'MiB', 'GiB', 'TiB'])
}

/** Three digits or so with the largest unit that leaves at least 1 before the point. */
function scaled(value: number, base: number, units: readonly string[]): string {
  let rest = value
  let place = 0
  while (rest >= base && place < units.length - 1) {
    rest /= base
    place += 1
  }
  const digits = place === 0 || rest >= 100 ? 0 : rest >= 10 ? 1 : 2
  return `${rest.toFixed(digits)} ${units[place] ?? ''}`
}
