import { endWithParent } from '../native/parent.js'
import { allSent, sendToParent } from './channel.js'
import { RunFailure } from './failure.js'

/** How a process that was forked for one request says that it ends. */
export type RequestEnd =
  | { readonly type: 'failed'; readonly message: string; readonly help?: string }
  | { readonly type: 'done' }

/** Answers the first message of the parent, says how it ended, and ends the process. */
export function answerOneRequest<Request>(work: (request: Request) => Promise<void>): void {
  endWithParent({ graceMilliseconds: 0 })
  process.once('message', (message) => {
    work(message as Request)
      .then(
        () => sendToParent({ type: 'done' } satisfies RequestEnd),
        (error: unknown) => sendToParent(failure(error)),
      )
      .finally(() => allSent().then(() => process.exit()))
  })
}

function failure(error: unknown): RequestEnd {
  if (error instanceof RunFailure) {
    const { message, help } = error
    return { type: 'failed', message, ...(help === undefined ? {} : { help }) }
  }
  return { type: 'failed', message: error instanceof Error ? error.message : String(error) }
}
