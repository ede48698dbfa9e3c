import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as wait } from 'node:timers/promises'
import { invariant } from '../../diagnostics/invariant.js'
import { keepEnd } from './support.js'

/** How far a process is. The clock is its own and need only be steady. */
export interface Progress {
  readonly milliseconds: number
  readonly images: number
}

/** How a process reports its progress, once at the end of each step or of several. */
export type ProgressSource = (child: ChildProcess, report: (progress: Progress) => void) => void

/** A line `{"milliseconds": 1234.5, "images": 16}` of standard output a step; other lines are the process' own. */
export const reportsByLine: ProgressSource = ({ stdout }, report) => {
  invariant(stdout !== null, 'the output of a peer is piped')
  createInterface(stdout).on('line', (line) => {
    if (line.startsWith('{')) report(JSON.parse(line))
  })
}

/** A process that steps without end and is stopped (SIGSTOP) but for its slices: none of its threads spins in another's. */
export class Peer {
  readonly #child: ChildProcess
  readonly #stderr: () => string
  #receive: (progress: Progress) => void = () => undefined
  #fail: (error: Error) => void = () => undefined

  private constructor(
    readonly name: string,
    child: ChildProcess,
    source: ProgressSource,
  ) {
    this.#child = child
    this.#stderr = keepEnd(child)
    source(child, (progress) => this.#receive(progress))
    child.on('error', (error) => this.#fail(error))
    child.on('close', (code) => this.#fail(new Error(`${name} ended with ${code}:\n${this.#stderr()}`)))
  }

  /** Lets the process work until `isWarm` and stops it. */
  static async open(
    name: string,
    child: ChildProcess,
    source: ProgressSource,
    isWarm: (reports: number, progress: Progress) => boolean = (reports) => reports >= 4,
  ): Promise<Peer> {
    const peer = new Peer(name, child, source)
    let reports = 0
    await peer.#until((progress) => isWarm(++reports, progress))
    await peer.#stop()
    return peer
  }

  /** Images per second between the first report after the pause and one at least so many milliseconds and two steps later. */
  async slice(milliseconds: number): Promise<number> {
    let first: Progress | undefined
    let last: Progress | undefined
    let reports = 0
    this.#child.kill('SIGCONT')
    // What was under way during the pause ends with the first report.
    await this.#until((progress) => {
      first ??= progress
      last = progress
      return ++reports > 2 && progress.milliseconds - first.milliseconds >= milliseconds
    })
    await this.#stop()
    invariant(first !== undefined && last !== undefined, 'a slice has reports')
    return (1000 * (last.images - first.images)) / (last.milliseconds - first.milliseconds)
  }

  async close(): Promise<void> {
    this.#fail = () => undefined
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGKILL')
    await once(this.#child, 'close')
  }

  #until(isEnough: (progress: Progress) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject
      this.#receive = (progress) => {
        if (isEnough(progress)) resolve()
      }
    })
  }

  async #stop(): Promise<void> {
    this.#child.kill('SIGSTOP')
    // What it sent before it stood still is no part of the next slice.
    this.#receive = () => undefined
    await wait(20)
  }
}
