import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DataPipeline } from '../data/contract.js'
import { compareFingerprints, describeDifferences, printFingerprints } from '../files/fingerprints.js'
import { readRegularFileSync } from '../files/read-regular.js'
import { replaceContent, replaceJson } from '../files/replace.js'
import { RunFailure } from './failure.js'

export const dataName = 'data.json'

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
    const before = recordedHash(record)
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

function recordedHash(path: string): unknown {
  const content = readRegularFileSync(path, largestRecord)
  try {
    const parsed: unknown = content.kind === 'read' ? JSON.parse(content.bytes.toString('utf8')) : undefined
    if (typeof parsed === 'object' && parsed !== null && 'contentHash' in parsed) return parsed.contentHash
  } catch {
    // Said below.
  }
  throw new RunFailure(
    1,
    'bad-record',
    `${path} is damaged: it has no hash of the data`,
    'Bring it back from a copy: without it nobody knows whether the data is what the run began with.',
  )
}
