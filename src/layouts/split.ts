/** How many of the training images validation holds out: at least one where any is held out. */
export function heldOutCount(images: number, share: number | undefined): number {
  return share === undefined ? 0 : Math.min(images, Math.max(1, Math.round(images * share)))
}

/** Steps of an epoch; 0 where no batch is ever full, or nothing is left to train on. */
export function stepsPerEpoch(images: number, batch: number, dropLast: boolean): number {
  return dropLast ? Math.floor(images / batch) : Math.ceil(images / batch)
}
