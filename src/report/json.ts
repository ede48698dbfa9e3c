import type { StampedEvent } from '../events/events.js'
import type { RunView } from './store.js'

/** `--json`: every event as one line, as `events.jsonl` has it. */
export function createJsonView(write: (text: string) => void): RunView {
  return {
    event: (event: StampedEvent) => write(`${JSON.stringify(event)}\n`),
    finish: async () => undefined,
  }
}
