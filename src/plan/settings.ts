/** A setting's value after resolution, as plain JSON. Lengths in px stay numbers, per cent become `{ percent }` only where a component's schema takes both. */
export type SettingValue =
  | null
  | boolean
  | number
  | string
  | readonly SettingValue[]
  | { readonly [name: string]: SettingValue }

/** A registered component (data source, synthesis, optimiser, metric, ...) with resolved parameters, defaults filled in. */
export interface ComponentValue {
  readonly component: string
  readonly parameters: Readonly<Record<string, SettingValue>>
}

/** Where a setting's value came from. */
export interface SettingOrigin {
  /** Dotted: `data.batch`, `train.optimizer.lr`, `param.lambda`. */
  readonly path: string
  /** As it would be written in a `.draem` file. */
  readonly value: string
  readonly origin: 'file' | 'default' | 'option' | 'environment' | 'resolved'
  /** `quickstart.draem:12:5` for `file`, `--set lambda=0.5` for `option`, the schema for `default`. */
  readonly where: string
}

/** A refusal that the pipeline's author turned into a decision. */
export interface RecordedAllow {
  readonly code: string
  readonly because: string
  readonly where: string
  /** What was allowed, in the words of the diagnostic. */
  readonly message: string
}
