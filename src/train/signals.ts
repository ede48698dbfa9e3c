import type { StopControl } from './stop.js'

/** What asks a run to end in time: a person, a batch system, a terminal that is closed. Slurm sends SIGUSR1 where it is asked to (`--signal`). */
const requests = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1'] as const

/**
 * Any of these signals, a `stop` message or the end of the parent: end at the next step. SIGINT after one of them: end as soon
 * as the thread is free; whoever cannot wait for the step under way kills the process. Files are written in one blocking call
 * each, so no signal is served while one is half written.
 */
export function listenForStops(stop: StopControl): () => void {
  const onSignal = (signal: NodeJS.Signals) => {
    if (signal === 'SIGINT' && stop.isRequested) process.exit(130)
    stop.request()
  }
  const onMessage = (message: unknown) => {
    if (message === 'stop') stop.request()
  }
  const onDisconnect = () => stop.request()
  for (const name of requests) process.on(name, onSignal)
  process.on('message', onMessage)
  process.on('disconnect', onDisconnect)
  // The parent may have ended before this one could listen.
  if (process.send && !process.connected) stop.request()
  return () => {
    for (const name of requests) process.off(name, onSignal)
    process.off('message', onMessage)
    process.off('disconnect', onDisconnect)
  }
}
