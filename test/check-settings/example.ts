/** A pipeline's settings without mistakes, for the outputs of `exampleOutputs`. Tests change one thing in it. */
export const goodSettings = `
  data = hdmap(
    root = "maps", source = domain_A, targets = [domain_B, domain_C],
    image = 64x96, channels = 3, resize = bilinear, range = [0, 1], batch = 16, eval_batch = 16,
    validation = held_out(10%, faults = synthetic),
  )
  synthesis = additive(probability = 50%, width = 16px .. 64px, ratio = 0.4 .. 0.67, severity = 0 .. 2.0, patches = 1)
  train {
    optimizer = adamw(lr = 1e-4, weight_decay = 1e-4)
    epochs = 30
    validate = every(1 epoch)
    early_stop = early_stop(val.auroc(score), patience = 10 epochs)
    checkpoint = keep_best(val.f1_max(score), keep = 3)
    precision = bf16
  }
  evaluate {
    on = [source.test, targets.test]
    image = [auroc(score), auroc(severity), f1_max(score)]
    pixel = [auroc(anomaly_map), pro(anomaly_map)]
    values = [mae(severity), rmse(severity), within(severity, 0.1)]
  }`

export type Edit = readonly [from: string, to: string]

/** The example with each edit applied; its `from` must be there. */
export function edited(...edits: readonly Edit[]): string {
  return edits.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the example does not have ${from}`)
    return text.replace(from, () => to)
  }, goodSettings)
}
