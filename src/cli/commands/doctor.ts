import type { Command } from 'commander'
import { examine, type Finding } from '../../native/doctor.js'
import { abandonedStaging, removeStaging } from '../../native/staging.js'
import { type ExitCode, exitCodes } from '../exit-codes.js'
import { printData, printJson, talk } from '../output.js'

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
    .option('--fix', 'remove what interrupted installations left')
    .action(async (options: { readonly json?: true; readonly fix?: true }) => {
      for (const left of options.fix ? abandonedStaging() : []) {
        removeStaging(left)
        talk(`removed ${left}`)
      }
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
