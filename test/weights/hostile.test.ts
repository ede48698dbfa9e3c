import { describe, expect, it } from 'vitest'
import { WeightsError } from '../../src/weights/error.js'
import { weightsOfBytes } from '../../src/weights/file.js'
import {
  archive,
  bytes,
  fourValues,
  join,
  legacy,
  long,
  op,
  stateDict,
  tensor,
  text,
  word,
  zip,
} from '../support/pickle.js'

/** Reads a file whole, every value of it. */
function readAll(file: Uint8Array): readonly (readonly [string, readonly number[]])[] {
  const { tensors } = weightsOfBytes(file)
  return [...tensors.values()].map((each) => [each.name, [...each.read()]])
}

/** The reason of the refusal; what is no refusal fails the test. */
function refusal(file: Uint8Array): string {
  try {
    readAll(file)
  } catch (error) {
    if (error instanceof WeightsError) return error.message
    throw error
  }
  throw new Error('it was read')
}

const call = (module: string, name: string, ...args: readonly Uint8Array[]) =>
  join(op.global(module, name), op.mark, ...args, op.tuple, op.reduce)
const whole = (...content: readonly Uint8Array[]) => archive(join(op.proto(), ...content, op.stop))
const valid = stateDict({ w: tensor() })

/** Whatever a checkpoint may not name, in the ways in which malicious ones name it. */
const globals: readonly (readonly [module: string, name: string])[] = [
  ['os', 'system'],
  ['posix', 'system'],
  ['nt', 'system'],
  ['subprocess', 'Popen'],
  ['subprocess', 'check_output'],
  ['builtins', 'eval'],
  ['builtins', 'exec'],
  ['builtins', '__import__'],
  ['builtins', 'getattr'],
  ['builtins', 'open'],
  ['__builtin__', 'eval'],
  ['__builtin__', 'apply'],
  ['importlib', 'import_module'],
  ['runpy', 'run_path'],
  ['pty', 'spawn'],
  ['socket', 'socket'],
  ['shutil', 'rmtree'],
  ['webbrowser', 'open'],
  ['urllib.request', 'urlopen'],
  ['operator', 'attrgetter'],
  ['operator', 'methodcaller'],
  ['functools', 'partial'],
  ['types', 'FunctionType'],
  ['marshal', 'loads'],
  ['pickle', 'loads'],
  ['_pickle', 'loads'],
  ['torch', 'load'],
  ['torch.hub', 'load'],
  ['torch.jit', 'load'],
  ['torch.storage', '_load_from_bytes'],
  ['torch._utils', '_rebuild_tensor_v2.__globals__'],
  ['numpy.core.multiarray', '_reconstruct'],
  ['numpy', 'load'],
  ['collections', 'OrderedDict.__init__'],
  ['constructor', 'prototype'],
  ['__proto__', '__proto__'],
]

/** What each is, and what the refusal says. */
const cases: readonly (readonly [what: string, file: Uint8Array, reason: RegExp])[] = [
  ...globals.map(
    ([module, name]) =>
      [
        `calls ${module}.${name}`,
        whole(call(module, name, op.string('id'))),
        new RegExp(`\`${module}.${name}\``),
      ] as const,
  ),
  [
    'names os.system without a call',
    whole(op.emptyDict, op.string('w'), op.global('os', 'system'), op.setItem),
    /`os.system`/,
  ],
  ['names it by STACK_GLOBAL', whole(op.string('os'), op.string('system'), op.stackGlobal), /`os.system`/],
  [
    'names it by STACK_GLOBAL of memos',
    whole(
      op.string('os'),
      op.memoize,
      op.pop,
      op.string('system'),
      op.memoize,
      op.pop,
      op.get(0),
      op.get(1),
      op.stackGlobal,
    ),
    /`os.system`/,
  ],
  ['names it by no strings', whole(op.none, op.none, op.stackGlobal), /by no strings/],
  ['names it with a line break hidden', whole(text('cos\nsystem\x00\n')), /`os.system\?`/],
  [
    'hides it behind the weights',
    archive(join(valid.subarray(0, -1), op.global('os', 'system'), op.pop, op.stop)),
    /`os.system`/,
  ],
  [
    'hides it in a second pickle',
    archive(join(valid, op.global('os', 'system'), op.stop)),
    /followed by something else/,
  ],
  ['INST', whole(op.mark, op.string('id'), op.inst('os', 'system')), /INST/],
  ['OBJ', whole(op.mark, op.global('collections', 'OrderedDict'), op.obj), /OBJ/],
  ['NEWOBJ', whole(op.global('collections', 'OrderedDict'), op.emptyTuple, op.newObj), /NEWOBJ/],
  ['NEWOBJ_EX', whole(op.global('collections', 'OrderedDict'), op.emptyTuple, op.emptyDict, op.newObjEx), /NEWOBJ_EX/],
  ['EXT1', whole(op.extension(1)), /EXT1/],
  ['EXT2', whole(bytes(0x83, 1, 0)), /EXT2/],
  ['EXT4', whole(bytes(0x84, 1, 0, 0, 0)), /EXT4/],
  ['NEXT_BUFFER', whole(op.nextBuffer), /NEXT_BUFFER/],
  ['READONLY_BUFFER', whole(op.readOnlyBuffer), /READONLY_BUFFER/],
  ['an unknown instruction', whole(bytes(0xff)), /0xff/],
  ['a protocol of the future', archive(join(op.proto(6), op.stop)), /protocol 6/],
  ['calls a string', whole(op.string('os.system'), op.emptyTuple, op.reduce), /calls a string/],
  ['calls what a call gave', whole(call('collections', 'OrderedDict'), op.emptyTuple, op.reduce), /calls a dictionary/],
  ['calls a storage type', whole(op.global('torch', 'FloatStorage'), op.emptyTuple, op.reduce), /no function/],
  [
    'calls with a list of arguments',
    whole(op.global('collections', 'OrderedDict'), op.emptyList, op.reduce),
    /with a list/,
  ],
  ['BUILD on a tensor', whole(tensor(), op.emptyDict, op.build), /attributes to a built/],
  ['BUILD on a name', whole(op.global('torch', 'FloatStorage'), op.emptyDict, op.build), /attributes to a global/],
  ['APPEND to a dictionary', whole(op.emptyDict, op.none, op.append), /adds to a dictionary/],
  ['SETITEMS of a list', whole(op.emptyList, op.mark, op.none, op.none, op.setItems), /entries of a list/],
  ['SETITEMS of an odd number', whole(op.emptyDict, op.mark, op.none, op.setItems), /key without a value/],
  ['an empty pickle', archive(Buffer.alloc(0)), /middle of an instruction/],
  ['STOP alone', archive(join(op.proto(), op.stop)), /where there is none/],
  ['values left at the end', whole(op.none, op.none), /values left/],
  ['TUPLE without a mark', whole(op.tuple), /where there is none/],
  ['a memo that was never kept', whole(op.get(7)), /recalls value 7/],
  ['a string longer than the file', whole(op.stringOf(0x7fffffff, 'w')), /more bytes than it has/],
  ['a string of negative length', whole(join(text('T'), word(-1))), /more bytes than it has/],
  ['bytes of 2^63', whole(join(bytes(0x8e), long(-1))), /more bytes than it has/],
  ['an integer of a kilobyte', whole(op.bigLong(Buffer.alloc(1024, 1))), /integer of 1024 bytes/],
  ['an integer of a million digits', whole(op.longLine('9'.repeat(1e6))), /broken integer/],
  ['a string that is no UTF-8', whole(join(text('X'), word(2), bytes(0xc3, 0x28))), /no UTF-8/],
  ['no state dict', whole(op.emptyList), /no state dict/],
  ['no tensor', whole(op.emptyDict), /no tensor/],
  ['a name that is no string', whole(op.emptyDict, op.integer(1), tensor(), op.setItem), /no string/],
  [
    'one name twice',
    whole(op.emptyDict, op.string('w'), tensor(), op.setItem, op.string('w'), tensor(), op.setItem),
    /twice/,
  ],
  ['a tensor beyond its storage', archive(stateDict({ w: tensor({ shape: [5] }) })), /beyond its storage/],
  ['a tensor that begins beyond it', archive(stateDict({ w: tensor({ offset: 2 }) })), /beyond its storage/],
  ['a tensor that begins before it', archive(stateDict({ w: tensor({ offset: -1 }) })), /broken shape/],
  ['a stride back', archive(stateDict({ w: tensor({ strides: [-1] }) })), /broken shape/],
  [
    'a petabyte by strides of 0',
    archive(stateDict({ w: tensor({ shape: [1e9, 1e6], strides: [0, 0] }) })),
    /more values than its storage/,
  ],
  [
    'sizes that overflow',
    archive(stateDict({ w: tensor({ shape: [0x7fffffff, 0x7fffffff, 0x7fffffff], strides: [0, 0, 0] }) })),
    /beyond its storage/,
  ],
  ['fewer strides than sides', archive(stateDict({ w: tensor({ shape: [2, 2] }) })), /broken shape/],
  [
    'a storage that lies about its length',
    archive(stateDict({ w: tensor({ count: 1 << 30, shape: [1 << 30] }) })),
    /another length/,
  ],
  ['a storage of another type', archive(stateDict({ w: tensor({ type: 'DoubleStorage' }) })), /another length/],
  ['a storage that is not there', archive(stateDict({ w: tensor({ key: '1' }) })), /not in the archive/],
  [
    'a storage beside the archive',
    archive(stateDict({ w: tensor({ key: '../../../etc/passwd' }) })),
    /not in the archive/,
  ],
  ['a storage that is a code', archive(stateDict({ w: tensor({ type: 'UntypedStorage' }) })), /`torch.UntypedStorage`/],
  [
    'big-endian values',
    zip([
      { name: 'm/data.pkl', content: valid },
      { name: 'm/byteorder', content: text('big') },
      { name: 'm/data/0', content: fourValues },
    ]),
    /little-endian/,
  ],
  ['no pickle', zip([{ name: 'm/data/0', content: fourValues }]), /no data.pkl/],
  [
    'two pickles',
    zip([
      { name: 'm/data.pkl', content: valid },
      { name: 'n/data.pkl', content: valid },
    ]),
    /several data.pkl/,
  ],
  [
    'one entry twice',
    zip([
      { name: 'm/data.pkl', content: valid },
      { name: 'm/data.pkl', content: valid },
    ]),
    /twice/,
  ],
  ['a compressed entry', zip([{ name: 'm/data.pkl', content: valid, claims: { method: 8 } }]), /compressed/],
  ['an encrypted entry', zip([{ name: 'm/data.pkl', content: valid, claims: { flags: 1 } }]), /encrypted/],
  [
    'an entry of two sizes',
    zip([{ name: 'm/data.pkl', content: valid, claims: { packed: 1, size: valid.length } }]),
    /two sizes/,
  ],
  [
    'an entry of a larger size',
    zip([{ name: 'm/data.pkl', content: valid, claims: { size: 1e6, packed: 1e6 } }]),
    /overlaps|ends before/,
  ],
  [
    'an entry that the headers call otherwise',
    zip([{ name: 'm/date.pkl', content: valid, claims: { name: 'm/data.pkl' } }]),
    /disagree/,
  ],
  [
    'entries over each other',
    zip(
      [
        { name: 'm/data.pkl', content: valid },
        { name: 'm/data.pkl', content: fourValues, claims: { header: 0 }, hidden: false },
      ].map((part, index) =>
        index === 0 ? part : { ...part, name: 'm/data.pkk', claims: { header: 0, name: 'm/data.pkk' } },
      ),
    ),
    /disagree|overlaps/,
  ],
  ['an entry beyond the file', zip([{ name: 'm/data.pkl', content: valid, claims: { header: 1e6 } }]), /ends before/],
  ['more entries than there are', zip([{ name: 'm/data.pkl', content: valid }], { count: 9 }), /broken/],
  [
    'fewer entries than there are',
    zip(
      [
        { name: 'm/data.pkl', content: valid },
        { name: 'm/data/0', content: fourValues },
      ],
      { count: 1 },
    ),
    /another length/,
  ],
  ['something behind the archive', zip([{ name: 'm/data.pkl', content: valid }], { tail: Buffer.alloc(9) }), /no end/],
  ['an archive without an end', archive(valid).subarray(0, -30), /no end/],
  ['a legacy file of another magic', legacy(valid, { magic: 1n }), /none of torch.save/],
  ['a legacy file of another protocol', legacy(valid, { protocol: 1002 }), /protocol of PyTorch/],
  ['a legacy file of big-endian values', legacy(valid, { little: false }), /little-endian/],
  [
    'a legacy file that calls in its first pickle',
    join(op.proto(), call('os', 'system', op.string('id')), op.stop),
    /`os.system`/,
  ],
  [
    'a legacy file that calls among its storages',
    legacy(join(op.proto(), call('os', 'system'), op.stop)),
    /`os.system`/,
  ],
  ['a legacy storage of no tensor', legacy(valid, { keys: ['0', '1'] }), /of no tensor/],
  ['a legacy storage twice', legacy(valid, { keys: ['0', '0'] }), /twice/],
  ['a legacy storage of another length', legacy(valid, { count: 5 }), /another length/],
  ['a legacy file that ends in a storage', legacy(valid, { storage: fourValues.subarray(0, 8) }), /ends before/],
  ['a legacy file without its storage', legacy(valid, { keys: [] }), /not in the file/],
  ['a text', text('import os; os.system("id")'), /neither/],
  ['a safetensors header longer than the file', join(long(1 << 20), text('{"a":1}        ')), /broken/],
  ['nothing', Buffer.alloc(0), /too short/],
]

describe('a hostile checkpoint is refused, with the reason', () => {
  it.each(cases)('%s', (_what, file, reason) => {
    expect(refusal(file)).toMatch(reason)
  })

  it('there are at least sixty', () => {
    expect(cases.length).toBeGreaterThanOrEqual(60)
  })

  it('nesting and repetition cost what the file is long, not more', () => {
    const deep = whole(text('('.repeat(200_000)), text('t'.repeat(200_000)))
    expect(refusal(deep)).toMatch(/no state dict/)
    // Each tuple has the last one twice: 2^60 values if anything were copied.
    const doubled = whole(op.none, ...Array.from({ length: 60 }, () => join(op.dup, op.tuple2)))
    expect(refusal(doubled)).toMatch(/no state dict/)
    // A list that holds itself, beside a tensor.
    const circle = whole(
      op.emptyDict,
      op.mark,
      op.string('w'),
      tensor(),
      op.string('c'),
      op.emptyList,
      op.put(1),
      op.get(1),
      op.append,
      op.setItems,
    )
    expect(weightsOfBytes(circle).others).toEqual(['c'])
    const circleBefore = legacy(
      join(
        op.proto(),
        op.emptyDict,
        op.mark,
        op.string('w'),
        tensor(),
        op.string('c'),
        op.emptyList,
        op.put(1),
        op.get(1),
        op.append,
        op.setItems,
        op.stop,
      ),
    )
    expect(readAll(circleBefore)).toEqual([['w', [1, 2, 3, 4]]])
  })
})

describe('a checkpoint without mistakes', () => {
  it('is read in both formats of torch.save', () => {
    expect(readAll(archive(valid))).toEqual([['w', [1, 2, 3, 4]]])
    expect(readAll(legacy(valid))).toEqual([['w', [1, 2, 3, 4]]])
  })

  it('has views of a storage: parts, transposed, repeated, of no axes', () => {
    const views = stateDict({
      part: tensor({ offset: 1, shape: [2] }),
      transposed: tensor({ shape: [2, 2], strides: [1, 2] }),
      repeated: tensor({ shape: [2, 2], strides: [0, 1] }),
      scalar: tensor({ offset: 3, shape: [], strides: [] }),
      empty: tensor({ shape: [0, 3], strides: [3, 1] }),
    })
    const expected = [
      ['part', [2, 3]],
      ['transposed', [1, 3, 2, 4]],
      ['repeated', [1, 2, 1, 2]],
      ['scalar', [4]],
      ['empty', []],
    ]
    expect(readAll(archive(views))).toEqual(expected)
    expect(readAll(legacy(views))).toEqual(expected)
  })

  it('may keep its state dict among other things, with attributes', () => {
    const inner = join(
      op.global('collections', 'OrderedDict'),
      op.emptyTuple,
      op.reduce,
      op.string('w'),
      tensor(),
      op.setItem,
      op.emptyDict,
      op.string('_metadata'),
      op.none,
      op.setItem,
      op.build,
    )
    const outer = whole(
      op.emptyDict,
      op.string('epoch'),
      op.integer(3),
      op.setItem,
      op.string('state_dict'),
      inner,
      op.setItem,
    )
    expect(readAll(outer)).toEqual([['w', [1, 2, 3, 4]]])
  })

  it.each([
    ['HalfStorage', [0x00, 0x3c, 0x00, 0xc0], [1, -2]],
    ['BFloat16Storage', [0x80, 0x3f, 0x00, 0xc0], [1, -2]],
    ['ShortStorage', [1, 0, 0xff, 0xff], [1, -1]],
    ['ByteStorage', [7, 255], [7, 255]],
    ['BoolStorage', [1, 0], [1, 0]],
  ] as const)('of %s', (type, content, values) => {
    const file = archive(stateDict({ w: tensor({ type, count: 2, shape: [2] }) }), bytes(...content))
    expect(readAll(file)).toEqual([['w', values]])
  })
})

it('a checkpoint that is cut off or has a bit changed anywhere is read or refused, and nothing else', () => {
  for (const file of [
    archive(stateDict({ w: tensor(), v: tensor({ shape: [2, 2], strides: [2, 1] }) })),
    legacy(valid),
  ]) {
    for (let length = 0; length < file.length; length += 1)
      expect(() => readAll(file.subarray(0, length))).toThrow(WeightsError)
    let read = 0
    for (let at = 0; at < file.length; at += 1) {
      for (const bit of [1, 16, 128]) {
        const changed = Buffer.from(file)
        changed[at] = (changed[at] ?? 0) ^ bit
        try {
          readAll(changed)
          read += 1
        } catch (error) {
          if (!(error instanceof WeightsError)) throw new Error(`byte ${at}, bit ${bit}`, { cause: error })
        }
      }
    }
    expect(read).toBeGreaterThan(0)
  }
})
