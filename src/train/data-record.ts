import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DataPipeline } from '../data/contract.js'
import { compareFingerprints, describeDifferences, printFingerprints } from '../files/fingerprints.js'
import { isRecord } from '../files/json.js'
import { readRegularFileSync } from '../files/read-regular.js'
import { replaceContent, replaceJson } from '../files/replace.js'
import { RunFailure } from './failure.js'

const dataName = 'data.json'

/**
 * Writes what the scan found. Of a run that goes on the data must be what it was.
 *
 * @throws RunFailure that names the files that differ.
 */
export function recordData(
  directory: string,
  data: Pick<DataPipeline, 'contentHash' | 'files' | 'record' | 'trainImages'>,
  isResumed: boolean,
): void {
  const [record, files] = [join(directory, dataName), join(directory, 'data.sha256')]
  if (isResumed && existsSync(record)) {
    const before = recordedHash(directory)
    if (before === data.contentHash) return
    const lines = readRegularFileSync(files, largestRecord)
    const listed = lines.kind === 'read' ? lines.bytes.toString('utf8') : ''
    const differences = describeDifferences(compareFingerprints(listed, data.files))
    throw new RunFailure(
      4,
      'data-changed',
      `the data is not what the run began with: ${differences || 'the labels or the severities of the images differ'}`,
      `Bring back the files of ${files}, or start a new run.`,
    )
  }
  replaceContent(files, printFingerprints(data.files))
  replaceJson(record, { format: 1, contentHash: data.contentHash, trainImages: data.trainImages, ...data.record })
}

/** Bytes of a file of the run directory that is read whole. */
const largestRecord = 2 ** 29

/** What the run read, as `data.json` says. Empty where it read nothing yet, or the file is damaged. */
export function readDataRecord(directory: string): Readonly<Record<string, unknown>> {
  const content = readRegularFileSync(join(directory, dataName), largestRecord)
  try {
    const record: unknown = content.kind === 'read' ? JSON.parse(content.bytes.toString('utf8')) : undefined
    return isRecord(record) ? record : {}
  } catch {
    return {}
  }
}

function recordedHash(directory: string): unknown {
  const { contentHash } = readDataRecord(directory)
  if (contentHash !== undefined) return contentHash
  throw new RunFailure(
    1,
    'bad-record',
    `${join(directory, dataName)} is damaged: it has no hash of the data`,
    'Bring it back from a copy: without it nobody knows whether the data is what the run began with.',
  )
}
