import { readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunEvent } from '../../src/events/events.js'
import { EventSink } from '../../src/train/event-sink.js'
import { temporaryDirectory } from '../support/draemc.js'

const note = (message: string): RunEvent => ({ type: 'note', level: 'info', message })

test('an event is watched and is a line of the file', () => {
  const directory = temporaryDirectory()
  const watched: unknown[] = []
  const sink = new EventSink(directory, (event) => watched.push(event))
  for (const message of ['a', 'b']) sink.emit(note(message))
  sink.close()
  sink.emit(note('too late'))
  expect(watched).toHaveLength(2)
  const lines = readFileSync(join(directory, 'events.jsonl'), 'utf8').trimEnd().split('\n')
  expect(lines.map((line) => JSON.parse(line))).toEqual(watched)
})

test('a full disk is told once, and what follows still reaches whoever watches', () => {
  const directory = temporaryDirectory()
  symlinkSync('/dev/full', join(directory, 'events.jsonl'))
  const watched: string[] = []
  const sink = new EventSink(directory, ({ event }) => watched.push(event.type))
  expect(() => sink.emit(note('a'))).toThrow('ENOSPC')
  sink.emit({ type: 'failed', exitCode: 1, code: 'cannot-write', message: 'the disk is full' })
  sink.close()
  expect(watched).toEqual(['note', 'failed'])
})
