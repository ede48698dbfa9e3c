import { accessSync, constants } from 'node:fs'
import type { Command } from 'commander'
import { readEntry } from '../../driver/source-text.js'
import { replaceContent } from '../../files/replace.js'
import { writingTo } from '../../files/writing.js'
import { SourceMap } from '../../source/source-file.js'
import { visible } from '../../source/visible.js'
import { parse } from '../../syntax/parse.js'
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
    .action(async (files: readonly string[], options: FormatOptions) => {
      done(await formatFiles(files, options))
    })
}

async function formatFiles(files: readonly string[], options: FormatOptions): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok
  for (const file of files) {
    const text = readText(file)
    const { diagnostics } = parse(text, file)
    const formatted = format(text)
    if (diagnostics.length > 0) {
      const sources = new SourceMap()
      sources.add(file, text)
      await reportDiagnostics(diagnostics, sources)
      code = exitCodes.pipeline
    } else if (options.stdout) printData(formatted)
    else if (formatted !== text) {
      if (options.check) code = exitCodes.failed
      else writeText(file, formatted)
      talk(options.check ? `${visible(file)} would change` : visible(file))
    }
  }
  return code
}

/** Replacing a file asks for no permission on it: a file that is read-only stays as it is. */
function writeText(file: string, text: string): void {
  writingTo(file, () => {
    accessSync(file, constants.W_OK)
    replaceContent(file, text)
  })
}

function readText(file: string): string {
  const text = readEntry(file)
  if (typeof text === 'string') return text
  throw new UsageError(`cannot read ${file}: ${text?.reason ?? 'there is no such file'}`)
}
