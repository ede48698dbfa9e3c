import { existsSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { readRegularFileSync } from '../files/read-regular.js'
import { openDisk } from '../layouts/disk.js'
import { isImageName } from '../layouts/names.js'
import type { EngineLocation } from '../native/locate.js'
import type { PredictFile, PredictMessage, PredictRequest } from '../train/predict/messages.js'
import { type EngineTask, startEngineTask } from './engine-task.js'

/** What was asked for cannot be predicted with or on: a mistake of the command line. */
export class CannotPredict extends Error {
  override readonly name = 'CannotPredict'
}

/**
 * The weights that a word means: `best` (those of the run's results: the last where nothing chose), `last`, or a file.
 *
 * @throws CannotPredict
 */
export function chooseCheckpoint(run: string, named: string): string {
  const last = join(run, 'checkpoints', 'last.safetensors')
  const pointer = join(run, 'checkpoints', 'best.json')
  const chosen =
    named === 'last' || (named === 'best' && !existsSync(pointer))
      ? last
      : named === 'best'
        ? join(run, fileOf(pointer))
        : resolve(named)
  if (!existsSync(chosen)) throw new CannotPredict(`there are no weights in ${chosen}`)
  return chosen
}

function fileOf(pointer: string): string {
  const content = readRegularFileSync(pointer, 2 ** 20)
  try {
    const best: unknown = content.kind === 'read' ? JSON.parse(content.bytes.toString('utf8')) : undefined
    if (typeof best === 'object' && best !== null && 'file' in best && typeof best.file === 'string') return best.file
  } catch {
    // Said below.
  }
  throw new CannotPredict(`${pointer} names no file`)
}

export interface ChosenFiles {
  readonly files: readonly PredictFile[]
  /** How each was named: as it was written, or the directory's name with the path below it. */
  readonly names: readonly string[]
  /** What directories hold beside images that can be read. */
  readonly passedOver: readonly string[]
}

/**
 * The files that paths mean: a directory stands for the images in it and below it. In the order of the paths, those of a directory by
 * name; one that several paths mean comes once.
 *
 * @throws CannotPredict for a path that is not there, and a directory without images.
 */
export function filesOf(paths: readonly string[]): ChosenFiles {
  const disk = openDisk()
  const found = new Map<string, string>()
  const passedOver: string[] = []
  const add = (named: string): void => {
    const path = resolve(named)
    if (!found.has(path)) found.set(path, named)
  }
  // Links may lead back up.
  const walk = (directory: string, entered: ReadonlySet<string>): void => {
    const real = realpathSync(directory)
    if (entered.has(real)) return
    const listing = disk.directory(resolve(directory))
    if (listing.kind !== 'directory') throw new CannotPredict(`${directory} cannot be read`)
    for (const { name, kind } of listing.entries) {
      const path = join(directory, name)
      if (kind === 'directory') walk(path, new Set([...entered, real]))
      else if (kind === 'file' && isImageName(name)) add(path)
      else passedOver.push(path)
    }
  }
  for (const path of paths) {
    const { kind } = disk.directory(resolve(path))
    if (kind === 'absent') throw new CannotPredict(`${path} does not exist`)
    if (kind === 'unreadable') throw new CannotPredict(`${path} cannot be read`)
    const before = found.size
    if (kind === 'file') add(path)
    else walk(path, new Set())
    if (kind === 'directory' && found.size === before) throw new CannotPredict(`${path} holds no images`)
  }
  const absolute = [...found.keys()]
  const base = commonDirectory(absolute)
  return {
    files: absolute.map((path) => ({ path, place: relative(base, path) })),
    names: [...found.values()],
    passedOver,
  }
}

function commonDirectory(files: readonly string[]): string {
  let base = dirname(files[0] ?? sep)
  for (const file of files) while (relative(base, file).startsWith('..')) base = dirname(base)
  return base
}

/** Starts the process that owns TensorFlow. `onMessage` gets all messages, the last `done` or `failed` unless the process crashed. */
export function startPrediction(
  request: PredictRequest,
  engine: EngineLocation,
  onMessage: (message: PredictMessage) => void,
): EngineTask {
  return startEngineTask('train/predict.js', request, engine, (message) => onMessage(message as PredictMessage))
}
