import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { recordedEvents } from '../../src/train/recorded-events.js'

/** Files whose bytes are those of the run that nothing happened to. */
const compared = ['checkpoints/last.safetensors', 'checkpoints/best.json', 'predictions.csv', 'results.json']

/** A run that went on must be what it would have been, and leave nothing else. */
export function expectSameRun(run: string, whole: string, what: string): void {
  expect(filesOf(run), what).toEqual(filesOf(whole))
  for (const file of filesOf(whole).filter((name) => compared.includes(name) || /best-epoch/.test(name)))
    expect(readFileSync(join(run, file)).equals(readFileSync(join(whole, file))), `${what}: ${file}`).toBe(true)
  const steps = [...recordedEvents(run)].flatMap(({ event }) => (event.type === 'step' ? [event.step] : []))
  expect(
    steps.every((step, index) => index === 0 || step > (steps[index - 1] ?? 0)),
    `${what}: steps in order, each once`,
  ).toBe(true)
}

/** TensorBoard's file has the time in its name. */
function filesOf(directory: string): readonly string[] {
  const names = readdirSync(directory, { recursive: true }).map(String)
  return names.map((name) => name.replace(/tfevents\.\d+/, 'tfevents')).sort()
}
