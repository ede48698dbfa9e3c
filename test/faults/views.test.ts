import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandFile, projectRoot, temporaryDirectory } from '../support/draemc.js'
import { describeNative } from '../support/native.js'
import { eventsOf, smallProject } from './small-run.js'

/** `draemc` is the command in the script; its exit code is the last line of what is returned. */
function shell(script: string, cwd: string): { readonly code: number; readonly output: string } {
  const draemc = `draemc() { '${process.execPath}' '${commandFile}' "$@"; echo "code $?" >> codes; }`
  const { stdout } = spawnSync('bash', ['-c', `${draemc}\n${script}`], { cwd, encoding: 'utf8' })
  const codes = readFileSync(join(cwd, 'codes'), 'utf8').trim().split('\n')
  return { code: Number(codes.at(-1)?.slice('code '.length)), output: stdout }
}

describeNative('a run whose view goes away', () => {
  it.each([
    ['draemc run small.draem --plain --out out 2>&1 | head -1'],
    ['draemc run small.draem --json --out out >/dev/full 2>/dev/full'],
  ])('goes on to its end: %s', (script) => {
    const cwd = smallProject()
    expect(shell(script, cwd).code).toBe(0)
    expect(eventsOf(join(cwd, 'out')).at(-1)).toMatchObject({ type: 'run_finished', outcome: 'completed' })
  })
})

describe('another command whose output goes away', () => {
  const pipeline = join(projectRoot, 'pipelines', 'quickstart.draem')
  it.each(['draemc doc', 'draemc --help', `draemc check ${pipeline} --json`])('fails with one line: %s', (command) => {
    const cwd = temporaryDirectory()
    const full = shell(`${command} 2>&1 >/dev/full | grep -v '^warning: '`, cwd)
    expect(full.output).toBe('error: cannot write to standard output: the disk is full (ENOSPC)\n')
    expect(full.code).toBe(1)
    // Nowhere is left to say it.
    expect(shell(`${command} >/dev/full 2>/dev/full`, cwd).code).toBe(1)
  })

  it('fails with one line where its reader has gone', () => {
    const cwd = temporaryDirectory()
    const gone = shell('{ sleep 0.1; draemc doc --json 2>said; } | true; cat said', cwd)
    expect(gone.output).toBe('error: cannot write to standard output: whoever read it has gone (EPIPE)\n')
    expect(gone.code).toBe(1)
  })
})
