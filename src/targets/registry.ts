import type { Target } from './target.js'
import { tensorflow } from './tensorflow/target.js'

/** All targets by name. A new one is a folder beside `tensorflow/` and a row. */
export const targets = { tensorflow } as const satisfies Readonly<Record<string, Target>>

export type TargetName = keyof typeof targets
