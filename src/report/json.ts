import type { StampedEvent } from '../events/events.js'
import { jsonLine } from '../source/visible.js'
import type { RunView } from './store.js'

/** `--json`: every event as one line, as `events.jsonl` has it. */
export function createJsonView(write: (text: string) => void): RunView {
  return {
    event: (event: StampedEvent) => write(`${jsonLine(event)}\n`),
    finish: async () => undefined,
  }
}
