import { sha256 } from '../files/hash.js'
import { printFunction } from '../ir/print.js'
import type { IrFunction, IrModule } from '../ir/types.js'
import type { SettingOrigin } from '../plan/settings.js'

/** What two experiments are compared by. */
export interface Compared {
  readonly settings: readonly SettingOrigin[]
  /** After all passes. */
  readonly module: IrModule
}

/** What differs; every list is empty and every function equal where nothing does. */
export interface Differences {
  readonly settings: readonly Change[]
  /** Weights, statistics and slots, with their shapes as values. */
  readonly state: readonly Change[]
  readonly functions: readonly FunctionDifference[]
}

/** A value that one side lacks is absent. */
export interface Change {
  readonly name: string
  readonly left?: string
  readonly right?: string
}

export interface FunctionDifference {
  readonly name: string
  /** sha256 of the function's text without the names of the bindings that its operations come from; absent where there is no such function. */
  readonly left?: string
  readonly right?: string
  /** Operators of which one side has more, with how many each has. */
  readonly operators: readonly Change[]
  /** Where the functions part: the operation there, absent past the end of a side. */
  readonly first?: { readonly left?: string; readonly right?: string }
}

/** Settings by path, state by name, the functions of the program by their text: equal texts compute the same bits on one machine. */
export function compareExperiments(left: Compared, right: Compared): Differences {
  const stateOf = ({ module }: Compared) =>
    module.state.map(({ name, kind, type }) => [name, `${kind} ${type.dtype}[${type.shape.join(', ')}]`] as const)
  const settingsOf = ({ settings }: Compared) => settings.map(({ path, value }) => [path, value] as const)
  return {
    settings: changes(settingsOf(left), settingsOf(right)),
    state: changes(stateOf(left), stateOf(right)),
    functions: compareFunctions(left.module, right.module),
  }
}

export function isSame({ left, right }: FunctionDifference): boolean {
  return left === right
}

type Entries = readonly (readonly [name: string, value: string])[]

/** In the order of the left side, then what the right has alone. */
function changes(left: Entries, right: Entries): readonly Change[] {
  const [ofLeft, ofRight] = [new Map(left), new Map(right)]
  return [...new Map([...left, ...right]).keys()].flatMap((name) => {
    const [before, after] = [ofLeft.get(name), ofRight.get(name)]
    if (before === after) return []
    return [
      { name, ...(before === undefined ? {} : { left: before }), ...(after === undefined ? {} : { right: after }) },
    ]
  })
}

function compareFunctions(left: IrModule, right: IrModule): readonly FunctionDifference[] {
  const names = new Set([...left.functions, ...right.functions].map(({ name }) => name))
  return [...names].map((name) => {
    const [before, after] = [left, right].map(({ functions }) => functions.find((each) => each.name === name))
    const [ofLeft, ofRight] = [before && withoutPaths(before), after && withoutPaths(after)]
    const hashes = {
      ...(ofLeft === undefined ? {} : { left: sha256(printFunction(ofLeft)) }),
      ...(ofRight === undefined ? {} : { right: sha256(printFunction(ofRight)) }),
    }
    if (!ofLeft || !ofRight || hashes.left === hashes.right) return { name, ...hashes, operators: [] }
    const first = firstDifference(before, after)
    return { name, ...hashes, operators: changes(countsOf(ofLeft), countsOf(ofRight)), ...(first ? { first } : {}) }
  })
}

function withoutPaths(source: IrFunction): IrFunction {
  return { ...source, operations: source.operations.map(({ path: _, ...operation }) => operation) }
}

function countsOf({ operations }: IrFunction): Entries {
  const counts = new Map<string, number>()
  for (const { op } of operations) counts.set(op, (counts.get(op) ?? 0) + 1)
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([op, count]) => [op, String(count)])
}

/** The first lines that differ by more than where they come from, as they are printed. */
function firstDifference(left: IrFunction | undefined, right: IrFunction | undefined): FunctionDifference['first'] {
  const lines = (source: IrFunction | undefined) => (source ? printFunction(source).split('\n') : [])
  const [before, after] = [lines(left), lines(right)]
  const bare = (line: string | undefined) => line?.replace(/ {2}\/\/ .*$/, '')
  for (let at = 0; at < Math.max(before.length, after.length); at += 1) {
    const [one, other] = [before[at], after[at]]
    if (bare(one) === bare(other)) continue
    return {
      ...(one === undefined ? {} : { left: one.trim() }),
      ...(other === undefined ? {} : { right: other.trim() }),
    }
  }
  return undefined
}
