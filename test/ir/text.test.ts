import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { FunctionBuilder } from '../../src/ir/builder.js'
import { parseModule } from '../../src/ir/parse.js'
import { printModule, showNumber } from '../../src/ir/print.js'
import { IrSyntaxError } from '../../src/ir/scan.js'
import type { IrModule, StateVariable } from '../../src/ir/types.js'
import { verifyModule } from '../../src/ir/verifier.js'
import { moduleOf } from './helpers.js'

const state: readonly StateVariable[] = [
  { name: 'net.conv.kernel', type: { dtype: 'f32', shape: [3, 3, 1, 2] }, kind: 'weight' },
]

function step(builder: FunctionBuilder): void {
  const image = builder.input('image', { dtype: 'f32', shape: [2, 4, 4, 1] })
  const kernel = builder.read('net.conv.kernel', 'net.conv')
  const attributes = { strides: [1, 1], padding: [1, 1, 1, 1], dilations: [1, 1] }
  const y = builder.one('conv2d', [image, kernel], attributes, 'net.conv')
  const grown = builder.one('pad', [y], {
    paddings: [
      [0, 0],
      [1, 2],
      [0, 0],
      [0, 0],
    ],
  })
  const [normal = -1, mean = -1] = builder.emit(
    'batch_norm_train',
    [grown, builder.constant(1, [2]), builder.constant(1e-5, [2])],
    { epsilon: 1e-5 },
  )
  builder.assign('net.conv.kernel', builder.one('mul', [kernel, builder.constant(0.9)]))
  builder.output('y', normal)
  builder.output('mean of it', mean)
}

const text = `module test
state net.conv.kernel: weight f32[3,3,1,2]

function main(%0 image: f32[2,4,4,1]) -> (%6 y, %7 "mean of it") {
  %1: f32[3,3,1,2] = read {state = "net.conv.kernel"}  // net.conv
  %2: f32[2,4,4,2] = conv2d(%0, %1) {strides = [1,1], padding = [1,1,1,1], dilations = [1,1]}  // net.conv
  %3: f32[2,7,4,2] = pad(%2) {paddings = [[0,0],[1,2],[0,0],[0,0]]}
  %4: f32[2] = constant {value = 1, shape = [2], dtype = "f32"}
  %5: f32[2] = constant {value = 0.00001, shape = [2], dtype = "f32"}
  %6: f32[2,7,4,2], %7: f32[2], %8: f32[2] = batch_norm_train(%3, %4, %5) {epsilon = 0.00001}
  %9: f32[] = constant {value = 0.9, shape = [], dtype = "f32"}
  %10: f32[3,3,1,2] = mul(%1, %9)
  assign(%10) {state = "net.conv.kernel"}
}
`

describe('text form', () => {
  it('prints a module', () => expect(printModule(moduleOf(step, state))).toBe(text))

  it('parses back to an equal module', () => {
    const module = moduleOf(step, state)
    const back = parseModule(text)
    expect(back).toEqual(module)
    verifyModule(back)
  })

  it('round-trips generated modules: names, paths, numbers and order', () => {
    const name = fc.oneof(fc.stringMatching(/^[a-z][a-z0-9_.]{0,8}$/), fc.string({ unit: 'grapheme', maxLength: 8 }))
    const operation = fc.record({
      kind: fc.constantFrom('constant', 'literal', 'add', 'concat', 'slice', 'select'),
      values: fc.array(fc.double({ noNaN: false }), { minLength: 1, maxLength: 4 }),
      pick: fc.tuple(fc.nat(), fc.nat()),
      path: fc.option(name, { nil: undefined }),
    })
    const modules = fc.record({
      module: name,
      names: fc.uniqueArray(name, { minLength: 3, maxLength: 3 }),
      operations: fc.array(operation, { maxLength: 12 }),
    })
    fc.assert(
      fc.property(modules, ({ module: moduleName, names: [input = '', output = '', source = ''], operations }) => {
        const module = moduleOf(
          (builder) => {
            const made = [builder.input(input, { dtype: 'f32', shape: [2] })]
            for (const { kind, values, pick, path } of operations) {
              const [a = 0, b = 0] = pick.map((n) => made[n % made.length] ?? 0)
              made.push(write(builder, kind, values, a, b, path))
            }
            builder.output(output, made.at(-1) ?? 0)
          },
          [],
          source,
        )
        const named: IrModule = { ...module, name: moduleName }
        const printed = printModule(named)
        expect(parseModule(printed)).toEqual(named)
        expect(printModule(parseModule(printed))).toBe(printed)
      }),
      { numRuns: 300 },
    )
  })

  it('prints numbers that read back as they were', () => {
    expect(
      [0.1, 1e21, 1e-7, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(showNumber),
    ).toEqual(['0.1', '1e+21', '1e-7', '-0', 'nan', 'inf', '-inf'])
  })

  it.each([
    ['', '1:1: expected "module"'],
    ['module m\nstate w: thing f32[]', '2:16: expected weight, statistic or slot before this'],
    [
      'module m\nfunction f() -> () {\n  %0: f16[] = read\n}',
      '3:10: expected one of f32, f64, bf16, i32, bool before this',
    ],
    ['module m\nfunction f() -> () {\n  frobnicate\n}', '4:1: expected an operator, not frobnicate, before this'],
    ['module m\nfunction f(%0 x: f32[]) -> () {', '2:32: expected an operator'],
    ['module m\nfunction f(%0 x: f32[], %0 y: f32[]) -> () {}', '2:31: expected %0 made once'],
    ['module m\nfunction f() -> () { assign {state = [1,[2]]} }', 'expected a list of lists'],
  ])('says where %j is wrong', (broken, message) => {
    expect(() => parseModule(broken)).toThrow(message)
    expect(() => parseModule(broken)).toThrow(IrSyntaxError)
  })
})

/** One operation whose result is f32[2], so that any value fits any other. */
function write(
  builder: FunctionBuilder,
  kind: string,
  values: readonly number[],
  a: number,
  b: number,
  path: string | undefined,
): number {
  const [value = 0] = values
  const pair = { begin: [1], size: [2] }
  switch (kind) {
    case 'constant':
      return builder.one('constant', [], { value, shape: [2], dtype: 'f32' }, path)
    case 'literal':
      return builder.one('literal', [], { values: [value, values.at(-1) ?? 0], shape: [2], dtype: 'f32' }, path)
    case 'concat':
      return builder.one('slice', [builder.one('concat', [a, b], { axis: 0 }, path)], pair, path)
    case 'slice':
      return builder.one('slice', [builder.one('pad', [a], { paddings: [[1, 1]] })], pair, path)
    case 'select':
      return builder.one('select', [builder.one('greater', [a, b]), a, b], {}, path)
    default:
      return builder.one('add', [a, b], {}, path)
  }
}
