import type { ByteSource } from '../bytes.js'
import { refuse } from '../error.js'
import { PickleMachine, shown } from '../pickle/machine.js'
import { entryOf, integerOf, type PickleValue, stringOf } from '../pickle/values.js'
import type { WeightFile, WeightTensor } from '../tensors.js'
import { readZip, type ZipEntry } from '../zip.js'
import { bytesOf, type StorageReference, type Storages, storageOf } from './storage.js'
import { tensorOf } from './tensor.js'

/** Longest pickle of a file: names and shapes alone. */
const largestPickle = 64 * 2 ** 20

/** A file of `torch.save` since 1.6: an archive with `NAME/data.pkl` and a file for each storage. */
export function readTorchArchive(source: ByteSource): WeightFile {
  const entries = readZip(source)
  const pickles = [...entries.keys()].filter((name) => name === 'data.pkl' || name.endsWith('/data.pkl'))
  const [name] = pickles
  if (name === undefined || pickles.length > 1)
    return refuse(`its archive has ${name === undefined ? 'no' : 'several'} data.pkl: torch.save did not write it`)
  const root = name.slice(0, -'data.pkl'.length)
  const content = (entry: ZipEntry): Buffer => {
    if (entry.size > largestPickle) refuse(`its pickle has ${entry.size} bytes`)
    return source.read(entry.from, entry.size)
  }
  const order = entries.get(`${root}byteorder`)
  if (order !== undefined && content(order).toString('latin1') !== 'little') refuse('its values are not little-endian')
  const pickle = content(entries.get(name) ?? refuse('its pickle is gone'))
  const { value, end } = new PickleMachine(pickle, 0).run()
  if (end !== pickle.length) refuse('its pickle is followed by something else')
  const storages: Storages = (reference) => {
    const entry = entries.get(`${root}data/${reference.key}`)
    if (entry === undefined) return refuse(`its storage ${shown(reference.key)} is not in the archive`)
    return part(source, entry.from, entry.size, reference)
  }
  return weightsOf(value, storages)
}

const legacyMagic = 0x1950a86a20f9469cfc6cn
const legacyProtocol = 1001

/** A file of `torch.save` before 1.6: five pickles one after the other, then the storages in the order of the last. */
export function readTorchLegacy(source: ByteSource): WeightFile {
  // The pickles are short; what follows them is read where it is asked for.
  const head = source.read(0, Math.min(source.size, largestPickle))
  let at = 0
  const next = (): PickleValue => {
    const { value, end } = new PickleMachine(head, at).run()
    at = end
    return value
  }
  const magic = next()
  if (magic.kind !== 'integer' || magic.value !== legacyMagic) refuse('it is a pickle, and none of torch.save')
  if (integerOf(next()) !== legacyProtocol) refuse('its pickle has a protocol of PyTorch that is not known here')
  const system = next()
  const isLittle = entryOf(system, 'little_endian')
  if (isLittle?.kind !== 'boolean' || !isLittle.value) refuse('its values are not little-endian')
  const value = next()
  const keys = next()
  if (keys.kind !== 'list') return refuse('its pickle has no list of storages')
  const references = storagesIn(value)
  const places = new Map<string, { readonly from: number; readonly size: number }>()
  for (const each of keys.items) {
    const key = stringOf(each) ?? refuse('its pickle has a storage without a name')
    const reference = references.get(key) ?? refuse(`its storage ${shown(key)} is of no tensor`)
    if (places.has(key)) refuse(`its storage ${shown(key)} is there twice`)
    const count = Number(source.read(at, 8).readBigInt64LE())
    if (count !== reference.count) refuse(`its storage ${shown(key)} has another length than its tensors say`)
    const size = bytesOf(reference)
    if (at + 8 + size > source.size) refuse(`its storage ${shown(key)} ends before what it says it holds`)
    places.set(key, { from: at + 8, size })
    at += 8 + size
  }
  const storages: Storages = (reference) => {
    const place = places.get(reference.key) ?? refuse(`its storage ${shown(reference.key)} is not in the file`)
    return part(source, place.from, place.size, reference)
  }
  return weightsOf(value, storages)
}

/** Storages of the tensors of a state dict, wherever it lies. */
function storagesIn(value: PickleValue): ReadonlyMap<string, StorageReference> {
  const found = new Map<string, StorageReference>()
  const visited = new Set<PickleValue>()
  const stack = [value]
  for (let each = stack.pop(); each !== undefined; each = stack.pop()) {
    if (visited.has(each)) continue
    visited.add(each)
    if (each.kind === 'persistent') {
      const reference = storageOf(each)
      const known = found.get(reference.key)
      if (known !== undefined && (known.count !== reference.count || known.dtype !== reference.dtype))
        refuse(`its storage ${shown(reference.key)} has two lengths`)
      found.set(reference.key, reference)
    } else if (each.kind === 'built') stack.push(...each.args)
    else if (each.kind === 'dictionary') for (const [key, of] of each.entries) stack.push(key, of)
    else if ('items' in each) for (const item of each.items) stack.push(item)
  }
  return found
}

function part(source: ByteSource, from: number, size: number, reference: StorageReference) {
  if (size !== bytesOf(reference)) refuse(`its storage ${shown(reference.key)} has another length than its tensors say`)
  return {
    size,
    read: (at: number, length: number): Buffer => {
      if (at < 0 || at + length > size) return refuse(`a tensor reaches beyond its storage ${shown(reference.key)}`)
      return source.read(from + at, length)
    },
  }
}

/** A state dict is the whole of a file, or under one of these names, as Lightning and training scripts keep it. */
const places = ['state_dict', 'model_state_dict', 'model'] as const

function weightsOf(value: PickleValue, storages: Storages): WeightFile {
  const inner = places.map((name) => entryOf(value, name)).find((each) => each?.kind === 'dictionary')
  const dictionary = inner ?? value
  if (dictionary.kind !== 'dictionary') return refuse('it holds no state dict')
  const tensors = new Map<string, WeightTensor>()
  const others: string[] = []
  for (const [key, entry] of dictionary.entries) {
    const name = stringOf(key)
    if (name === undefined) return refuse('its state dict has a name that is no string')
    if (tensors.has(name)) return refuse(`its state dict has \`${shown(name)}\` twice`)
    const tensor = tensorOf(name, entry, storages)
    if (tensor === undefined) others.push(name)
    else tensors.set(name, tensor)
  }
  if (tensors.size === 0) return refuse('its state dict has no tensor')
  return { format: 'a checkpoint of PyTorch', tensors, others }
}
