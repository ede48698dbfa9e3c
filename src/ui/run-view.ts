import type { RunStore } from '../report/store.js'

/**
 * Shows a run on a terminal. React's development build keeps a record of every render: the choice is made when Ink is
 * first loaded, so it is loaded only here.
 */
export async function renderRunView(store: RunStore, stream: NodeJS.WriteStream): Promise<{ finish(): Promise<void> }> {
  process.env.NODE_ENV ??= 'production'
  const { mountRunView } = await import('./mount.js')
  return mountRunView(store, stream)
}
