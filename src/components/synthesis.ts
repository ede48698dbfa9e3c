import { type Component, component } from './schema.js'

const additive = component(
  'synthesis',
  'additive',
  'Adds a patch of the image to another place of it, `severity` times, and clamps to the range. One width, ratio and severity is drawn for all patches of an image; a patch is floor(width x ratio) high.',
  {
    probability: {
      'x-form': 'fraction',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.5,
      description: 'Share of the training images that get a fault.',
    },
    width: {
      'x-form': 'range',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: {
        'x-form': 'quantity',
        'x-units': ['px', 'percent'],
        type: ['integer', 'object'],
        minimum: 1,
        properties: { percent: { type: 'number', exclusiveMinimum: 0, maximum: 100 } },
        required: ['percent'],
        additionalProperties: false,
      },
      default: [16, 64],
      description: "Width of a patch, in pixels or in percent of the image's width.",
    },
    ratio: {
      'x-form': 'range',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { 'x-form': 'number', type: 'number', exclusiveMinimum: 0 },
      default: [0.4, 0.67],
      description: 'Height of a patch over its width.',
    },
    severity: {
      'x-form': 'range',
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: { 'x-form': 'number', type: 'number', minimum: 0 },
      default: [0, 2],
      description: 'Factor of the added patch; also the label `fault_severity`.',
    },
    patches: {
      'x-form': 'number',
      type: 'integer',
      minimum: 1,
      maximum: 3,
      default: 1,
      description: 'Patches of a faulty image.',
    },
  },
)

export const synthesisComponents: readonly Component[] = [additive]
