import type { validations } from '../components/data.js'
import type { ValueOf } from '../components/schema.js'

type Validation = ValueOf<typeof validations>

/** How many of the training images validation holds out: at least one where any is held out. */
export function heldOutCount(images: number, validation: Validation): number {
  const [first, end] = heldOutPart(images, validation)
  return end - first
}

/** Which of the training images validation takes, as places in the order that the seed draws; those from `first` up to `end`. */
export function heldOutPart(images: number, validation: Validation): readonly [first: number, end: number] {
  switch (validation.component) {
    case 'held_out':
      return [0, Math.min(images, Math.max(1, Math.round(images * validation.parameters.fraction)))]
    case 'folds': {
      const { count, fold } = validation.parameters
      return [Math.floor((images * (fold - 1)) / count), Math.floor((images * fold) / count)]
    }
    case 'listed':
    case 'reference':
      return [0, 0]
  }
}

/** Steps of an epoch; 0 where no batch is ever full, or nothing is left to train on. */
export function stepsPerEpoch(images: number, batch: number, dropLast: boolean): number {
  return dropLast ? Math.floor(images / batch) : Math.ceil(images / batch)
}
