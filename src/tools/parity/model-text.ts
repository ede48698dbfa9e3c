import { assertNever } from '../../diagnostics/invariant.js'
import type { ComputedIn } from './compare.js'
import type { ModelConfig } from './model-config.js'

/** A combined score that the fixture has, by name: `final_simple_average`, `final_maximum`, `final_weighted_average_0.3`. */
const weighted = /^final_weighted_average_(\d+(?:\.\d+)?)$/

/** Whether a result is a score of these, of a model that has the severity for it. */
export function isScore({ severity }: ModelConfig, name: string): boolean {
  if (severity.kind === 'none') return false
  return name === 'final_simple_average' || name === 'final_maximum' || weighted.test(name)
}

/** Name of a score in the pipeline: a `.` is no part of one. */
export function scoreBinding(name: string): string {
  return name.replace('.', '_')
}

/**
 * The pipeline that a fixture's config describes, as a user would write it: weights then come from the fixture.
 * Labels of severity lie where the head's predictions do, so that it can reach them.
 */
export function pipelineText(config: ModelConfig, scores: readonly string[], precision: ComputedIn): string {
  const { image, batch } = config
  const head = severityHead(config)
  const hasHead = head !== undefined
  const shown = ['mask_score', ...(hasHead ? ['severity'] : []), ...scores.map(scoreBinding)]
  return `import "std/draem"

pipeline parity {
  seed = 1

  data = hdmap(
    root = "data", source = domain_A, targets = [domain_B],
    image = ${image}x${image}, channels = 3, batch = ${batch}, eval_batch = ${batch},
  )

  synthesis = additive(width = 2px .. 4px, severity = 0 .. ${severityMaximum(config)})

  model {
${lines([
  reconstruction(config),
  `seg = discriminative(concat(image, ${reconstructed(config)}), width = ${config.discriminativeWidth})`,
  ...(hasHead ? [`severity = ${head}`] : []),
  'anomaly_map = softmax(seg.mask)[anomaly]',
  'mask_score = image_max(anomaly_map)',
  ...scores.map((score) => `${scoreBinding(score)} = ${scoreExpression(score)}`),
])}
  }

  loss {
${lines(lossTerms(config))}
  }

  train {
    optimizer = sgd(lr = 0.1)
    epochs = 1
    precision = ${precision}
  }

  evaluate {
    on = [source.test]
    image = [${shown.map((name) => `auroc(${name})`).join(', ')}]
    pixel = [auroc(anomaly_map)]
  }
${frozenHead(config)}}
`
}

function severityMaximum({ severity }: ModelConfig): number {
  return severity.kind === 'cnn' ? severity.maximum : 1
}

/** A head whose term weighs nothing keeps its weights. PyTorch computes it all the same. */
function frozenHead({ severity }: ModelConfig): string {
  if (severity.kind === 'none' || severity.weight !== 0) return ''
  return '\n  allow D063 because "the fixture has it"\n'
}

function lines(statements: readonly string[]): string {
  return statements.map((statement) => `    ${statement}`).join('\n')
}

function reconstruction({ sspcab, reconstructiveWidth }: ModelConfig): string {
  if (sspcab.kind === 'none') return `recon = reconstructive(image, width = ${reconstructiveWidth})`
  return `recon = reconstructive_sspcab(image, width = ${reconstructiveWidth})`
}

/** What the reconstruction network is called by where it is a map. */
function reconstructed({ sspcab }: ModelConfig): string {
  return sspcab.kind === 'none' ? 'recon' : 'recon.image'
}

function severityHead(config: ModelConfig): string | undefined {
  const { severity } = config
  const operands = `image, ${reconstructed(config)}, seg`
  switch (severity.kind) {
    case 'none':
      return undefined
    case 'sevnet': {
      const scale = severity.mode === 'single_scale' ? 'single' : 'multi'
      return `sevnet(${operands}, scale = ${scale}, hidden = ${severity.hidden}, dropout = 0)`
    }
    case 'cnn':
      return `severity_cnn(${operands}, inputs = ${severity.mode}, maximum = ${severity.maximum}, dropout = 0)`
    default:
      return assertNever(severity)
  }
}

function scoreExpression(name: string): string {
  const weight = weighted.exec(name)?.[1]
  if (weight !== undefined) return `${1 - Number(weight)} * mask_score + ${weight} * severity`
  return name === 'final_maximum' ? 'maximum(mask_score, severity)' : 'average(mask_score, severity)'
}

/** Names of the terms are those of the fixture's `loss/*`, with a suffix where a primitive has the name. */
function lossTerms(config: ModelConfig): readonly string[] {
  const recon = reconstructed(config)
  const terms = ['l2_term', 'ssim_term', 'focal_term']
  const statements = [
    `l2_term = l2(${recon}, clean)`,
    `ssim_term = 2 * ssim(${recon}, clean, window = 11)`,
    'focal_term = focal(seg.mask, fault_mask, gamma = 2)',
  ]
  const { sspcab, severity } = config
  if (sspcab.kind !== 'none') {
    statements.push('sspcab_term = mse(recon.predicted, recon.masked)')
    terms.push(`${sspcab.weight} * sspcab_term`)
  }
  if (severity.kind !== 'none') {
    statements.push(`severity_term = ${severity.loss}(severity, fault_severity)`)
    terms.push(`${severity.weight} * severity_term`)
  }
  return [...statements, `total = ${terms.join(' + ')}`]
}
