import type { Target } from '../target.js'
import { emitSavedModel } from './emit.js'
import { printGraph } from './print.js'

export const tensorflow: Target = {
  summary: 'one TensorFlow graph, a signature a function, as a SavedModel',
  emit: (module, device) => {
    const { bytes, graph, functions, state } = emitSavedModel(module, device)
    return { files: new Map([['saved_model.pb', bytes]]), functions, state, print: () => printGraph(graph) }
  },
}
