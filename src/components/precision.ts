/** What training computes in (`train.precision`); with `float64` evaluation too. */
export const precisions = ['float32', 'bf16', 'float64'] as const

export type Precision = (typeof precisions)[number]
