import { applyOptimizer } from './apply_optimizer.js'
import { averageWeights } from './average_weights.js'
import { convolutionAlgorithms } from './convolution_algorithms/convolution_algorithms.js'
import { cse } from './cse.js'
import { dce } from './dce.js'
import { deadConvBias } from './dead_conv_bias.js'
import { differentiate } from './differentiate.js'
import { dilatedGradients } from './dilated_gradients.js'
import { doublePrecision } from './double_precision.js'
import { fold } from './fold.js'
import { foldBatchNorm } from './fold_batch_norm.js'
import { fuseOptimizer } from './fuse_optimizer.js'
import { gradientNorms } from './gradient_norms.js'
import { mixedPrecision } from './mixed_precision.js'
import type { Pass } from './pass.js'
import { pruneZeroTerms } from './prune_zero_terms.js'
import { simplify } from './simplify/simplify.js'

/** All passes, in the order in which they run. Each row says why it stands where it stands. */
export const passes: readonly Pass[] = [
  pruneZeroTerms,
  deadConvBias,
  foldBatchNorm,
  mixedPrecision,
  doublePrecision,
  gradientNorms,
  differentiate,
  applyOptimizer,
  fuseOptimizer,
  averageWeights,
  dilatedGradients,
  convolutionAlgorithms,
  fold,
  simplify,
  cse,
  dce,
]
