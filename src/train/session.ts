import { invariant } from '../diagnostics/invariant.js'
import { doneNode, inputNode, outputNode, stateGroups } from '../plan/graph-names.js'
import type { PlanFunction, PlanState, PlanTensor } from '../plan/run-plan.js'
import { type EngineArray, type EngineBinding, EngineError, messageOf } from './engine-binding.js'

/** What the session must know of a compiled program; a `RunPlan` has it. */
export interface SessionPlan {
  readonly functions: Readonly<Record<string, PlanFunction>>
  readonly state: readonly PlanState[]
}

/** A tensor to feed; a number stands for a scalar. Arrays are read during the call only; one on a 64-byte boundary is not copied. */
export type Feed = EngineArray | number

export interface NamedState {
  readonly name: string
  readonly values: Float32Array
}

/** A loaded program with its weights. All calls block the thread until the engine is done. */
export interface EngineSession {
  /** Runs one function of the plan; `outputs` limits what is fetched. Throws `EngineError`. */
  run(
    name: string,
    inputs: Readonly<Record<string, Feed>>,
    outputs?: readonly string[],
  ): Readonly<Record<string, EngineArray>>
  /** One whole state after the other, moved out of the engine in groups of at most 64 MiB. */
  state(): Generator<NamedState>
  /** Sets the states given, which may come in any order; what is not named keeps its value. Returns how many were set. */
  setState(states: Iterable<NamedState>): number
  /** Tensors that the engine holds for JavaScript: none between calls. */
  readonly liveTensors: number
  close(): void
}

const tag = 'serve'

/** Loads `saved_model.pb` of `directory`. The plan that was compiled with it names functions and state. */
export function openSession(directory: string, plan: SessionPlan, engine: EngineBinding): EngineSession {
  const id = attempt(`load the graph in ${directory}`, () => engine.loadSavedModel(directory, tag))
  return new NativeSession(id, plan, engine)
}

function attempt<Result>(what: string, work: () => Result): Result {
  try {
    return work()
  } catch (cause) {
    throw new EngineError(`the engine could not ${what}: ${messageOf(cause)}`, { cause })
  }
}

/** A function's names as the binding wants them, joined once. */
interface BoundFunction {
  readonly inputs: readonly PlanTensor[]
  readonly inputNames: string
}

class NativeSession implements EngineSession {
  readonly #bound = new Map<string, BoundFunction>()
  readonly #groups: readonly (readonly PlanState[])[]

  constructor(
    readonly id: number,
    readonly plan: SessionPlan,
    readonly engine: EngineBinding,
  ) {
    this.#groups = stateGroups(plan.state)
  }

  get liveTensors(): number {
    return this.engine.getNumOfTensors()
  }

  run(
    name: string,
    inputs: Readonly<Record<string, Feed>>,
    outputs?: readonly string[],
  ): Readonly<Record<string, EngineArray>> {
    const planned = this.plan.functions[name]
    invariant(planned !== undefined, `the program has no function ${name}`)
    const fetched = outputs ?? planned.outputs.map((tensor) => tensor.name)
    return this.#call(name, this.#bind(name, planned.inputs), inputs, fetched)
  }

  #bind(name: string, inputs: readonly PlanTensor[]): BoundFunction {
    const known = this.#bound.get(name)
    if (known !== undefined) return known
    const bound = { inputs, inputNames: inputs.map((tensor) => `${inputNode(name, tensor.name)}:0`).join(',') }
    this.#bound.set(name, bound)
    return bound
  }

  #call(
    name: string,
    bound: BoundFunction,
    feeds: Readonly<Record<string, Feed>>,
    fetched: readonly string[],
  ): Readonly<Record<string, EngineArray>> {
    const nodes = fetched.length === 0 ? [doneNode(name)] : fetched.map((output) => outputNode(name, output))
    const names = nodes.map((node) => `${node}:0`).join(',')
    const ids: number[] = []
    let results: ReturnType<EngineBinding['runSavedModel']> = []
    try {
      for (const tensor of bound.inputs) ids.push(this.#feed(name, tensor, feeds[tensor.name]))
      results = attempt(`run ${name}`, () => this.engine.runSavedModel(this.id, ids, bound.inputNames, names))
      const values: Record<string, EngineArray> = {}
      for (const [index, output] of fetched.entries()) {
        const result = results[index]
        invariant(result !== undefined, `${name} gave no ${output}`)
        values[output] = this.engine.tensorDataSync(result.id)
      }
      return values
    } finally {
      for (const tensor of ids) this.engine.deleteTensor(tensor)
      for (const tensor of results) this.engine.deleteTensor(tensor.id)
    }
  }

  #feed(name: string, tensor: PlanTensor, feed: Feed | undefined): number {
    invariant(feed !== undefined, `${name} was not given ${tensor.name}`)
    const isFloat = tensor.dtype === 'f32'
    const values = typeof feed !== 'number' ? feed : isFloat ? Float32Array.of(feed) : Int32Array.of(feed)
    const size = tensor.shape.reduce((product, length) => product * length, 1)
    invariant(
      values.length === size,
      `${name} was given ${values.length} numbers for ${tensor.name}, which has ${size}`,
    )
    const type = isFloat ? this.engine.TF_FLOAT : this.engine.TF_INT32
    return attempt(`take ${tensor.name} of ${name}`, () => this.engine.createTensor(tensor.shape, type, values))
  }

  *state(): Generator<NamedState> {
    for (const [index, group] of this.#groups.entries()) {
      const name = `get_${index}`
      const values = this.#call(
        name,
        this.#bind(name, []),
        {},
        group.map((entry) => entry.name),
      )
      for (const entry of group) {
        const array = values[entry.name]
        invariant(array instanceof Float32Array, `state ${entry.name} is not float32`)
        yield { name: entry.name, values: array }
      }
    }
  }

  setState(states: Iterable<NamedState>): number {
    const waiting = new Map<string, Float32Array>()
    let count = 0
    for (const { name, values } of states) {
      invariant(this.#groupOf(name) >= 0, `the program has no state ${name}`)
      waiting.set(name, values)
      count += 1
      this.#flush(this.#groupOf(name), waiting, false)
    }
    for (const index of this.#groups.keys()) this.#flush(index, waiting, true)
    return count
  }

  #groupIndices: ReadonlyMap<string, number> | undefined

  #groupOf(name: string): number {
    this.#groupIndices ??= new Map(
      this.#groups.flatMap((group, index) => group.map((entry) => [entry.name, index] as const)),
    )
    return this.#groupIndices.get(name) ?? -1
  }

  /** Sets a group that has come in whole; at the end also one of which only parts came, the rest as it is. */
  #flush(index: number, waiting: Map<string, Float32Array>, atEnd: boolean): void {
    const group = this.#groups[index] ?? []
    const present = group.filter((entry) => waiting.has(entry.name))
    if (present.length === 0 || (present.length < group.length && !atEnd)) return
    const name = `set_${index}`
    const feeds: Record<string, EngineArray> = {}
    if (present.length < group.length) {
      const getter = `get_${index}`
      Object.assign(
        feeds,
        this.#call(
          getter,
          this.#bind(getter, []),
          {},
          group.map((entry) => entry.name),
        ),
      )
    }
    for (const entry of present) feeds[entry.name] = waiting.get(entry.name) ?? new Float32Array()
    const inputs = group.map((entry): PlanTensor => ({ name: entry.name, dtype: 'f32', shape: entry.shape }))
    this.#call(name, this.#bind(name, inputs), feeds, [])
    for (const entry of present) waiting.delete(entry.name)
  }

  close(): void {
    this.engine.deleteSavedModel(this.id)
  }
}
