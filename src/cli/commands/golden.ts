import { rmSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { goldenSuffix, goldenText } from '../../driver/golden.js'
import { frontPhases } from '../../driver/phases/front.js'
import { compileWith } from '../../driver/run-phases.js'
import { readTextIfThere } from '../../files/reading.js'
import { replaceContent } from '../../files/replace.js'
import { writingTo } from '../../files/writing.js'
import { openDisk } from '../../layouts/disk.js'
import { changedLines } from '../../source/changed-lines.js'
import { visible, visibleLines } from '../../source/visible.js'
import { codeOf, compileFile } from '../compile-options.js'
import { hasErrors, reportDiagnostics } from '../diagnostics.js'
import { type ExitCode, exitCodes, UsageError } from '../exit-codes.js'
import { printData, talk } from '../output.js'

const usage = `
For each file FILE.draem below PATH with a pipeline or a study: FILE.draem.golden, a text of what its experiments mean: every setting, defaults
included, parameters, FLOPs, a hash of each function, the cells of studies. Kept under version control, it makes an edit or an
upgrade that changes an experiment visible: without --update the command shows what changed, and exits with 1.`

export function addGoldenCommand(program: Command, done: (code: ExitCode) => void): void {
  program
    .command('golden <path...>')
    .description('compare what the experiments of files mean with what is recorded beside them')
    .option('--update', 'record what they mean now')
    .addHelpText('after', usage)
    .action(async (paths: readonly string[], { update }: { readonly update?: true }) => {
      done(await compareAll(paths, update === true))
    })
}

async function compareAll(paths: readonly string[], isUpdate: boolean): Promise<ExitCode> {
  const { files, goldens } = filesBelow(paths)
  let code: ExitCode = exitCodes.ok
  let changed = 0
  const known = new Set<string>()
  for (const file of files) {
    const compilation = compileFile((request) => compileWith(frontPhases, request), file, { set: [] }, frontOnly)
    if (hasErrors(compilation.diagnostics)) {
      await reportDiagnostics(compilation.diagnostics, compilation.sources)
      code = codeOf(compilation)
      known.add(`${file}${goldenSuffix}`)
      continue
    }
    const { checked } = compilation.artefacts
    if (!checked || checked.pipelines.length + checked.studies.length === 0) continue
    const golden = `${file}${goldenSuffix}`
    known.add(golden)
    const [before, now] = [readTextIfThere(golden), goldenText(checked, resolve(file))]
    if (before === now) continue
    changed += 1
    if (before === undefined) talk(`${visible(golden)}: ${isUpdate ? 'recorded' : 'not there yet'}`)
    else printData(visibleLines([`${golden}:`, ...changedLines(before, now)].join('\n')))
    if (isUpdate) writingTo(golden, () => replaceContent(golden, now))
  }
  for (const golden of goldens) {
    if (known.has(golden)) continue
    changed += 1
    talk(`${visible(golden)}: its file is gone, or has no pipeline${isUpdate ? ': removed' : ''}`)
    if (isUpdate) rmSync(golden)
  }
  if (changed > 0 && !isUpdate) talk('`draemc golden --update` records what the experiments mean now')
  return code !== exitCodes.ok || changed === 0 || isUpdate ? code : exitCodes.failed
}

const frontOnly = { lookAtDisk: false, mayLackPipeline: true, until: 'checked' } as const

/** In the order of their names; what begins with a dot, and what packages install, is passed over. */
function filesBelow(paths: readonly string[]): {
  readonly files: readonly string[]
  readonly goldens: readonly string[]
} {
  const disk = openDisk()
  const files: string[] = []
  const goldens: string[] = []
  const walk = (path: string): void => {
    const listing = disk.directory(resolve(path))
    if (listing.kind === 'file') files.push(path)
    else if (listing.kind !== 'directory')
      throw new UsageError(`${path} ${listing.kind === 'absent' ? 'does not exist' : 'cannot be read'}`)
    else
      for (const { name, kind } of listing.entries) {
        const inner = join(path, name)
        if (name.startsWith('.') || name === 'node_modules') continue
        if (kind === 'directory') walk(inner)
        else if (kind === 'file' && name.endsWith('.draem')) files.push(inner)
        else if (kind === 'file' && name.endsWith(`.draem${goldenSuffix}`)) goldens.push(inner)
      }
  }
  for (const path of paths) walk(path)
  if (files.length + goldens.length === 0) throw new UsageError(`there is no .draem file below ${paths.join(', ')}`)
  const unique = (names: readonly string[]) => [...new Map(names.map((name) => [relative('.', name), name])).values()]
  return { files: unique(files), goldens: unique(goldens) }
}
