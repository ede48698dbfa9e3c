import { bytesPerValue, type SafetensorsDType } from '../../plan/safetensors.js'
import { own } from '../../source/own.js'
import { refuse } from '../error.js'
import { integerOf, type PickleValue, stringOf } from '../pickle/values.js'

const dtypes: Readonly<Record<string, SafetensorsDType>> = {
  'torch.FloatStorage': 'F32',
  'torch.DoubleStorage': 'F64',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
}

/** What a tensor's storage is called in the pickle: ('storage', type, key, device, count). */
export interface StorageReference {
  readonly dtype: SafetensorsDType
  readonly key: string
  /** Values, not bytes. */
  readonly count: number
}

/** The bytes of storages, by key. */
export type Storages = (reference: StorageReference) => {
  read(from: number, length: number): Buffer
  readonly size: number
}

export function storageOf(value: PickleValue | undefined): StorageReference {
  const id = value?.kind === 'persistent' ? value.id : undefined
  const [what, type, key, , count] = id?.kind === 'tuple' ? id.items : []
  const dtype = type?.kind === 'global' ? own(dtypes, type.name) : undefined
  const name = stringOf(key)
  const values = integerOf(count)
  if (stringOf(what) !== 'storage' || dtype === undefined || name === undefined || values === undefined || values < 0)
    return refuse('a tensor of it has no storage that is known here')
  return { dtype, key: name, count: values }
}

export function bytesOf({ dtype, count }: StorageReference): number {
  return count * bytesPerValue[dtype]
}
