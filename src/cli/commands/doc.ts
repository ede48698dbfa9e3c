import type { Command } from 'commander'
import { suggest } from '../../diagnostics/suggest.js'
import { type DocumentedName, documentationOf, documentedNames } from '../../reference/lookup.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, printJson } from '../output.js'

interface DocOptions {
  readonly json?: true
}

export function addDocCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('doc [name]')
    .description(
      'documentation of a function, block, type, component, metric or diagnostic; without a name the list of them',
    )
    .option('--json', 'as JSON')
    .action((name: string | undefined, options: DocOptions) => {
      const names = documentedNames()
      const found = name === undefined ? names : documentationOf(name, names)
      if (name !== undefined && found.length === 0) throw new UsageError(unknown(name, names))
      if (options.json) printJson(found)
      else printData(name === undefined ? listOf(names) : found.map(pageOf).join('\n\n'))
      done(exitCodes.ok)
    })
}

function unknown(name: string, names: readonly DocumentedName[]): string {
  const known = names.flatMap(({ name, group, summary }) => (group === 'Diagnostics' ? [name, summary] : [name]))
  const suggestion = suggest(name, known)
  const rest = suggestion === undefined ? '`draemc doc` lists what has one' : `did you mean \`${suggestion}\`?`
  return `there is no documentation of \`${name}\`: ${rest}`
}

function pageOf({ name, group, summary, text }: DocumentedName): string {
  return group === 'Diagnostics' ? `${name}: ${summary}\n\n${text}` : `${name} (${group})\n\n${text}`
}

function listOf(names: readonly DocumentedName[]): string {
  const width = Math.max(...names.map(({ name }) => name.length))
  const groups = new Map<string, string[]>()
  for (const { name, group, summary } of names)
    groups.set(group, [...(groups.get(group) ?? []), `  ${name.padEnd(width)}  ${summary}`])
  return [...groups].map(([group, lines]) => [group, ...lines].join('\n')).join('\n\n')
}
