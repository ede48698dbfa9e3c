import { describe, expect, it } from 'vitest'
import { parseModule } from '../../src/ir/parse.js'
import { verifyModule } from '../../src/ir/verifier.js'

/** A module around the lines of one function that takes %0: f32[2]. */
function module(lines: string, outputs = ''): string {
  return `module m
state w: weight f32[2]
state s: slot f32[]
function f(%0 x: f32[2]) -> (${outputs}) {
${lines}
}`
}

describe('verifyModule', () => {
  it('takes what is right', () => {
    verifyModule(parseModule(module('%1: f32[2] = exp(%0)\nassign(%1) {state = "w"}', '%1 y, %0 x')))
  })

  it.each([
    [
      'a value that is never made',
      module('%1: f32[2] = exp(%7)'),
      'f: operation 0, exp: %7 is used and not made before',
    ],
    ['use before the making', module('%1: f32[2] = exp(%2)\n%2: f32[2] = exp(%0)'), '%2 is used and not made before'],
    ['an output that is not made', module('', '%3 y'), 'f: output y: %3 is used and not made before'],
    ['another type than the rule gives', module('%1: f32[3] = exp(%0)'), '%1 is f32[2], stated as f32[3]'],
    ['too many results', module('%1: f32[2], %2: f32[2] = exp(%0)'), 'exp: has 1 results, not 2'],
    [
      'operands that do not fit',
      module('%1: f32[3] = constant {value = 1, shape = [3], dtype = "f32"}\n%2: f32[2] = add(%0, %1)'),
      'f: operation 1, add: add(f32[2], f32[3]): [2] and [3] do not broadcast',
    ],
    ['a missing attribute', module('%1: f32[] = reduce_sum(%0) {axes = [0]}'), 'attribute keep_dims is missing'],
    ['an unknown attribute', module('%1: f32[2] = exp(%0) {base = 2}'), 'has no attribute base'],
    [
      'an attribute of another kind',
      module('%1: f32[] = reduce_sum(%0) {axes = [0.5], keep_dims = false}'),
      'attribute axes = [0.5] is not of kind ints',
    ],
    ['unknown state', module('%1: f32[2] = read {state = "v"}'), 'no state is called "v"'],
    ['a state assigned twice', module('assign(%0) {state = "w"}\nassign(%0) {state = "w"}'), 'w is assigned twice'],
    ['a state assigned another type', module('assign(%0) {state = "s"}'), 's is f32[], not f32[2]'],
    ['names that repeat', module('', '%0 y, %0 y'), 'outputs of f: "y" is there twice'],
    ['state that repeats', 'module m\nstate w: slot f32[]\nstate w: slot f32[]', 'state of m: "w" is there twice'],
  ])('refuses %s', (_what, text, message) => {
    expect(() => verifyModule(parseModule(text))).toThrow(message)
  })

  it('refuses types that belong to no value', () => {
    const right = parseModule(module(''))
    const functions = right.functions.map((source) => ({
      ...source,
      types: new Map([...source.types, [9, { dtype: 'f32', shape: [] }] as const]),
    }))
    expect(() => verifyModule({ ...right, functions })).toThrow('f: 1 types belong to no value')
  })
})
