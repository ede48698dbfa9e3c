/** What training alone knows: the label of an image. Prediction, and so the model and what is measured of it, has `image`. */
export const labelInputs = ['clean', 'fault_mask', 'fault_severity'] as const
export type LabelInput = (typeof labelInputs)[number]

export function isLabelInput(name: string): boolean {
  return (labelInputs as readonly string[]).includes(name)
}
