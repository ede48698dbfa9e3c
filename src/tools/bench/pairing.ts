import type { Peer } from './peer.js'
import { median, quantile } from './support.js'

export interface TurnOptions {
  readonly rounds: number
  readonly sliceMilliseconds: number
}

/** Peers measured in alternate slices; one works while the others are stopped. */
export interface Turns {
  /** Images per second of the first peer: a slice before each round and one after the last. */
  readonly reference: readonly number[]
  /** Of each further peer, a slice a round. */
  readonly others: readonly (readonly number[])[]
}

/** How many times as fast a peer is as the first: the median over rounds, and the middle half of them. */
export interface Ratio {
  readonly median: number
  readonly low: number
  readonly high: number
}

export async function takeTurns(
  [first, ...others]: readonly [Peer, ...Peer[]],
  { rounds, sliceMilliseconds }: TurnOptions,
): Promise<Turns> {
  const reference = [await first.slice(sliceMilliseconds)]
  const slices: number[][] = others.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, peer] of others.entries()) slices[index]?.push(await peer.slice(sliceMilliseconds))
    reference.push(await first.slice(sliceMilliseconds))
  }
  return { reference, others: slices }
}

/** Each slice of the other is held against the first peer's just before and just after it: what else the machine does weighs on both. */
export function ratioToReference({ reference, others }: Turns, index = 0): Ratio {
  const ratios = (others[index] ?? []).map(
    (rate, round) => (2 * rate) / ((reference[round] ?? Number.NaN) + (reference[round + 1] ?? Number.NaN)),
  )
  return { median: median(ratios), low: quantile(ratios, 0.25), high: quantile(ratios, 0.75) }
}

export function inverse({ median, low, high }: Ratio): Ratio {
  return { median: 1 / median, low: 1 / high, high: 1 / low }
}

/** Opens peers one after the other, gives them to `work` and closes them, whatever happens. */
export async function withPeers<Result>(
  open: readonly (() => Promise<Peer>)[],
  work: (peers: readonly [Peer, ...Peer[]]) => Promise<Result>,
): Promise<Result> {
  const peers: Peer[] = []
  try {
    for (const each of open) peers.push(await each())
    const [first, ...others] = peers
    if (first === undefined) throw new Error('there is no peer to measure')
    return await work([first, ...others])
  } finally {
    await Promise.all(peers.map((peer) => peer.close()))
  }
}
