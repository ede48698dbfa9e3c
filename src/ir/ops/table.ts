/**
 * The operators of the IR. NHWC, kernels HWIO. Elementwise binary operators broadcast as NumPy does.
 *
 * read {state}; assign {state} (x)                       state at entry; state at exit
 * constant {value: number, shape, dtype}                 filled with one number (bf16/f32/i32/bool)
 * literal {values: number[], shape}                      small tables, f32
 * gaussian_band {size, window, sigma} -> f32[size,size]  row i: normalised Gaussian window centred at i, reflect padding folded in
 *                                                        (G @ x filters the rows of x as a padded convolution would)
 * random_uniform {shape, key: 16 hex digits} (step i32[]) -> f32 in [0,1): Philox4x32-10, counter (block, 0, step, 0), value j of block i;
 *                                                        23 mantissa bits, exactly TensorFlow's StatelessRandomUniformV2 with key, counter [0, step], alg 1
 * random_normal {shape, key} (step i32[])                as StatelessRandomNormalV2 (Box-Muller on pairs)
 * cast {dtype}; reshape {shape}; transpose {perm}; broadcast_to {shape}; concat {axis}(x...); slice {begin,size}; pad {paddings: [[b,a],...]} zeros
 * neg exp log sqrt rsqrt square abs sign relu sigmoid tanh softplus; relu_grad(dy, y) -> dy where y > 0
 * add sub mul div maximum minimum; greater greater_equal less equal -> bool; logical_and; select(cond,a,b)
 * reduce_sum reduce_mean reduce_max {axes, keep_dims}
 * softmax log_softmax (last axis)
 * matmul {transpose_a, transpose_b}: last two axes, leading axes broadcast
 * conv2d {strides, padding: [t,b,l,r], dilations}(x, kernel)
 * conv2d_input_grad {strides, padding, dilations, input_shape}(kernel, dy); conv2d_filter_grad {.., kernel_shape}(x, dy)
 * max_pool {size, strides}(x), no padding, floor; max_pool_grad {size, strides}(x, y, dy): to the first maximum in row-major order of the window
 * avg_pool {size, strides, padding}(x), zeros count; avg_pool_grad {size, strides, padding, input_shape}(dy)
 * resize_bilinear {height, width, align_corners}; resize_bilinear_grad {height, width, align_corners}(dy): height, width of the input of the forward
 * resize_nearest {height, width}; resize_nearest_grad {height, width}(dy)      integer factors, floor
 * batch_norm_train {epsilon}(x, scale, offset) -> y, mean, variance (biased, of the batch; f32 whatever x's type)
 * batch_norm_grad {epsilon}(dy, x, scale, mean, variance) -> dx, dscale, doffset
 * batch_norm_inference {epsilon}(x, scale, offset, mean, variance)
 * stop_gradient(x)
 * fused (made by passes only):
 * adam_update {beta1, beta2, epsilon}(p, m, v, g, lr, correction1, correction2, decay) -> p, m, v        with correction_i = 1 - beta_i^t, as PyTorch writes Adam;
 *                                                        decay (f32[]) is lr * weight_decay, subtracted as p * decay first (AdamW); constant 0 for Adam
 * momentum_update {momentum}(p, buffer, g, lr) -> p, buffer: buffer = momentum buffer + g; p = p - lr buffer
 */
export const opNames = [
  'read',
  'assign',
  'constant',
  'literal',
  'gaussian_band',
  'random_uniform',
  'random_normal',
  'cast',
  'reshape',
  'transpose',
  'broadcast_to',
  'concat',
  'slice',
  'pad',
  'neg',
  'exp',
  'log',
  'sqrt',
  'rsqrt',
  'square',
  'abs',
  'sign',
  'relu',
  'sigmoid',
  'tanh',
  'softplus',
  'relu_grad',
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'greater',
  'greater_equal',
  'less',
  'equal',
  'logical_and',
  'select',
  'reduce_sum',
  'reduce_mean',
  'reduce_max',
  'softmax',
  'log_softmax',
  'matmul',
  'conv2d',
  'conv2d_input_grad',
  'conv2d_filter_grad',
  'max_pool',
  'max_pool_grad',
  'avg_pool',
  'avg_pool_grad',
  'resize_bilinear',
  'resize_bilinear_grad',
  'resize_nearest',
  'resize_nearest_grad',
  'batch_norm_train',
  'batch_norm_grad',
  'batch_norm_inference',
  'stop_gradient',
  'adam_update',
  'momentum_update',
] as const

export type OpName = (typeof opNames)[number]
