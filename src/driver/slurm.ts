import { shellWord } from '../source/visible.js'

export interface SlurmJob {
  readonly name: string
  /** Numbers of the cells, rising. */
  readonly cells: readonly number[]
  /** Words of the command that a task runs, up to the cell's number. */
  readonly command: readonly string[]
  readonly workingDirectory: string
}

/** Seconds before the time limit in which a run ends its step and writes its checkpoint. */
const noticeSeconds = 120

/**
 * A job array with a task a cell, for `sbatch`. A task that meets its time limit ends its run with a checkpoint and is queued again, as is one that
 * is preempted or whose node fails; one that is cancelled ends. Slurm signals the shell alone (`B:`): a signal to all would not tell the two apart.
 */
export function slurmScript({ name, cells, command, workingDirectory }: SlurmJob): string {
  return `#!/bin/bash
#SBATCH --job-name=${name}
#SBATCH --array=${rangesOf(cells)}
#SBATCH --chdir=${directive(workingDirectory)}
#SBATCH --output=slurm-${name}-%a.txt
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --signal=B:USR1@${noticeSeconds}

again() {
  kill -USR1 "$run"
  wait "$run"
  scontrol requeue "$SLURM_JOB_ID"
}
trap again USR1
${command.map(shellWord).join(' ')} --cell "$SLURM_ARRAY_TASK_ID" --plain &
run=$!
wait "$run"
`
}

/** Slurm reads double quotes in these lines, and nothing else that a shell does. */
function directive(text: string): string {
  return /^[\w./@%+=,-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '\\$&')}"`
}

/** `1-3,7` */
function rangesOf(numbers: readonly number[]): string {
  const ranges: { readonly from: number; to: number }[] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last?.to === number - 1) last.to = number
    else ranges.push({ from: number, to: number })
  }
  return ranges.map(({ from, to }) => (from === to ? String(from) : `${from}-${to}`)).join(',')
}
