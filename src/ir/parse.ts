import { dtypes, isDType } from './ops/attributes.js'
import { type OpName, opNames } from './ops/table.js'
import { IrScanner } from './scan.js'
import type {
  Attribute,
  IrFunction,
  IrModule,
  NamedValue,
  Operation,
  StateVariable,
  TensorType,
  ValueId,
} from './types.js'

/** Reads what `printModule` writes. A text that has another form is an `IrSyntaxError` with line and column; what it means is for the verifier. */
export function parseModule(text: string): IrModule {
  const scanner = new IrScanner(text)
  scanner.expect('module')
  const name = scanner.name('a name')
  const state: StateVariable[] = []
  while (scanner.takes('state ')) state.push(parseState(scanner))
  const functions: IrFunction[] = []
  while (!scanner.isAtEnd) functions.push(parseFunction(scanner))
  return { name, state, functions }
}

function parseState(scanner: IrScanner): StateVariable {
  const name = scanner.name('a name')
  scanner.expect(':')
  const kind = scanner.word('weight, statistic or slot')
  if (kind !== 'weight' && kind !== 'statistic' && kind !== 'slot')
    scanner.fail('weight, statistic or slot before this')
  return { name, type: parseType(scanner), kind }
}

function parseFunction(scanner: IrScanner): IrFunction {
  scanner.expect('function ')
  const name = scanner.name('a name')
  const types = new Map<ValueId, TensorType>()
  const named = (): NamedValue => {
    const value = scanner.value()
    return { value, name: scanner.name('a name') }
  }
  const typed = (value: ValueId): void => {
    scanner.expect(':')
    if (types.has(value)) scanner.fail(`%${value} made once, before this`)
    types.set(value, parseType(scanner))
  }
  const inputs = scanner.list('(', ')', () => {
    const input = named()
    typed(input.value)
    return input
  })
  scanner.expect('->')
  const outputs = scanner.list('(', ')', named)
  scanner.expect('{')
  const operations: Operation[] = []
  while (!scanner.takes('}')) operations.push(parseOperation(scanner, typed))
  return { name, inputs, operations, outputs, types }
}

function parseOperation(scanner: IrScanner, typed: (value: ValueId) => void): Operation {
  const results: ValueId[] = []
  if (scanner.comesNext('%')) {
    do {
      const value = scanner.value()
      typed(value)
      results.push(value)
    } while (scanner.takes(','))
    scanner.expect('=')
  }
  const op = scanner.word('an operator')
  if (!isOpName(op)) scanner.fail(`an operator, not ${op}, before this`)
  const operands = scanner.comesNext('(') ? scanner.list('(', ')', () => scanner.value()) : []
  const entries = scanner.comesNext('{') ? scanner.list('{', '}', () => parseEntry(scanner)) : []
  const path = scanner.takes('//') ? { path: scanner.name('a path') } : {}
  return { op, operands, attributes: Object.fromEntries(entries), results, ...path }
}

function parseEntry(scanner: IrScanner): readonly [string, Attribute] {
  const name = scanner.name('an attribute')
  scanner.expect('=')
  return [name, parseAttribute(scanner)]
}

function parseAttribute(scanner: IrScanner): Attribute {
  if (scanner.comesNext('"')) return scanner.string()
  if (scanner.takes('true')) return true
  if (scanner.takes('false')) return false
  if (!scanner.comesNext('[')) return scanner.number()
  let isNested = false
  const items = scanner.list('[', ']', (): number | readonly number[] => {
    if (!scanner.comesNext('[')) return scanner.number()
    isNested = true
    return scanner.list('[', ']', () => scanner.number())
  })
  return isNested
    ? items.map((item) => (typeof item === 'number' ? scanner.fail('a list of lists before this') : item))
    : items.map((item) => (typeof item === 'number' ? item : scanner.fail('a list of numbers before this')))
}

function parseType(scanner: IrScanner): TensorType {
  const dtype = scanner.word(dtypes.join(', '))
  if (!isDType(dtype)) return scanner.fail(`one of ${dtypes.join(', ')} before this`)
  return { dtype, shape: scanner.list('[', ']', () => scanner.number()) }
}

function isOpName(text: string): text is OpName {
  return opNames.some((name) => name === text)
}
