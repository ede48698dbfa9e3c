import type { ByteSource } from './bytes.js'
import { refuse } from './error.js'

/** Where the bytes of an entry lie in the archive. */
export interface ZipEntry {
  readonly from: number
  readonly size: number
}

const endRecord = { signature: 0x06054b50, size: 22, longestComment: 0xffff } as const
const wideLocator = { signature: 0x07064b50, size: 20 } as const
const wideEnd = { signature: 0x06064b50, size: 56 } as const
const directoryHeader = { signature: 0x02014b50, size: 46 } as const
const localHeader = { signature: 0x04034b50, size: 30 } as const
const wideExtra = 1
/** Flag of an entry that is encrypted. */
const encrypted = 1
const mostEntries = 200_000
const largestDirectory = 64 * 2 ** 20

/**
 * The entries of a ZIP archive (APPNOTE 6.3.9) as PyTorch writes them: stored, not compressed, so that a tensor can be read without
 * its neighbours. Whatever could make two readers see two archives is refused: an entry twice, headers that disagree, parts that
 * overlap. No general library reads parts of a large file synchronously and is as strict.
 */
export function readZip(source: ByteSource): ReadonlyMap<string, ZipEntry> {
  const { count, from, size } = findDirectory(source)
  if (count > mostEntries) refuse(`its archive says that it has ${count} entries`)
  if (size > largestDirectory) refuse(`the directory of its archive says that it has ${size} bytes`)
  const directory = source.read(from, size)
  const entries = new Map<string, ZipEntry>()
  const parts: { readonly from: number; readonly to: number; readonly name: string }[] = []
  let at = 0
  for (let index = 0; index < count; index += 1) {
    const entry = readDirectoryEntry(directory, at)
    at = entry.end
    if (entries.has(entry.name)) refuse(`its archive has the entry ${JSON.stringify(entry.name)} twice`)
    const begin = bytesBegin(source, entry)
    parts.push({ from: entry.header, to: begin + entry.size, name: entry.name })
    entries.set(entry.name, { from: begin, size: entry.size })
  }
  if (at !== size) refuse('the directory of its archive has another length than it says')
  parts.sort((left, right) => left.from - right.from)
  let end = 0
  for (const part of parts) {
    if (part.from < end || part.to > from)
      refuse(`the entry ${JSON.stringify(part.name)} of its archive overlaps another`)
    end = part.to
  }
  return entries
}

interface Directory {
  readonly count: number
  readonly from: number
  readonly size: number
}

function findDirectory(source: ByteSource): Directory {
  const length = Math.min(source.size, endRecord.size + endRecord.longestComment)
  const tail = source.read(source.size - length, length)
  for (let at = length - endRecord.size; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== endRecord.signature || tail.readUInt16LE(at + 20) !== length - at - endRecord.size)
      continue
    if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 6) !== 0)
      return refuse('its archive has several volumes')
    const wide = wideDirectory(source, source.size - length + at)
    if (wide !== undefined) return wide
    return { count: tail.readUInt16LE(at + 10), size: tail.readUInt32LE(at + 12), from: tail.readUInt32LE(at + 16) }
  }
  return refuse('its archive has no end')
}

/** Of an archive with long offsets (ZIP64). */
function wideDirectory(source: ByteSource, end: number): Directory | undefined {
  if (end < wideLocator.size) return undefined
  const locator = source.read(end - wideLocator.size, wideLocator.size)
  if (locator.readUInt32LE(0) !== wideLocator.signature) return undefined
  const record = source.read(whole(locator, 8), wideEnd.size)
  if (record.readUInt32LE(0) !== wideEnd.signature) return refuse('the end of its archive is broken')
  return { count: whole(record, 32), size: whole(record, 40), from: whole(record, 48) }
}

interface DirectoryEntry {
  readonly name: string
  readonly rawName: Buffer
  readonly size: number
  readonly header: number
  readonly end: number
}

function readDirectoryEntry(directory: Buffer, at: number): DirectoryEntry {
  if (at + directoryHeader.size > directory.length || directory.readUInt32LE(at) !== directoryHeader.signature)
    return refuse('the directory of its archive is broken')
  const flags = directory.readUInt16LE(at + 8)
  const method = directory.readUInt16LE(at + 10)
  const nameLength = directory.readUInt16LE(at + 28)
  const extraLength = directory.readUInt16LE(at + 30)
  const end = at + directoryHeader.size + nameLength + extraLength + directory.readUInt16LE(at + 32)
  if (end > directory.length) return refuse('the directory of its archive is broken')
  const rawName = directory.subarray(at + directoryHeader.size, at + directoryHeader.size + nameLength)
  const name = rawName.toString('utf8')
  if ((flags & encrypted) !== 0) return refuse(`the entry ${JSON.stringify(name)} of its archive is encrypted`)
  if (method !== 0)
    return refuse(`the entry ${JSON.stringify(name)} of its archive is compressed, and PyTorch's are not`)
  const packed = directory.readUInt32LE(at + 20)
  const size = directory.readUInt32LE(at + 24)
  const header = directory.readUInt32LE(at + 42)
  const extra = directory.subarray(
    at + directoryHeader.size + nameLength,
    at + directoryHeader.size + nameLength + extraLength,
  )
  const [wideSize = size, widePacked = packed, wideHeader = header] = wideFields(extra, [size, packed, header])
  if (wideSize !== widePacked) return refuse(`the entry ${JSON.stringify(name)} of its archive has two sizes`)
  return { name, rawName, size: wideSize, header: wideHeader, end }
}

/** The long values of those that are all ones, in their order. */
function wideFields(extra: Buffer, fields: readonly number[]): readonly number[] {
  if (fields.every((field) => field !== 0xffffffff)) return fields
  let at = 0
  while (at + 4 <= extra.length) {
    const end = at + 4 + extra.readUInt16LE(at + 2)
    if (end > extra.length) break
    if (extra.readUInt16LE(at) === wideExtra) {
      let next = at + 4
      return fields.map((field) => {
        if (field !== 0xffffffff) return field
        if (next + 8 > end) return refuse('the directory of its archive is broken')
        next += 8
        return whole(extra, next - 8)
      })
    }
    at = end
  }
  return refuse('the directory of its archive is broken')
}

/** Where an entry's bytes begin: behind its own header, which must say what the directory says. */
function bytesBegin(source: ByteSource, { header, rawName, name }: DirectoryEntry): number {
  const local = source.read(header, localHeader.size)
  const disagrees = `the entry ${JSON.stringify(name)} of its archive has two headers that disagree`
  if (local.readUInt32LE(0) !== localHeader.signature) return refuse(disagrees)
  if ((local.readUInt16LE(6) & encrypted) !== 0 || local.readUInt16LE(8) !== 0) return refuse(disagrees)
  const nameLength = local.readUInt16LE(26)
  if (!source.read(header + localHeader.size, nameLength).equals(rawName)) return refuse(disagrees)
  return header + localHeader.size + nameLength + local.readUInt16LE(28)
}

function whole(bytes: Buffer, at: number): number {
  const value = bytes.readBigUInt64LE(at)
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : refuse('its archive says numbers beyond any file')
}
