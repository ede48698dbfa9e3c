import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { EventSink } from '../../src/train/event-sink.js'
import { crc32c, maskedCrc32c } from '../../src/train/tensorboard/crc32c.js'
import { eventMessage } from '../../src/train/tensorboard/event-file.js'

describe('CRC-32C', () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalogue.
  test.each([
    ['zeros', new Uint8Array(32), 0x8a9136aa],
    ['ones', new Uint8Array(32).fill(0xff), 0x62a8ab43],
    ['rising', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['falling', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['123456789', Buffer.from('123456789'), 0xe3069283],
  ])('of %s', (_, bytes, expected) => expect(crc32c(bytes)).toBe(expected))

  test('masked as TFRecord does', () => {
    // The first twelve bytes of every file that TensorFlow writes: length 24 and `a3 7f 4b 22`.
    expect(maskedCrc32c(Uint8Array.of(24, 0, 0, 0, 0, 0, 0, 0))).toBe(0x224b7fa3)
  })
})

describe('event files', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'draemc-events-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  test('read back as records with right checksums and the scalars of the events', () => {
    const watched: unknown[] = []
    const sink = new EventSink(
      directory,
      (event) => watched.push(event),
      () => 1_700_000_000_000,
    )
    const position = { epoch: 1, step: 7, stepInEpoch: 7 }
    sink.emit({ type: 'step', ...position, losses: { total: 0.5 }, imagesPerSecond: 80, waitShare: 0.25 })
    sink.emit({
      type: 'validation',
      epoch: 1,
      step: 7,
      metrics: { 'auroc(score)': 0.75, 'mae(severity)': null },
      best: true,
    })
    sink.emit({
      type: 'evaluation',
      classes: [],
      domain: 'domain_B',
      role: 'target',
      images: 3,
      metrics: { 'auroc(score)': 1 },
    })
    sink.close()

    const files = readdirSync(join(directory, 'tensorboard'))
    expect(files).toEqual(['events.out.tfevents.1700000000.draemc'])
    const events = readRecords(readFileSync(join(directory, 'tensorboard', files[0] as string)))
    expect(events[0]).toMatchObject({ fileVersion: 'brain.Event:2', wallTime: 1_700_000_000 })
    expect(events.slice(1).map(({ step, summary }) => [Number(step), summary])).toEqual([
      [
        7,
        {
          value: [
            { tag: 'loss/total', simpleValue: 0.5 },
            { tag: 'train/images_per_second', simpleValue: 80 },
            { tag: 'train/wait_share', simpleValue: 0.25 },
          ],
        },
      ],
      [7, { value: [{ tag: 'val/auroc(score)', simpleValue: 0.75 }] }],
      [7, { value: [{ tag: 'test/domain_B/auroc(score)', simpleValue: 1 }] }],
    ])

    const lines = readFileSync(join(directory, 'events.jsonl'), 'utf8').trimEnd().split('\n')
    expect(lines.map((line) => JSON.parse(line))).toEqual(watched)
    expect(lines).toHaveLength(3)
  })
})

interface DecodedEvent {
  readonly step?: unknown
  readonly summary?: unknown
}

function readRecords(bytes: Buffer): DecodedEvent[] {
  const events: DecodedEvent[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(offset))
    expect(bytes.readUInt32LE(offset + 8)).toBe(maskedCrc32c(bytes.subarray(offset, offset + 8)))
    const data = bytes.subarray(offset + 12, offset + 12 + length)
    expect(bytes.readUInt32LE(offset + 12 + length)).toBe(maskedCrc32c(data))
    events.push(eventMessage.toObject(eventMessage.decode(data), { longs: Number }) as DecodedEvent)
    offset += 16 + length
  }
  return events
}
