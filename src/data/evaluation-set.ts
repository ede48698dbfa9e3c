import { labelsOf } from '../layouts/listing.js'
import type { EvaluationBatch, EvaluationSample, EvaluationSet } from './contract.js'
import type { EvaluationRecipe } from './job.js'
import type { WorkerPool } from './pool.js'
import type { Slot } from './slots.js'

/** An image of an evaluation: what the worker does for it, and what is said about it. */
export interface PlannedSample {
  readonly recipe: EvaluationRecipe
  readonly sample: EvaluationSample
}

/** Slots of evaluation batches, kept from one evaluation to the next so that memory does not grow. */
export class SlotStore {
  readonly #free: { readonly id: number; readonly views: Slot }[] = []

  constructor(private readonly create: () => { readonly id: number; readonly views: Slot }) {}

  take(): { readonly id: number; readonly views: Slot } {
    return this.#free.pop() ?? this.create()
  }

  give(slot: { readonly id: number; readonly views: Slot }): void {
    this.#free.push(slot)
  }
}

/** Batches filled ahead of the one that is evaluated. */
const ahead = 1

/** @param batch images of a batch; the last one is padded with zeros. */
export function evaluationSet(
  about: Pick<EvaluationSet, 'name' | 'role'>,
  planned: readonly PlannedSample[],
  batch: number,
  pool: WorkerPool,
  store: SlotStore,
): EvaluationSet {
  // The severity of a synthetic fault comes with its batch.
  const known = planned.map(({ recipe, sample }) => (recipe.synthetic ? { ...sample, severity: 0 } : sample))
  const batches = () => evaluationBatches(planned, batch, pool, store)
  return { ...about, images: planned.length, labels: labelsOf(known), batches }
}

async function* evaluationBatches(
  planned: readonly PlannedSample[],
  batch: number,
  pool: WorkerPool,
  store: SlotStore,
): AsyncGenerator<EvaluationBatch> {
  const begin = (first: number) => {
    const slot = store.take()
    const part = planned.slice(first, first + batch)
    const filled = pool.run({ kind: 'evaluate', slot: slot.id, samples: part.map(({ recipe }) => recipe) })
    filled.catch(() => undefined)
    return { slot, part, filled }
  }
  const begun: ReturnType<typeof begin>[] = []
  let next = 0
  try {
    for (let first = 0; first < planned.length; first += batch) {
      for (; next < planned.length && next <= first + ahead * batch; next += batch) begun.push(begin(next))
      const current = begun.shift()
      if (current === undefined) return
      let released = false
      const release = (): void => {
        if (!released) store.give(current.slot)
        released = true
      }
      try {
        const result = await current.filled
        const severities = result.kind === 'filled' ? result.severities : []
        const samples = current.part.map(({ recipe, sample }, index): EvaluationSample => {
          const severity = severities[index]
          return recipe.synthetic && severity !== undefined ? { ...sample, severity } : sample
        })
        yield { image: current.slot.views.image, mask: current.slot.views.mask, samples, release }
      } finally {
        // A batch is valid until the next is asked for, released or not.
        release()
      }
    }
  } finally {
    for (const { slot, filled } of begun) {
      await filled.catch(() => undefined)
      store.give(slot)
    }
  }
}
