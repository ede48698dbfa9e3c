import { createHash } from 'node:crypto'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { isRecord } from '../files/json.js'
import { readTextIfThere } from '../files/reading.js'
import { replaceJson } from '../files/replace.js'
import { makeDirectory, writingTo } from '../files/writing.js'
import { cacheDirectory, type EngineLocation } from './locate.js'
import { operatorThreads } from './surroundings.js'

/** What times hold for: with another of these they are taken anew. */
export interface MeasuredOn {
  /** Of the way in which times are taken; it rises when they would come out otherwise. */
  readonly version: 1
  readonly processor: string
  readonly threads: number
  readonly engine: string
  readonly tensorflow: string
}

/** Milliseconds of each way to compute something, by what is computed. */
export type MeasuredTimes = Readonly<Record<string, Readonly<Record<string, number>>>>

export function measuredOn(engine: EngineLocation): MeasuredOn {
  return {
    version: 1,
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    threads: operatorThreads(),
    engine: engine.name,
    tensorflow: engine.manifest?.tensorflow ?? 'unknown',
  }
}

/** Times that were taken on this machine before; none where the file is missing or not whole. */
export function readMeasurements(on: MeasuredOn): MeasuredTimes {
  try {
    const parsed: unknown = JSON.parse(readTextIfThere(measurementsFile(on)) ?? '{}')
    return isRecord(parsed) && isTimes(parsed.times) ? parsed.times : {}
  } catch {
    return {}
  }
}

/** Adds times to those in the file; what another process measured meanwhile stays. @throws CannotWrite */
export function addMeasurements(on: MeasuredOn, times: MeasuredTimes): void {
  writingTo(measurementsDirectory(), () => {
    makeDirectory(measurementsDirectory())
    replaceJson(measurementsFile(on), { on, times: { ...times, ...readMeasurements(on) } })
  })
}

/** Beside the engines in the user's cache. */
export function measurementsDirectory(): string {
  return join(cacheDirectory(), 'measurements')
}

function measurementsFile(on: MeasuredOn): string {
  const key = createHash('sha256').update(JSON.stringify(on)).digest('hex').slice(0, 12)
  return join(measurementsDirectory(), `${on.engine.replace(/[^\w.-]+/g, '-')}-${key}.json`)
}

function isTimes(value: unknown): value is MeasuredTimes {
  return (
    isRecord(value) &&
    Object.values(value).every(
      (times) => isRecord(times) && Object.values(times).every((milliseconds) => typeof milliseconds === 'number'),
    )
  )
}
