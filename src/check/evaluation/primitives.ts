/**
 * The primitives of the language: what a checked graph is made of. `check/` types them, `lower/` turns each into IR,
 * a library in `grammar/std/` builds everything else from them. Shapes without the batch: map [H, W, C], vector [C], value [], scalar [] (per batch).
 *
 * name                 operands                     parameters (in order)                            attributes
 * input                -                            -                                                name: PhaseInput
 * constant             -                            -                                                value (a batch scalar)
 * conv2d               map                          kernel [kh,kw,cin,cout], bias [cout] if use_bias kernel: [kh,kw], strides: [sh,sw], padding: [top,bottom,left,right], dilations: [dh,dw], use_bias
 * dense                vector                       kernel [in,out], bias [out] if use_bias          use_bias
 * batch_norm           map | vector                 scale, offset, running_mean, running_variance    epsilon, momentum (running = (1-m) running + m batch; variance unbiased)
 * relu leaky_relu sigmoid tanh softplus exp log sqrt square abs neg     one, any shape               leaky_relu: slope
 * clamp                any                          -                                                low, high
 * add sub mul div maximum minimum   two: equal shapes; or one is a batch scalar; or a per-image value with a map/vector; or [H,W,1] with [H,W,C]; or vector [C] with map [H,W,C]
 * softmax log_softmax  map | vector (last axis)
 * slice_channels       map | vector                 -                                                begin, count   (softmax(x)[anomaly] is begin 1, count 1)
 * concat               two or more maps | vectors   -                                                (channels)
 * max_pool             map                          -                                                size: [h,w], strides: [h,w]  (no padding, floor)
 * avg_pool             map                          -                                                size, strides, padding: [t,b,l,r]  (zeros count)
 * upsample             map                          -                                                factor, mode: 'bilinear' | 'nearest', align_corners
 * pad                  map                          -                                                padding: [t,b,l,r] (zeros)
 * crop                 map                          -                                                top, left, height, width
 * global_average_pool  map -> vector [C]
 * global_max_pool      map -> vector [C]
 * image_max image_mean map [H,W,C] -> value (over pixels and channels)
 * squeeze              vector [1] -> value
 * flatten              map -> vector
 * dropout              any                          -                                                rate   (training only; scaled by 1/(1-rate))
 * stop_gradient        any
 * mean                 any -> scalar (over batch and everything)
 * l1 l2                two of equal shape -> scalar: mean |a-b|, mean (a-b)^2          (mae and mse are these on values)
 * smooth_l1            two of equal shape -> scalar                                                     beta
 * ssim                 two maps of equal shape -> scalar: mean clamp((1-SSIM)/2, 0, 1)                  window, sigma
 * focal                logits map [H,W,2], mask map [H,W,1] -> scalar                                   gamma, class_weights: [normal, anomaly], divide_by_classes: boolean (kornia's mean)
 * cross_entropy        logits map [H,W,2], mask map [H,W,1] -> scalar                                   class_weights
 * learned              - -> scalar                  value []                                         (a learnt batch scalar, e.g. a log variance)
 */
export const primitiveNames = [
  'input',
  'constant',
  'conv2d',
  'dense',
  'batch_norm',
  'relu',
  'leaky_relu',
  'sigmoid',
  'tanh',
  'softplus',
  'exp',
  'log',
  'sqrt',
  'square',
  'abs',
  'neg',
  'clamp',
  'add',
  'sub',
  'mul',
  'div',
  'maximum',
  'minimum',
  'softmax',
  'log_softmax',
  'slice_channels',
  'concat',
  'max_pool',
  'avg_pool',
  'upsample',
  'pad',
  'crop',
  'global_average_pool',
  'global_max_pool',
  'image_max',
  'image_mean',
  'squeeze',
  'flatten',
  'dropout',
  'stop_gradient',
  'mean',
  'l1',
  'l2',
  'smooth_l1',
  'ssim',
  'focal',
  'cross_entropy',
  'learned',
] as const

export type PrimitiveName = (typeof primitiveNames)[number]
