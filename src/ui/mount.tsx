import { render } from 'ink'
import { resultsTable } from '../report/results-table.js'
import type { RunStore } from '../report/store.js'
import { Screen, screenRows } from './screen.js'

/** At most ten frames a second: the step has the cores. */
const frameMilliseconds = 100
/** Without events the clock still moves. */
const tickMilliseconds = 1000

/** Draws a run on a terminal stream until `finish`, which leaves the last frame standing and the cursor shown. */
export function mountRunView(store: RunStore, stream: NodeJS.WriteStream): { finish(): Promise<void> } {
  const frame = (now?: number) => {
    const state = now === undefined ? store.state : { ...store.state, now: Math.max(now, store.state.now ?? 0) }
    return <Screen state={state} columns={columnsOf(stream)} rows={rowsOf(stream)} />
  }
  // No component reads keys: the terminal stays as it is, and its Ctrl-C is a signal to the command.
  const app = render(frame(), {
    stdout: withoutHeight(stream),
    patchConsole: false,
    exitOnCtrlC: false,
    maxFps: 1000 / frameMilliseconds,
  })
  let timer: NodeJS.Timeout | undefined
  const draw = () => {
    clearTimeout(timer)
    timer = undefined
    app.rerender(frame(Date.now()))
  }
  const unsubscribe = store.subscribe(() => {
    timer ??= setTimeout(draw, frameMilliseconds)
  })
  const clock = setInterval(draw, tickMilliseconds)
  stream.on('resize', draw)

  return {
    async finish() {
      unsubscribe()
      clearTimeout(timer)
      clearInterval(clock)
      stream.off('resize', draw)
      app.rerender(frame())
      app.unmount()
      await app.waitUntilExit()
      writeWhatDidNotFit(store, stream)
    },
  }
}

/** A results table that is taller than the terminal was left out of the frame: it follows as plain lines, which scroll. */
function writeWhatDidNotFit({ state }: RunStore, stream: NodeJS.WriteStream): void {
  const columns = columnsOf(stream)
  if (state.evaluations.length === 0 || screenRows(state, columns).length <= rowsOf(stream) - 1) return
  stream.write(`\n${resultsTable(state.evaluations, columns).join('\n')}\n`)
}

/**
 * Ink clears the whole terminal, what was scrolled away included, when a frame was as tall as the terminal is now: after
 * it shrank, too. Frames are kept lower here, so Ink need not know the height.
 */
function withoutHeight(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return new Proxy(stream, {
    get(target, key) {
      if (key === 'rows') return Number.POSITIVE_INFINITY
      const value: unknown = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}

function columnsOf(stream: NodeJS.WriteStream): number {
  return stream.columns || 80
}

function rowsOf(stream: NodeJS.WriteStream): number {
  return stream.rows || 24
}
