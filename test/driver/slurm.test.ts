import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { slurmScript } from '../../src/driver/slurm.js'
import { temporaryDirectory } from '../support/draemc.js'

/** A command that says how it was called, and ends as a run does that is asked to. */
const command = [
  'python3',
  '-u',
  '-c',
  `import signal, sys, time
def end(number, frame):
    print("ended by", number, flush=True)
    sys.exit(130)
signal.signal(signal.SIGUSR1, end)
print("begun", *sys.argv[1:], flush=True)
time.sleep(float(sys.argv[1]))
print("done", flush=True)`,
]

/** Runs the script as Slurm's shell would, with an \`scontrol\` that says what it was asked. */
function runTask(seconds: string, signalled: boolean): string {
  const directory = temporaryDirectory()
  const script = slurmScript({
    ...{ name: 'rates', cells: [1, 2, 3, 5, 8, 9], workingDirectory: directory },
    command: [...command, seconds, "it's"],
  })
  writeFileSync(join(directory, 'scontrol'), '#!/bin/sh\necho scontrol "$@"\n', { mode: 0o755 })
  writeFileSync(join(directory, 'job.sh'), script)
  const caller = signalled
    ? 'bash job.sh > out & until grep -qs begun out; do sleep 0.05; done; kill -USR1 $!; wait $!; cat out'
    : 'bash job.sh'
  const env = { ...process.env, PATH: `${directory}:${process.env.PATH}`, SLURM_JOB_ID: '7', SLURM_ARRAY_TASK_ID: '3' }
  return spawnSync('bash', ['-c', caller], { cwd: directory, env, encoding: 'utf8' }).stdout
}

it('has a task for each cell', () => {
  const script = slurmScript({
    name: 'rates',
    cells: [1, 2, 3, 5, 8, 9],
    workingDirectory: '/a b',
    command: ['draemc'],
  })
  expect(script).toContain('#SBATCH --array=1-3,5,8-9\n')
  expect(script).toContain('#SBATCH --chdir="/a b"\n')
})

it('runs one cell', () => {
  expect(runTask('0.1', false)).toBe("begun 0.1 it's --cell 3 --plain\ndone\n")
})

it('ends the run before the time limit, and queues the task again', () => {
  expect(runTask('60', true)).toBe("begun 60 it's --cell 3 --plain\nended by 10\nscontrol requeue 7\n")
})
