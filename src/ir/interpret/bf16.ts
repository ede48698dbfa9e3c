const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Rounds to bfloat16, to nearest even, as engines cast float32. */
export function toBf16(value: number): number {
  float[0] = value
  const word = bits[0] ?? 0
  if (Number.isNaN(value)) return value
  bits[0] = (word + 0x7fff + ((word >>> 16) & 1)) & 0xffff0000
  return float[0] ?? 0
}
