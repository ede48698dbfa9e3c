import { type NamingName, ownNames } from './names.js'

/** A weight or statistic that a file is to give. */
export interface Wanted {
  /** Below the call that it is made in: `layer1.0.conv1.kernel`. */
  readonly name: string
  readonly shape: readonly number[]
}

/** How values lie in the file: as here (kernels HWIO, dense layers (in, out)), or as PyTorch's (OIHW, (out, in)). */
export type Layout = 'same' | 'oihw' | 'transposed'

export interface Assignment {
  readonly name: string
  /** Its name in the file. */
  readonly tensor: string
  readonly layout: Layout
}

export interface Misshapen {
  readonly name: string
  readonly tensor: string
  /** As the file has them, and as it would need them. */
  readonly found: readonly number[]
  readonly wanted: readonly number[]
}

/** What becomes of the tensors of a file. */
export interface Assigned {
  readonly assignments: readonly Assignment[]
  readonly missing: readonly string[]
  readonly misshapen: readonly Misshapen[]
  /** Tensors of the file, below the prefix, that nothing takes. */
  readonly surplus: readonly string[]
}

/** @param prefix of the names in the file: what begins otherwise is not looked at. */
export function assign(
  { tensors }: { readonly tensors: ReadonlyMap<string, { readonly shape: readonly number[] }> },
  wanted: readonly Wanted[],
  { prefix, naming }: { readonly prefix: string; readonly naming: NamingName },
): Assigned {
  const targets = new Map(wanted.map((each) => [each.name, each]))
  const assignments: Assignment[] = []
  const misshapen: Misshapen[] = []
  const surplus: string[] = []
  const begin = prefix === '' ? '' : `${prefix}.`
  for (const [tensor, { shape }] of tensors) {
    if (!tensor.startsWith(begin)) continue
    const names = ownNames(tensor.slice(begin.length), naming)
    if (names === undefined) continue
    const target = names.map((name) => targets.get(name)).find((each) => each !== undefined)
    if (target === undefined) {
      surplus.push(tensor)
      continue
    }
    targets.delete(target.name)
    const layout = layoutOf(tensor, target)
    const needed = foreign(target.shape, layout)
    if (needed.length === shape.length && needed.every((side, axis) => side === shape[axis]))
      assignments.push({ name: target.name, tensor, layout })
    else misshapen.push({ name: target.name, tensor, found: shape, wanted: needed })
  }
  return { assignments, missing: [...targets.keys()], misshapen, surplus }
}

/** PyTorch calls a kernel `weight`; a file that calls it `kernel` has it as here. */
function layoutOf(tensor: string, { name, shape }: Wanted): Layout {
  if (!name.endsWith('kernel') || tensor.endsWith('kernel')) return 'same'
  return shape.length === 4 ? 'oihw' : shape.length === 2 ? 'transposed' : 'same'
}

/** Order of a file's axes in those of here: entry i is the place in the file of axis i here. */
const axes: Readonly<Record<Layout, readonly number[]>> = { same: [], oihw: [2, 3, 1, 0], transposed: [1, 0] }

function foreign(shape: readonly number[], layout: Layout): readonly number[] {
  const order = axes[layout]
  if (order.length === 0) return shape
  return order.map((_place, axis) => shape[order.indexOf(axis)] ?? 0)
}

/** The values in the order that they have here. @param shape as here. */
export function arranged(values: Float64Array, shape: readonly number[], layout: Layout): Float64Array {
  const order = axes[layout]
  if (order.length === 0) return values
  const theirs = foreign(shape, layout)
  const steps = theirs.map((_side, axis) => theirs.slice(axis + 1).reduce((product, side) => product * side, 1))
  const result = new Float64Array(values.length)
  const places = shape.map(() => 0)
  let at = 0
  for (let index = 0; index < result.length; index += 1) {
    result[index] = values[at] ?? 0
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const step = steps[order[axis] ?? 0] ?? 0
      at += step
      places[axis] = (places[axis] ?? 0) + 1
      if ((places[axis] ?? 0) < (shape[axis] ?? 0)) break
      at -= step * (shape[axis] ?? 0)
      places[axis] = 0
    }
  }
  return result
}
