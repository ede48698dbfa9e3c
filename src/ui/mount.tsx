import { render } from 'ink'
import { now } from '../events/clock.js'
import type { RunStore } from '../report/store.js'
import { Screen } from './screen.js'

/** At most ten frames a second: the step has the cores. */
const frameMilliseconds = 100
/** Without events the clock still moves. */
const tickMilliseconds = 1000

/**
 * Draws a run on a terminal stream until `finish`, which leaves the whole last state standing, taller than the terminal or
 * not: nothing is drawn over it any more, so it may scroll. The cursor is shown again.
 */
export function mountRunView(store: RunStore, stream: NodeJS.WriteStream): { finish(): Promise<void> } {
  const frame = () => {
    const state = { ...store.state, now: Math.max(now(), store.state.now ?? 0) }
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
    app.rerender(frame())
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
      app.rerender(<Screen state={store.state} columns={columnsOf(stream)} rows={Number.POSITIVE_INFINITY} />)
      app.unmount()
      await app.waitUntilExit()
    },
  }
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
