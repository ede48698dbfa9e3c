/** A file and the sha256 of its content (hex). */
export interface FileFingerprint {
  /** Relative to a root, with `/`. */
  readonly file: string
  readonly sha256: string
}

/** As `sha256sum` writes it: `cd ROOT && sha256sum -c FILE` compares. */
export function printFingerprints(files: readonly FileFingerprint[]): string {
  return files
    .map(({ file, sha256 }) => {
      const escaped = file.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r')
      return `${escaped === file ? '' : '\\'}${sha256}  ${escaped}\n`
    })
    .join('')
}

/** Names of the files that a text lists. */
export function listedIn(text: string): readonly string[] {
  return [...text.matchAll(/^(\\?)[0-9a-f]{64} {2}(.+)$/gm)].map(([, escaped, name = '']) =>
    escaped === '' ? name : name.replace(/\\(.)/g, (_, letter) => unescaped.get(letter) ?? letter),
  )
}

const unescaped: ReadonlyMap<string, string> = new Map([
  ['n', '\n'],
  ['r', '\r'],
])

export interface Differences {
  readonly changed: readonly string[]
  readonly missing: readonly string[]
  readonly added: readonly string[]
}

/** What differs between a record, as `printFingerprints` wrote it, and files. Names are as the record writes them. */
export function compareFingerprints(recorded: string, files: readonly FileFingerprint[]): Differences {
  const before = linesOf(recorded)
  const now = linesOf(printFingerprints(files))
  return {
    changed: [...now].filter(([file, line]) => before.has(file) && before.get(file) !== line).map(nameOf),
    missing: [...before].filter(([file]) => !now.has(file)).map(nameOf),
    added: [...now].filter(([file]) => !before.has(file)).map(nameOf),
  }
}

/** `2 changed (a.png, b.png); 1 missing (c.png)`: the first files of each kind. Empty where nothing differs. */
export function describeDifferences({ changed, missing, added }: Differences): string {
  const parts = (
    [
      ['changed', changed],
      ['missing', missing],
      ['new', added],
    ] as const
  ).flatMap(([what, files]) => {
    if (files.length === 0) return []
    const first = files.slice(0, 3)
    return [`${files.length} ${what} (${first.join(', ')}${files.length > first.length ? ', ...' : ''})`]
  })
  return parts.join('; ')
}

function linesOf(text: string): ReadonlyMap<string, string> {
  const lines = text.split('\n').filter((line) => line !== '')
  return new Map(lines.map((line) => [line.slice(line.indexOf('  ') + 2), line]))
}

function nameOf([file]: readonly [string, string]): string {
  return file
}
