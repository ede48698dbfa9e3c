/** Memory of one batch, shared between the thread that fills it and the one that feeds it to the engine. */
export interface SlotMemory {
  readonly buffer: SharedArrayBuffer
  readonly samples: number
}

export interface SlotShape {
  readonly samples: number
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** Views into a slot: [N,H,W,C] twice, [N,H,W,1], [N]. Evaluation uses the first and third. */
export interface Slot {
  readonly image: Float32Array
  readonly clean: Float32Array
  readonly mask: Float32Array
  readonly severity: Float32Array
}

export function createSlotMemory(shape: SlotShape): SlotMemory {
  const pixels = shape.samples * shape.height * shape.width
  const values = 2 * pixels * shape.channels + pixels + shape.samples
  return { buffer: new SharedArrayBuffer(4 * values), samples: shape.samples }
}

export function slotViews(memory: SlotMemory, height: number, width: number, channels: number): Slot {
  const pixels = memory.samples * height * width
  let offset = 0
  const view = (length: number): Float32Array => {
    const made = new Float32Array(memory.buffer, offset, length)
    offset += 4 * length
    return made
  }
  return {
    image: view(pixels * channels),
    clean: view(pixels * channels),
    mask: view(pixels),
    severity: view(memory.samples),
  }
}
