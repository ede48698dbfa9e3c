import type { PlanState } from './run-plan.js'

/**
 * Names by which the graph and the session that runs it find each other. The session parses no graph:
 * it feeds and fetches by these names.
 */

/** Part of a node's name: TensorFlow takes letters, digits and `_>./\-` only. */
export function graphName(name: string): string {
  return name.replace(/[^A-Za-z0-9_./-]/g, '_')
}

export function inputNode(functionName: string, input: string): string {
  return `${graphName(functionName)}/input/${graphName(input)}`
}

export function outputNode(functionName: string, output: string): string {
  return `${graphName(functionName)}/output/${graphName(output)}`
}

/** An i32[] that is fetched where a function has no output of its own: it waits for all its updates. */
export function doneNode(functionName: string): string {
  return `${graphName(functionName)}/done`
}

/** Most bytes of state that one `get_k` or `set_k` moves, so that a checkpoint never doubles the memory. */
const groupBytes = 64 * 1024 * 1024

/** The state in groups of at most 64 MiB (a larger tensor stands alone), in order; `get_k` and `set_k` move group k. */
export function stateGroups(state: readonly PlanState[]): readonly (readonly PlanState[])[] {
  const groups: PlanState[][] = []
  let free = 0
  for (const entry of state) {
    const bytes = (entry.dtype === 'f64' ? 8 : 4) * entry.shape.reduce((product, size) => product * size, 1)
    const last = groups.at(-1)
    if (last === undefined || bytes > free) {
      groups.push([entry])
      free = groupBytes - bytes
    } else {
      last.push(entry)
      free -= bytes
    }
  }
  return groups
}
