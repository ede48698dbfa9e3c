import { FixtureError } from './fixture.js'

/** What a model's fixture says of the model in its metadata. */
export interface ModelConfig {
  readonly reconstructiveWidth: number
  readonly discriminativeWidth: number
  readonly image: number
  readonly batch: number
  readonly sspcab: boolean
  readonly sspcabWeight: number
  readonly severity: SeverityConfig
  readonly severityLoss: 'mse' | 'smooth_l1'
  readonly severityWeight: number
  readonly parameters: number
  /** Convolution biases before a batch norm, by anomalib's names: their gradient is noise. */
  readonly deadBiases: ReadonlySet<string>
  /** How far PyTorch's float32 is from its float64, by tensor. */
  readonly float32Error: ReadonlyMap<string, number>
}

export type SeverityConfig =
  | { readonly kind: 'none' }
  | { readonly kind: 'sevnet'; readonly mode: 'single_scale' | 'multi_scale'; readonly hidden: number }
  | { readonly kind: 'cnn'; readonly mode: string; readonly maximum: number }

type Json = Readonly<Record<string, unknown>>

export function readModelConfig(config: Json): ModelConfig {
  const errors = config.float32_max_abs_error
  const dead = config.dead_biases
  return {
    reconstructiveWidth: number(config, 'reconstructive_width'),
    discriminativeWidth: number(config, 'discriminative_width'),
    image: number(config, 'image'),
    batch: number(config, 'batch'),
    sspcab: config.sspcab === true,
    sspcabWeight: typeof config.sspcab_weight === 'number' ? config.sspcab_weight : 0.1,
    severity: readSeverity(config.severity),
    severityLoss: choice(config, 'severity_loss', ['mse', 'smooth_l1'], 'mse'),
    severityWeight: typeof config.severity_weight === 'number' ? config.severity_weight : 0.5,
    parameters: number(config, 'parameters'),
    deadBiases: new Set(Array.isArray(dead) ? dead.map(String) : []),
    float32Error: new Map(isJson(errors) ? Object.entries(errors).map(([name, value]) => [name, Number(value)]) : []),
  }
}

function readSeverity(severity: unknown): SeverityConfig {
  if (!isJson(severity) || severity.kind === 'none') return { kind: 'none' }
  switch (severity.kind) {
    case 'sevnet':
      return {
        kind: 'sevnet',
        mode: choice(severity, 'mode', ['single_scale', 'multi_scale'], 'single_scale'),
        hidden: number(severity, 'hidden'),
      }
    case 'cnn':
      return { kind: 'cnn', mode: String(severity.mode), maximum: number(severity, 'severity_max') }
    default:
      throw new FixtureError(`the severity head ${String(severity.kind)} is not known`)
  }
}

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function number(config: Json, name: string): number {
  const value = config[name]
  if (typeof value !== 'number') throw new FixtureError(`its config lacks the number ${name}`)
  return value
}

function choice<Choice extends string>(
  config: Json,
  name: string,
  choices: readonly Choice[],
  otherwise: Choice,
): Choice {
  const value = config[name] ?? otherwise
  const found = choices.find((candidate) => candidate === value)
  if (found === undefined) throw new FixtureError(`${name} = ${String(value)} is not known`)
  return found
}
