import type { Command } from 'commander'
import { examine, type Finding } from '../../native/doctor.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, printJson } from '../output.js'

const marks: Readonly<Record<Finding['state'], string>> = {
  ok: 'ok     ',
  missing: 'missing',
  broken: 'broken ',
  info: '       ',
}

export function addDoctorCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('doctor')
    .description('what draemc needs, what is there, how to get the rest')
    .option('--json', 'as JSON')
    .action(async (options: { readonly json?: true }) => {
      const findings = await examine()
      if (options.json) printJson(findings)
      else for (const finding of findings) printFinding(finding)
      done(
        findings.some((finding) => finding.state === 'missing' || finding.state === 'broken')
          ? exitCodes.failed
          : exitCodes.ok,
      )
    })
}

function printFinding(finding: Finding): void {
  printData(`${marks[finding.state]}  ${finding.subject.padEnd(16)} ${finding.found}`)
  if (finding.help && finding.state !== 'ok') printData(`${' '.repeat(26)} -> ${finding.help}`)
}
