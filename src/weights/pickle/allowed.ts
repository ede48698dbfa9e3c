import type { PickleValue } from './values.js'

/** What a global that may be called gives for its arguments. */
type Build = (name: string, args: readonly PickleValue[]) => PickleValue

const built: Build = (name, args) => ({ kind: 'built', name, args })
const empty: Build = () => ({ kind: 'dictionary', entries: [] })

/** Globals that a checkpoint of weights needs, and what a call of each is here. A null one is only named. */
const allowed: ReadonlyMap<string, Build | null> = new Map<string, Build | null>([
  ['collections.OrderedDict', empty],
  ['collections.defaultdict', empty],
  ['builtins.set', () => ({ kind: 'set', items: [] })],
  ['__builtin__.set', () => ({ kind: 'set', items: [] })],
  ['torch._utils._rebuild_tensor_v2', built],
  ['torch._utils._rebuild_tensor', built],
  ['torch._utils._rebuild_parameter', (_name, args) => args[0] ?? { kind: 'none' }],
  ['torch.Size', (_name, args) => args[0] ?? { kind: 'none' }],
  ['torch.device', built],
  ...['Float', 'Double', 'Half', 'BFloat16', 'Long', 'Int', 'Short', 'Char', 'Byte', 'Bool'].map(
    (type): [string, null] => [`torch.${type}Storage`, null],
  ),
  ...['float32', 'float64', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool'].map(
    (type): [string, null] => [`torch.${type}`, null],
  ),
])

export function isAllowed(name: string): boolean {
  return allowed.has(name)
}

/** Undefined where the global is not to be called. */
export function buildOf(name: string): Build | undefined {
  return allowed.get(name) ?? undefined
}
