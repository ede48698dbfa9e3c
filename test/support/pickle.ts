/** Writes pickles instruction by instruction: those that Python would not write are the ones that are tested. */
export const op = {
  proto: (version = 2) => bytes(0x80, version),
  stop: text('.'),
  mark: text('('),
  pop: text('0'),
  popMark: text('1'),
  dup: text('2'),
  none: text('N'),
  true: bytes(0x88),
  emptyDict: text('}'),
  emptyList: text(']'),
  emptyTuple: text(')'),
  emptySet: bytes(0x8f),
  tuple: text('t'),
  tuple1: bytes(0x85),
  tuple2: bytes(0x86),
  tuple3: bytes(0x87),
  list: text('l'),
  dict: text('d'),
  setItem: text('s'),
  setItems: text('u'),
  append: text('a'),
  appends: text('e'),
  addItems: bytes(0x90),
  frozenSet: bytes(0x91),
  reduce: text('R'),
  build: text('b'),
  inst: (module: string, name: string) => text(`i${module}\n${name}\n`),
  obj: text('o'),
  newObj: bytes(0x81),
  newObjEx: bytes(0x92),
  persistent: text('Q'),
  persistentLine: (id: string) => text(`P${id}\n`),
  global: (module: string, name: string) => text(`c${module}\n${name}\n`),
  stackGlobal: bytes(0x93),
  memoize: bytes(0x94),
  put: (place: number) => bytes(0x71, place),
  get: (place: number) => bytes(0x68, place),
  frame: (size: number) => join(bytes(0x95), long(size)),
  extension: (code: number) => bytes(0x82, code),
  integer: (value: number) => join(text('J'), word(value)),
  longLine: (digits: string) => text(`L${digits}\n`),
  bigLong: (content: Buffer) => join(bytes(0x8b), word(content.length), content),
  long: (value: bigint, size: number) => {
    const content = Buffer.from(
      BigInt.asUintN(8 * size, value)
        .toString(16)
        .padStart(2 * size, '0'),
      'hex',
    ).reverse()
    return join(bytes(0x8a, size), content)
  },
  string: (value: string) => join(text('X'), word(Buffer.byteLength(value)), Buffer.from(value)),
  /** A length that need not be that of what follows. */
  stringOf: (length: number, content: string) => join(text('X'), word(length), text(content)),
  nextBuffer: bytes(0x97),
  readOnlyBuffer: bytes(0x98),
} as const

export function join(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts)
}

export function bytes(...values: readonly number[]): Buffer {
  return Buffer.from(values)
}

export function text(value: string): Buffer {
  return Buffer.from(value, 'latin1')
}

export function word(value: number): Buffer {
  const content = Buffer.alloc(4)
  content.writeInt32LE(value | 0)
  return content
}

export function long(value: number | bigint): Buffer {
  const content = Buffer.alloc(8)
  content.writeBigInt64LE(BigInt(value))
  return content
}

export interface TensorOptions {
  readonly key?: string
  readonly type?: string
  readonly count?: number
  readonly offset?: number
  readonly shape?: readonly number[]
  readonly strides?: readonly number[]
}

/** A tensor of four float32 values as `torch.save` writes it, but for what the options say. */
export function tensor({
  key = '0',
  type = 'FloatStorage',
  count = 4,
  offset = 0,
  shape = [4],
  strides = [1],
}: TensorOptions = {}): Buffer {
  const sizes = (values: readonly number[]) => join(op.mark, ...values.map(op.integer), op.tuple)
  const storage = [op.string('storage'), op.global('torch', type), op.string(key), op.string('cpu'), op.integer(count)]
  return join(
    op.global('torch._utils', '_rebuild_tensor_v2'),
    op.mark,
    op.mark,
    ...storage,
    op.tuple,
    op.persistent,
    op.integer(offset),
    sizes(shape),
    sizes(strides),
    bytes(0x89),
    op.global('collections', 'OrderedDict'),
    op.emptyTuple,
    op.reduce,
    op.tuple,
    op.reduce,
  )
}

/** A pickle of a state dict of these values. */
export function stateDict(entries: Readonly<Record<string, Uint8Array>>): Buffer {
  const items = Object.entries(entries).flatMap(([name, value]) => [op.string(name), value])
  return join(op.proto(), op.emptyDict, op.mark, ...items, op.setItems, op.stop)
}

export interface ZipPart {
  readonly name: string
  readonly content: Uint8Array
  /** What the directory says, where it is not so. */
  readonly claims?: Partial<Record<'method' | 'flags' | 'size' | 'packed' | 'header', number>> & {
    readonly name?: string
  }
  /** Left out of the directory's order: only its header is there. */
  readonly hidden?: boolean
}

/** An archive of stored entries; `count` and `comment` of its end where they are not those of the parts. */
export function zip(
  parts: readonly ZipPart[],
  end: { readonly count?: number; readonly tail?: Uint8Array } = {},
): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const { name, content, claims = {}, hidden = false } of parts) {
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt32LE(content.length, 18)
    local.writeUInt32LE(content.length, 22)
    local.writeUInt16LE(Buffer.byteLength(name), 26)
    const whole = join(local, Buffer.from(name), content)
    const entry = Buffer.alloc(46)
    const shown = claims.name ?? name
    entry.writeUInt32LE(0x02014b50, 0)
    entry.writeUInt16LE(claims.flags ?? 0, 8)
    entry.writeUInt16LE(claims.method ?? 0, 10)
    entry.writeUInt32LE(claims.packed ?? claims.size ?? content.length, 20)
    entry.writeUInt32LE(claims.size ?? content.length, 24)
    entry.writeUInt16LE(Buffer.byteLength(shown), 28)
    entry.writeUInt32LE(claims.header ?? at, 42)
    locals.push(whole)
    if (!hidden) directory.push(join(entry, Buffer.from(shown)))
    at += whole.length
  }
  const size = directory.reduce((sum, each) => sum + each.length, 0)
  const last = Buffer.alloc(22)
  last.writeUInt32LE(0x06054b50, 0)
  last.writeUInt16LE(end.count ?? directory.length, 8)
  last.writeUInt16LE(end.count ?? directory.length, 10)
  last.writeUInt32LE(size, 12)
  last.writeUInt32LE(at, 16)
  return join(...locals, ...directory, last, end.tail ?? Buffer.alloc(0))
}

/** Four float32 values. */
export const fourValues = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer)

/** A file of `torch.save` of the pickle, with one storage. */
export function archive(pickle: Uint8Array, storage: Uint8Array = fourValues): Buffer {
  return zip([
    { name: 'm/data.pkl', content: pickle },
    { name: 'm/byteorder', content: text('little') },
    { name: 'm/data/0', content: storage },
  ])
}

export interface LegacyOptions {
  readonly magic?: bigint
  readonly protocol?: number
  readonly little?: boolean
  readonly keys?: readonly string[]
  readonly count?: number
  readonly storage?: Uint8Array
}

/** A file of `torch.save` before 1.6. */
export function legacy(
  pickle: Uint8Array,
  {
    magic = 0x1950a86a20f9469cfc6cn,
    protocol = 1001,
    little = true,
    keys = ['0'],
    count = 4,
    storage = fourValues,
  }: LegacyOptions = {},
): Buffer {
  return join(
    op.proto(),
    op.long(magic, 10),
    op.stop,
    op.proto(),
    op.integer(protocol),
    op.stop,
    join(op.proto(), op.emptyDict, op.string('little_endian'), bytes(little ? 0x88 : 0x89), op.setItem, op.stop),
    pickle,
    join(op.proto(), op.emptyList, op.mark, ...keys.map(op.string), op.appends, op.stop),
    ...keys.map(() => join(long(count), storage)),
  )
}
