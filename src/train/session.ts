import { availableParallelism } from 'node:os'
import { invariant } from '../diagnostics/invariant.js'
import { doneNode, inputNode, outputNode, stateGroups } from '../plan/graph-names.js'
import type { PlanFunction, PlanState, PlanTensor } from '../plan/run-plan.js'
import { own, setOwn } from '../source/own.js'
import { type EngineArray, type EngineBinding, EngineError, messageOf } from './engine-binding.js'
import type { FloatArray, NamedState, StepRunner } from './step-runner.js'

/** What the session must know of a compiled program; a `RunPlan` has it. */
export interface SessionPlan {
  readonly functions: Readonly<Record<string, PlanFunction>>
  readonly state: readonly PlanState[]
}

/** A tensor to feed; a number stands for a scalar. Arrays are read during the call only; one on a 64-byte boundary is not copied. */
export type Feed = EngineArray | Float64Array | number

/** A loaded program with its weights. All calls block the thread until the engine is done; what fails throws `EngineError`. */
export interface EngineSession extends StepRunner {
  /** Runs one function of the plan; `outputs` limits what is computed and fetched. */
  run(
    name: string,
    inputs: Readonly<Record<string, Feed>>,
    outputs?: readonly string[],
  ): Readonly<Record<string, FloatArray>>
  /** `TensorFlow 2.21.0, CPU, 2 threads`. */
  readonly device: string
  /** Threads that one operator uses; other counts give other bits. */
  readonly threads: number
  /** Tensors that the engine holds for JavaScript: none between calls. */
  readonly liveTensors: number
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

/** One kind of call: what is fed and fetched, names joined as the binding wants them. */
interface Call {
  readonly what: string
  readonly inputs: readonly PlanTensor[]
  readonly inputNames: string
  readonly outputs: readonly Output[]
  readonly outputNames: string
}

type Output = Pick<PlanTensor, 'name' | 'dtype'>

function call(name: string, inputs: readonly PlanTensor[], outputs: readonly Output[]): Call {
  const fetched = outputs.length === 0 ? [doneNode(name)] : outputs.map((output) => outputNode(name, output.name))
  return {
    what: name,
    inputs,
    inputNames: inputs.map((tensor) => `${inputNode(name, tensor.name)}:0`).join(','),
    outputs,
    outputNames: fetched.map((node) => `${node}:0`).join(','),
  }
}

const arrayOf = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const

/** The binding has no float64: such tensors cross it as their int32 halves. */
function fromHalves({ buffer, byteOffset, length }: EngineArray): Float64Array {
  return new Float64Array(buffer, byteOffset, length / 2)
}

class NativeSession implements EngineSession {
  readonly device: string
  readonly threads: number
  readonly #id: number
  readonly #engine: EngineBinding
  readonly #plan: SessionPlan
  readonly #groups: readonly (readonly PlanState[])[]
  readonly #groupOf: ReadonlyMap<string, number>
  /** Calls without a choice of outputs, by function. */
  readonly #calls = new Map<string, Call>()

  constructor(id: number, plan: SessionPlan, engine: EngineBinding) {
    this.#id = id
    this.#plan = plan
    this.#engine = engine
    this.#groups = stateGroups(plan.state)
    this.#groupOf = new Map(this.#groups.flatMap((group, index) => group.map((entry) => [entry.name, index] as const)))
    this.threads = Number(process.env.TF_NUM_INTRAOP_THREADS) || availableParallelism()
    const kind = engine.isUsingGpuDevice() ? 'GPU' : `CPU, ${this.threads} threads`
    this.device = `TensorFlow ${engine.TF_Version}, ${kind}`
  }

  get liveTensors(): number {
    return this.#engine.getNumOfTensors()
  }

  run(
    name: string,
    inputs: Readonly<Record<string, Feed>>,
    outputs?: readonly string[],
  ): Readonly<Record<string, FloatArray>> {
    const planned = own(this.#plan.functions, name)
    invariant(planned !== undefined, `the program has no function ${name}`)
    if (outputs !== undefined) {
      const known = new Map(planned.outputs.map((output) => [output.name, output]))
      const wanted = outputs.map((output): Output => known.get(output) ?? { name: output, dtype: 'f32' })
      return this.#execute(call(name, planned.inputs, wanted), inputs)
    }
    const whole = this.#calls.get(name) ?? call(name, planned.inputs, planned.outputs)
    this.#calls.set(name, whole)
    return this.#execute(whole, inputs)
  }

  #execute(wanted: Call, feeds: Readonly<Record<string, Feed>>): Readonly<Record<string, FloatArray>> {
    const ids: number[] = []
    let results: ReturnType<EngineBinding['runSavedModel']> = []
    try {
      for (const tensor of wanted.inputs) ids.push(this.#feed(wanted.what, tensor, own(feeds, tensor.name)))
      results = attempt(`run ${wanted.what}`, () =>
        this.#engine.runSavedModel(this.#id, ids, wanted.inputNames, wanted.outputNames),
      )
      const values: Record<string, FloatArray> = {}
      for (const [index, { name, dtype }] of wanted.outputs.entries()) {
        const result = results[index]
        invariant(result !== undefined, `${wanted.what} gave no ${name}`)
        const array = this.#engine.tensorDataSync(result.id)
        setOwn(
          values,
          name,
          dtype === 'f64' ? fromHalves(array) : array instanceof Float32Array ? array : Float32Array.from(array),
        )
      }
      return values
    } finally {
      for (const tensor of ids) this.#engine.deleteTensor(tensor)
      for (const tensor of results) this.#engine.deleteTensor(tensor.id)
    }
  }

  #feed(what: string, tensor: PlanTensor, feed: Feed | undefined): number {
    invariant(feed !== undefined, `${what} was not given ${tensor.name}`)
    const values = typeof feed === 'number' ? arrayOf[tensor.dtype].of(feed) : feed
    const size = tensor.shape.reduce((product, length) => product * length, 1)
    invariant(values.length === size, `${what} was given ${values.length} numbers for ${tensor.name}, not ${size}`)
    invariant(
      values instanceof arrayOf[tensor.dtype],
      `${what} was given another type than ${tensor.dtype} for ${tensor.name}`,
    )
    const halves = values instanceof Float64Array
    const carried = halves ? new Int32Array(values.buffer, values.byteOffset, 2 * size) : values
    const type = carried instanceof Float32Array ? this.#engine.TF_FLOAT : this.#engine.TF_INT32
    const shape = halves ? [...tensor.shape, 2] : tensor.shape
    return attempt(`take ${tensor.name} of ${what}`, () => this.#engine.createTensor(shape, type, carried))
  }

  *state(): Generator<NamedState> {
    for (const [index, group] of this.#groups.entries()) {
      const values = this.#execute(call(`get_${index}`, [], group), {})
      for (const { name } of group) yield { name, values: own(values, name) ?? new Float32Array() }
    }
  }

  /** Sets a group as soon as all of it has come, and at the end the groups of which some came. */
  setState(states: Iterable<NamedState>): number {
    const waiting = this.#groups.map(() => new Map<string, FloatArray>())
    let count = 0
    for (const { name, values } of states) {
      const index = this.#groupOf.get(name)
      const group = index === undefined ? undefined : waiting[index]
      invariant(index !== undefined && group !== undefined, `the program has no state ${name}`)
      group.set(name, values)
      count += 1
      if (group.size === this.#groups[index]?.length) this.#set(index, group)
    }
    for (const [index, group] of waiting.entries()) if (group.size > 0) this.#set(index, group)
    return count
  }

  #set(index: number, values: Map<string, FloatArray>): void {
    const entries = (this.#groups[index] ?? []).filter((entry) => values.has(entry.name))
    const done = entries.map(({ name }): Output => ({ name, dtype: 'i32' }))
    this.#execute(call(`set_${index}`, entries, done), Object.fromEntries(values))
    values.clear()
  }

  close(): void {
    this.#engine.deleteSavedModel(this.#id)
  }
}
