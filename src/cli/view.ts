import type { StampedEvent } from '../events/events.js'
import { createJsonView } from '../report/json.js'
import { createPlainView } from '../report/plain.js'
import { createRunStore } from '../report/store.js'
import { visibleLines } from '../source/visible.js'

export interface OpenView {
  readonly onEvent: (event: StampedEvent) => void
  /** Shows the last state and gives the terminal back. */
  close(): Promise<void>
}

export type LoadLiveView = () => Promise<typeof import('../ui/mount.js')>

/** The live view and the plain one talk on stderr; `json` is data, on stdout. */
export async function openView(kind: 'live' | 'plain' | 'json', loadLiveView: LoadLiveView): Promise<OpenView> {
  switch (kind) {
    case 'json': {
      const view = createJsonView((text) => process.stdout.write(text))
      return { onEvent: view.event, close: view.finish }
    }
    case 'plain': {
      const view = createPlainView((text) => process.stderr.write(visibleLines(text)))
      return { onEvent: view.event, close: view.finish }
    }
    case 'live': {
      const { mountRunView } = await loadLiveView()
      const store = createRunStore()
      const view = mountRunView(store, process.stderr)
      return { onEvent: (event) => store.dispatch(event), close: () => view.finish() }
    }
  }
}
