import { own } from '../../source/own.js'
import type { ComputedIn } from './compare.js'
import { promisedResults } from './expected.js'
import { FixtureError, isJson } from './fixture.js'

/** What a model's fixture says of the model in its metadata. */
export interface ModelConfig {
  readonly reconstructiveWidth: number
  readonly discriminativeWidth: number
  readonly image: number
  readonly batch: number
  readonly sspcab: SspcabConfig
  readonly severity: SeverityConfig
  readonly parameters: number
  /** Convolution biases before a batch norm, by anomalib's names: their gradient is noise. */
  readonly deadBiases: readonly string[]
  /** What the training step is computed in; where it is not named, the fixture is of float64. */
  readonly precision?: ComputedIn
  /** Relative L2 error of PyTorch's own float32, the largest of its ways to compute, by tensor. */
  readonly float32Spread: ReadonlyMap<string, number>
  /** Results whose error in PyTorch's float32 the fixture states. */
  readonly measured: readonly string[]
  /** Names of the results that are there, where the maker says so. */
  readonly results?: ReadonlySet<string>
}

export type SspcabConfig = { readonly kind: 'none' } | { readonly kind: 'sspcab'; readonly weight: number }

export type SeverityConfig =
  | { readonly kind: 'none' }
  | ({ readonly kind: 'sevnet'; readonly mode: 'single_scale' | 'multi_scale'; readonly hidden: number } & SeverityLoss)
  | ({ readonly kind: 'cnn'; readonly mode: CnnMode; readonly maximum: number } & SeverityLoss)

interface SeverityLoss {
  readonly loss: 'mse' | 'smooth_l1'
  readonly weight: number
}

const cnnModes = [
  'discriminative_only',
  'with_original',
  'with_reconstruction',
  'with_error_map',
  'multi_modal',
] as const

type CnnMode = (typeof cnnModes)[number]

type Json = Readonly<Record<string, unknown>>

export function readModelConfig(config: Json): ModelConfig {
  const results = promisedResults(config.results)
  const spread = readErrors(config, 'float32_relative_l2')
  return {
    reconstructiveWidth: count(config, 'reconstructive_width'),
    discriminativeWidth: count(config, 'discriminative_width'),
    image: count(config, 'image'),
    batch: count(config, 'batch'),
    sspcab: readSspcab(config),
    severity: readSeverity(config),
    parameters: count(config, 'parameters'),
    deadBiases: readNames(config, 'dead_biases'),
    ...(config.precision === undefined ? {} : { precision: choice(config, 'precision', ['float32', 'float64']) }),
    float32Spread: spread,
    measured: [...readErrors(config, 'float32_max_abs_error').keys(), ...spread.keys()],
    ...(results === undefined ? {} : { results }),
  }
}

function readSspcab(config: Json): SspcabConfig {
  const { sspcab } = config
  if (sspcab !== undefined && typeof sspcab !== 'boolean') throw wrong('sspcab', sspcab, 'true or false')
  // Also where nothing uses it: what stands there is to be right.
  const weight = sspcab === true || config.sspcab_weight !== undefined ? number(config, 'sspcab_weight') : 0
  return sspcab === true ? { kind: 'sspcab', weight } : { kind: 'none' }
}

function readSeverity(config: Json): SeverityConfig {
  const severity = config.severity ?? { kind: 'none' }
  if (!isJson(severity)) throw wrong('severity', severity, 'an object')
  if (severity.kind === 'none') {
    if (config.severity_weight !== undefined) number(config, 'severity_weight')
    return { kind: 'none' }
  }
  const loss = (): SeverityLoss => ({
    loss: choice(config, 'severity_loss', ['mse', 'smooth_l1']),
    weight: number(config, 'severity_weight'),
  })
  switch (severity.kind) {
    case 'sevnet': {
      const mode = choice(severity, 'mode', ['single_scale', 'multi_scale'])
      return { kind: 'sevnet', mode, hidden: count(severity, 'hidden'), ...loss() }
    }
    case 'cnn': {
      const maximum = number(severity, 'severity_max')
      if (maximum <= 0) throw wrong('severity_max', maximum, 'a number above 0')
      return { kind: 'cnn', mode: choice(severity, 'mode', cnnModes), maximum, ...loss() }
    }
    default:
      throw new FixtureError(`the severity head ${JSON.stringify(severity.kind)} is not known`)
  }
}

function readNames(config: Json, name: string): readonly string[] {
  const value = own(config, name) ?? []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw wrong(name, value, 'a list of names')
}

function readErrors(config: Json, setting: string): ReadonlyMap<string, number> {
  const errors = own(config, setting)
  if (errors === undefined) return new Map()
  if (!isJson(errors)) throw wrong(setting, errors, 'an object')
  return new Map(
    Object.entries(errors).map(([name, value]) => {
      if (typeof value === 'number' && value >= 0) return [name, value] as const
      throw wrong(`${setting} of ${name}`, value, 'a number from 0')
    }),
  )
}

function number(config: Json, name: string): number {
  const value = own(config, name)
  if (value === undefined) throw new FixtureError(`its config lacks the number ${name}`)
  if (typeof value !== 'number') throw wrong(name, value, 'a number')
  return value
}

function count(config: Json, name: string): number {
  const value = number(config, name)
  if (!Number.isSafeInteger(value) || value < 1) throw wrong(name, value, 'an integer from 1')
  return value
}

function choice<Choice extends string>(config: Json, name: string, choices: readonly Choice[]): Choice {
  const value = own(config, name)
  const found = choices.find((candidate) => candidate === value)
  if (found === undefined) throw wrong(name, value, `one of ${choices.join(', ')}`)
  return found
}

function wrong(name: string, value: unknown, right: string): FixtureError {
  const shown = value === undefined ? 'missing' : JSON.stringify(value)
  return new FixtureError(`its config's ${name} is ${shown}, not ${right}`)
}
