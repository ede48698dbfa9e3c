import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { format } from '../../syntax/print.js'
import { reportDiagnostics } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'

interface FormatOptions {
  readonly check?: true
  readonly stdout?: true
}

export function addFormatCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('fmt <file...>')
    .description('lay files out the one way; comments stay where they are')
    .option('--check', 'change nothing; exit 1 when a file would change')
    .option('--stdout', 'print instead of writing')
    .action((files: readonly string[], options: FormatOptions) => {
      done(formatFiles(files, options))
    })
}

function formatFiles(files: readonly string[], options: FormatOptions): ExitCode {
  let code: ExitCode = exitCodes.ok
  for (const file of files) {
    const text = readText(file)
    const result = format(text, file)
    if (result.text === undefined) {
      reportDiagnostics(result.diagnostics, result.sources, false)
      code = exitCodes.pipeline
    } else if (options.stdout) printData(result.text)
    else if (result.text !== text) {
      talk(options.check ? `${file} would change` : file)
      if (options.check) code = exitCodes.failed
      else writeBeside(file, result.text)
    }
  }
  return code
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new UsageError(`cannot read ${file}`)
  }
}

function writeBeside(path: string, content: string): void {
  const beside = `${path}.${process.pid}.part`
  writeFileSync(beside, content)
  renameSync(beside, path)
}
