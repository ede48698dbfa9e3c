import type * as TensorFlow from '@tensorflow/tfjs-node-gpu'

/**
 * DRAEM with the SevNet head (single scale) as one writes it in tfjs: eager operators, tape gradients, the library's Adam.
 * It is what the compiled step is measured against, so it does the same work: same layers, same losses, no dropout.
 */
type Tf = typeof TensorFlow
type Tensor4D = TensorFlow.Tensor4D
type Tensor2D = TensorFlow.Tensor2D
type Scalar = TensorFlow.Scalar

export interface EagerSize {
  readonly batch: number
  readonly side: number
  readonly reconstructiveWidth: number
  readonly discriminativeWidth: number
}

export interface EagerBatch {
  readonly image: Float32Array
  readonly clean: Float32Array
  readonly mask: Float32Array
  readonly severity: Float32Array
}

export interface EagerModel {
  /** One training step; gives the total loss. Keeps no tensor alive but its variables. */
  step(batch: EagerBatch): number
  readonly parameters: number
  dispose(): void
}

export function eagerDraem(tf: Tf, size: EagerSize): EagerModel {
  const variables: TensorFlow.Variable[] = []
  const learned = <R extends TensorFlow.Rank>(initial: TensorFlow.Tensor<R>): TensorFlow.Variable<R> => {
    const variable = tf.variable(initial)
    variables.push(variable)
    return variable
  }

  const conv = (inputs: number, outputs: number): ((x: Tensor4D) => Tensor4D) => {
    const bound = 1 / Math.sqrt(9 * inputs)
    const kernel = learned(tf.randomUniform<TensorFlow.Rank.R4>([3, 3, inputs, outputs], -bound, bound))
    const bias = learned(tf.randomUniform<TensorFlow.Rank.R1>([outputs], -bound, bound))
    return (x) => tf.add(tf.conv2d(x, kernel, 1, 'same'), bias)
  }

  const norm = (channels: number): ((x: Tensor4D) => Tensor4D) => {
    const scale = learned(tf.ones<TensorFlow.Rank.R1>([channels]))
    const offset = learned(tf.zeros<TensorFlow.Rank.R1>([channels]))
    const runningMean = tf.variable(tf.zeros([channels]), false)
    const runningVariance = tf.variable(tf.ones([channels]), false)
    return (x) => {
      const { mean, variance } = tf.moments(x, [0, 1, 2])
      runningMean.assign(tf.add(tf.mul(runningMean, 0.9), tf.mul(mean, 0.1)))
      runningVariance.assign(tf.add(tf.mul(runningVariance, 0.9), tf.mul(variance, 0.1)))
      return tf.batchNorm4d(x, mean as TensorFlow.Tensor1D, variance as TensorFlow.Tensor1D, offset, scale, 1e-5)
    }
  }

  const unit = (inputs: number, outputs: number): ((x: Tensor4D) => Tensor4D) => {
    const [convolve, normalise] = [conv(inputs, outputs), norm(outputs)]
    return (x) => tf.relu(normalise(convolve(x)))
  }
  const double = (inputs: number, middle: number, outputs: number): ((x: Tensor4D) => Tensor4D) => {
    const [first, second] = [unit(inputs, middle), unit(middle, outputs)]
    return (x) => second(first(x))
  }
  const up = (channels: number, outputs: number): ((x: Tensor4D) => Tensor4D) => {
    const after = unit(channels, outputs)
    return (x) => after(tf.image.resizeBilinear(x, [x.shape[1] * 2, x.shape[2] * 2], true))
  }
  const pool = (x: Tensor4D): Tensor4D => tf.maxPool(x, 2, 2, 'valid')

  const reconstructive = (w: number): ((x: Tensor4D) => Tensor4D) => {
    const encoder = [
      double(3, w, w),
      double(w, 2 * w, 2 * w),
      double(2 * w, 4 * w, 4 * w),
      double(4 * w, 8 * w, 8 * w),
      double(8 * w, 8 * w, 8 * w),
    ]
    const decoder = [
      [up(8 * w, 8 * w), double(8 * w, 8 * w, 4 * w)],
      [up(4 * w, 4 * w), double(4 * w, 4 * w, 2 * w)],
      [up(2 * w, 2 * w), double(2 * w, 2 * w, w)],
      [up(w, w), double(w, w, w)],
    ].flat()
    const output = conv(w, 3)
    return (x) => {
      const deepest = encoder.reduce((map, block, index) => block(index === 0 ? map : pool(map)), x)
      return output(decoder.reduce((map, block) => block(map), deepest))
    }
  }

  const discriminative = (d: number): ((x: Tensor4D) => { logits: Tensor4D; deepest: Tensor4D }) => {
    const widths = [d, 2 * d, 4 * d, 8 * d, 8 * d, 8 * d]
    const encoder = widths.map((width, index) => double(index === 0 ? 6 : (widths[index - 1] ?? d), width, width))
    const decoder = [
      { up: up(8 * d, 8 * d), block: double(16 * d, 8 * d, 8 * d) },
      { up: up(8 * d, 4 * d), block: double(12 * d, 4 * d, 4 * d) },
      { up: up(4 * d, 2 * d), block: double(6 * d, 2 * d, 2 * d) },
      { up: up(2 * d, d), block: double(3 * d, d, d) },
      { up: up(d, d), block: double(2 * d, d, d) },
    ]
    const output = conv(d, 2)
    return (x) => {
      const features: Tensor4D[] = []
      for (const block of encoder) {
        const last = features.at(-1)
        features.push(block(last === undefined ? x : pool(last)))
      }
      const skips = features.slice(0, -1).reverse()
      const deepest = features.at(-1) ?? x
      let map = deepest
      for (const [index, stage] of decoder.entries()) {
        map = stage.block(tf.concat([stage.up(map), skips[index] ?? map], 3))
      }
      return { logits: output(map), deepest }
    }
  }

  const dense = (inputs: number, outputs: number): ((x: Tensor2D) => Tensor2D) => {
    const bound = Math.sqrt(6 / (inputs + outputs))
    const kernel = learned(tf.randomUniform<TensorFlow.Rank.R2>([inputs, outputs], -bound, bound))
    const bias = learned(tf.zeros<TensorFlow.Rank.R1>([outputs]))
    return (x) => tf.add(tf.matMul(x, kernel), bias)
  }

  const { batch, side, reconstructiveWidth, discriminativeWidth } = size
  const reconstruct = reconstructive(reconstructiveWidth)
  const segment = discriminative(discriminativeWidth)
  const head = [dense(8 * discriminativeWidth, 128), dense(128, 64), dense(64, 1)] as const
  const severityOf = (deepest: Tensor4D): TensorFlow.Tensor1D => {
    const pooled = tf.mean(deepest, [1, 2]) as Tensor2D
    const hidden = tf.relu(head[1](tf.relu(head[0](pooled))))
    return tf.mul(2, tf.sigmoid(head[2](hidden))).reshape([batch])
  }

  const window = tf.keep(gaussianWindow(tf, 11, 1.5, 3))
  const blur = (x: Tensor4D): Tensor4D => {
    const padded = tf.mirrorPad(
      x,
      [
        [0, 0],
        [5, 5],
        [5, 5],
        [0, 0],
      ],
      'reflect',
    )
    return tf.depthwiseConv2d(padded, window, 1, 'valid')
  }
  const ssim = (a: Tensor4D, b: Tensor4D): Scalar => {
    const [meanA, meanB] = [blur(a), blur(b)]
    const product = tf.mul(meanA, meanB)
    const [squareA, squareB] = [tf.square(meanA), tf.square(meanB)]
    const varianceA = tf.sub(blur(tf.square(a)), squareA)
    const varianceB = tf.sub(blur(tf.square(b)), squareB)
    const covariance = tf.sub(blur(tf.mul(a, b)), product)
    const above = tf.mul(tf.add(tf.mul(2, product), 1e-4), tf.add(tf.mul(2, covariance), 9e-4))
    const below = tf.mul(tf.add(tf.add(squareA, squareB), 1e-4), tf.add(tf.add(varianceA, varianceB), 9e-4))
    return tf.mean(tf.clipByValue(tf.div(tf.sub(1, tf.div(above, below)), 2), 0, 1))
  }
  const focal = (logits: Tensor4D, mask: Tensor4D): Scalar => {
    const logProbabilities = tf.logSoftmax(logits)
    const oneHot = tf.concat([tf.sub(1, mask), mask], 3)
    const logRight = tf.sum(tf.mul(logProbabilities, oneHot), 3)
    return tf.mean(tf.neg(tf.mul(tf.square(tf.sub(1, tf.exp(logRight))), logRight)))
  }
  const optimizer = tf.train.adam(1e-4, 0.9, 0.999, 1e-8)
  return {
    parameters: variables.reduce((sum, variable) => sum + variable.size, 0),
    step: ({ image, clean, mask, severity }) =>
      tf.tidy(() => {
        const images = tf.tensor4d(image, [batch, side, side, 3])
        const targets = tf.tensor4d(clean, [batch, side, side, 3])
        const masks = tf.tensor4d(mask, [batch, side, side, 1])
        const severities = tf.tensor1d(severity)
        const loss = optimizer.minimize(
          () => {
            const reconstruction = reconstruct(images)
            const { logits, deepest } = segment(tf.concat([images, reconstruction], 3))
            const terms = [
              tf.mean(tf.square(tf.sub(reconstruction, targets))) as Scalar,
              tf.mul(2, ssim(reconstruction, targets)) as Scalar,
              focal(logits, masks),
              tf.losses.huberLoss(severities, severityOf(deepest)),
            ]
            return tf.addN(terms) as Scalar
          },
          true,
          variables,
        )
        return loss === null ? Number.NaN : (loss.dataSync()[0] ?? Number.NaN)
      }),
    dispose: () => {
      optimizer.dispose()
      window.dispose()
      tf.disposeVariables()
    },
  }
}

function gaussianWindow(tf: Tf, size: number, sigma: number, channels: number): Tensor4D {
  const line = Array.from({ length: size }, (_, k) => Math.exp(-((k - (size - 1) / 2) ** 2) / (2 * sigma ** 2)))
  const total = line.reduce((sum, weight) => sum + weight, 0)
  const row = tf.tensor1d(line.map((weight) => weight / total))
  return tf.tidy(() => tf.tile(tf.outerProduct(row, row).reshape([size, size, 1, 1]), [1, 1, channels, 1]) as Tensor4D)
}
