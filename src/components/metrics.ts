import { type Component, type ComponentKind, component, type ParameterSchema } from './schema.js'

const output: ParameterSchema = {
  'x-form': 'output',
  type: 'string',
  description: 'Binding of the model section that is measured.',
}

function metric(
  kind: ComponentKind,
  name: string,
  description: string,
  parameters: Readonly<Record<string, ParameterSchema>> = {},
): Component {
  const positional = ['output', ...Object.keys(parameters)]
  return component(kind, name, description, { output, ...parameters }, { required: ['output'], positional })
}

export const metricComponents: readonly Component[] = [
  metric('image_metric', 'auroc', 'Area under the ROC curve, faulty against normal images.'),
  metric('image_metric', 'f1_max', 'Largest F1 score over all thresholds, faulty against normal images.'),
  metric('image_metric', 'average_precision', 'Average precision, faulty against normal images.'),
  metric('pixel_metric', 'auroc', 'Area under the ROC curve over all pixels of the images that have a mask.'),
  metric('pixel_metric', 'average_precision', 'Average precision over all pixels of the images that have a mask.'),
  metric('pixel_metric', 'f1_max', 'Largest F1 score over all thresholds and pixels of the images that have a mask.'),
  metric(
    'pixel_metric',
    'pro',
    'Per-region overlap against the false positive rate, area up to a rate of 0.3 divided by 0.3 (Bergmann et al. 2021).',
  ),
  metric('value_metric', 'mae', 'Mean absolute error against the severity, over the images that have one.'),
  metric('value_metric', 'rmse', 'Root mean squared error against the severity, over the images that have one.'),
  metric('value_metric', 'within', 'Share of the images whose severity is met within the tolerance.', {
    tolerance: {
      'x-form': 'number',
      type: 'number',
      exclusiveMinimum: 0,
      default: 0.1,
      description: 'Largest absolute error that counts as met.',
    },
  }),
]
