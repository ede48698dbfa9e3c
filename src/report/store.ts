import type { StampedEvent } from '../events/events.js'
import { initialState, type RunState, reduce } from './state.js'

/** The state of one run with its listeners: events go in, views draw what comes out. */
export interface RunStore {
  readonly state: RunState
  dispatch(event: StampedEvent): void
  /** Calls after every change; returns what ends that. */
  subscribe(listener: () => void): () => void
}

export function createRunStore(): RunStore {
  let state = initialState
  const listeners = new Set<() => void>()
  return {
    get state() {
      return state
    },
    dispatch(event) {
      state = reduce(state, event)
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** A way to show a run. `finish` settles when all is shown. */
export interface RunView {
  event(event: StampedEvent): void
  finish(): Promise<void>
}
