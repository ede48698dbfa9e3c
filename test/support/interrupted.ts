import { spawn } from 'node:child_process'
import type { StampedEvent } from '../../src/events/events.js'
import { commandFile } from './draemc.js'

/** Starts a command that prints events, and sends it a signal when one of them comes. */
export async function interrupted(
  cwd: string,
  args: readonly string[],
  when: (event: StampedEvent['event']) => boolean,
) {
  const child = spawn(process.execPath, [commandFile, ...args, '--json'], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let [rest, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    if (lines.some((line) => when(JSON.parse(line).event))) child.kill('SIGTERM')
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const status = await new Promise((done) => child.on('close', done))
  return { status, stderr }
}
