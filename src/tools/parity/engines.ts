import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { IrModule } from '../../ir/types.js'
import { own } from '../../source/own.js'
import { targets } from '../../targets/registry.js'
import type { EngineBinding } from '../../train/engine-binding.js'
import { openSession } from '../../train/session.js'
import type { EngineName } from './compare.js'

const arrays = { f32: Float32Array, f64: Float64Array, i32: Int32Array } as const

/** A compiled module and what its state is before the first call. */
export interface Program {
  readonly module: IrModule
  readonly initial: ReadonlyMap<string, ArrayLike<number>>
}

/** A program in an engine. State is kept from call to call. */
export interface Loaded {
  run(name: string, inputs: Readonly<Record<string, ArrayLike<number>>>): Readonly<Record<string, ArrayLike<number>>>
  state(): ReadonlyMap<string, ArrayLike<number>>
  close(): void
}

export interface ParityEngine {
  readonly name: EngineName
  load(program: Program): Loaded
}

/** The native engine: the whole way through a SavedModel on disk and a session. */
export function nativeEngine(binding: EngineBinding): ParityEngine {
  return {
    name: 'native',
    load: ({ module, initial }) => {
      const directory = mkdtempSync(join(tmpdir(), 'draemc-parity-'))
      const { files, functions, state } = targets.tensorflow.emit(module, 'cpu')
      for (const [name, bytes] of files) writeFileSync(join(directory, name), bytes)
      const session = openSession(directory, { functions, state }, binding)
      rmSync(directory, { recursive: true })
      const dtypes = new Map(state.map(({ name, dtype }) => [name, dtype]))
      session.setState(
        [...initial].map(([name, values]) => ({ name, values: arrays[dtypes.get(name) ?? 'f32'].from(values) })),
      )
      return {
        run: (name, inputs) => {
          const planned = own(functions, name)?.inputs ?? []
          const feeds = planned.map(({ name: input, dtype }) => [input, arrays[dtype].from(own(inputs, input) ?? [])])
          return session.run(name, Object.fromEntries(feeds))
        },
        state: () => new Map([...session.state()].map(({ name, values }) => [name, values])),
        close: () => session.close(),
      }
    },
  }
}
