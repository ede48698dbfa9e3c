import type { FunctionRule } from './rule.js'

interface StaticParameter {
  readonly name: string
  /** What it takes, in words. */
  readonly value: string
  readonly default?: 'none'
  readonly doc: string
}

/** A function on what is known while checking; `evaluation/static-call.ts` and `finishing/expect.ts` compute them. */
export interface StaticFunction extends Pick<FunctionRule, 'name' | 'doc' | 'result' | 'example' | 'variadic'> {
  readonly parameters: readonly StaticParameter[]
  /** `expect`: in the condition of an `expect` alone. */
  readonly where: 'everywhere' | 'expect'
}

export const staticFunctions = [
  {
    name: 'div_int',
    doc: 'The integer part of a quotient, rounded down.',
    parameters: [
      { name: 'a', value: 'int', doc: 'Dividend.' },
      { name: 'b', value: 'int', doc: 'Divisor, not 0.' },
    ],
    result: 'int',
    example: 'div_int(7, 2)',
    variadic: false,
    where: 'everywhere',
  },
  {
    name: 'env',
    doc: 'An environment variable, read as a value of the kind of its default.',
    parameters: [
      { name: 'name', value: 'string', doc: 'Name of the variable.' },
      {
        name: 'default',
        value: 'a value',
        default: 'none',
        doc: 'Value where it is not set; without it that is an error.',
      },
    ],
    result: 'as the default, or a string',
    example: 'env("HIDDEN", 64)',
    variadic: false,
    where: 'everywhere',
  },
  {
    name: 'parameters',
    doc: 'Number of weights of the model or of a part of it, in the condition of an `expect`.',
    parameters: [
      {
        name: 'part',
        value: 'a name of the model',
        doc: '`model`, or a binding of the model and what is below it: `recon.encoder`.',
      },
    ],
    result: 'int',
    example: 'parameters(model)',
    variadic: false,
    where: 'expect',
  },
] as const satisfies readonly StaticFunction[]

/** Those that an expression may call wherever it stands. */
export type StaticFunctionName = Extract<(typeof staticFunctions)[number], { where: 'everywhere' }>['name']

export const staticFunctionNames: readonly StaticFunctionName[] = staticFunctions.flatMap((row) =>
  row.where === 'everywhere' ? [row.name] : [],
)

export function isStaticFunction(name: string): name is StaticFunctionName {
  return staticFunctionNames.some((each) => each === name)
}
