import type { OperationWriter } from '../../ir/builder.js'
import type { ValueId } from '../../ir/types.js'
import type { Convolution } from './convolution.js'

/** A way to compute convolutions other than by the engine's own operator. It gives the same values, rounded otherwise. */
export interface Algorithm {
  readonly summary: string
  readonly applies: (convolution: Convolution) => boolean
  /** For one function: what its convolutions share is written once. `a` and `b` are the operands of the operator. */
  readonly open: (
    writer: OperationWriter,
  ) => (convolution: Convolution, a: ValueId, b: ValueId, path: string | undefined) => ValueId
}
