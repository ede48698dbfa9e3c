let sent: Promise<unknown> = Promise.resolve()
/** Without a parent nothing is ever on its way. */
const orphaned = new Promise((resolve) =>
  process.connected ? process.once('disconnect', resolve) : resolve(undefined),
)

/** To the process that forked this one; nowhere when that has gone. */
export function sendToParent(message: object): void {
  if (!process.connected || !process.send) return
  sent = new Promise((resolve) => {
    // An error is the parent's end, which `disconnect` says too.
    process.send?.(message, undefined, undefined, resolve)
  })
}

/** Settles when all that was sent so far is on its way: a process that exits at once would lose the last messages. */
export function allSent(): Promise<unknown> {
  return Promise.race([sent, orphaned])
}
