import type { StopControl } from './stop.js'

/**
 * First signal, a `stop` message or the end of the parent: end at the next step. A second signal: end as soon as the
 * thread is free; whoever cannot wait for the step under way kills the process. Files are written in one blocking call
 * each, so no signal is served while one is half written.
 */
export function listenForStops(stop: StopControl): () => void {
  let signals = 0
  const onSignal = () => {
    if (++signals > 1) process.exit(130)
    stop.request()
  }
  const onMessage = (message: unknown) => {
    if (message === 'stop') stop.request()
  }
  const onDisconnect = () => stop.request()
  const names = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const name of names) process.on(name, onSignal)
  process.on('message', onMessage)
  process.on('disconnect', onDisconnect)
  return () => {
    for (const name of names) process.off(name, onSignal)
    process.off('message', onMessage)
    process.off('disconnect', onDisconnect)
  }
}
