import { createHash } from 'node:crypto'

/**
 * Key of an independent random stream: the first 8 bytes of SHA-256 of `<seed>/<purpose>`, as 16 hex digits (a 64-bit number,
 * most significant digit first). Two purposes share nothing, so adding one changes no other.
 */
export function keyFor(seed: number, purpose: string): string {
  return createHash('sha256').update(`${seed}/${purpose}`).digest('hex').slice(0, 16)
}
