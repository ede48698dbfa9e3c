/** Asks the loop to end at the next step. Asking twice is asking once: only a second signal stops the process at once. */
export class StopControl {
  #isRequested = false
  readonly #listeners: (() => void)[] = []

  get isRequested(): boolean {
    return this.#isRequested
  }

  request(): void {
    if (this.#isRequested) return
    this.#isRequested = true
    for (const listener of this.#listeners) listener()
  }

  /** At once where it was asked already. */
  onRequest(listener: () => void): void {
    if (this.#isRequested) listener()
    else this.#listeners.push(listener)
  }
}

/** Serves what came in while this thread was blocked. The first turn may begin behind the poll for it. */
export async function serveEvents(): Promise<void> {
  await yieldToEvents()
  await yieldToEvents()
}

/** Lets signals, messages and streams be served: a loop of blocking calls and resolved promises never would. */
export function yieldToEvents(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
