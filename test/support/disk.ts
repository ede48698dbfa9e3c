import { isIgnored } from '../../src/layouts/names.js'
import { byCodeUnits, type Entry, type FileView } from '../../src/layouts/view.js'

/**
 * A disk with these files; directories are what they lie in. A file's text stands after its name and `: `, with `\\n` for the
 * end of a line. `NAME -> ELOOP` is a link that cannot be followed, `NAME -> a named pipe` what it says.
 */
export function diskOf(...lines: readonly string[]): FileView {
  const links = new Map(lines.filter((line) => line.includes(' -> ')).map((line) => split(line, ' -> ')))
  const files = lines.filter((line) => !line.includes(' -> ')).map((line) => split(line, ': '))
  const texts = new Map(files.map(([path, text]) => [path, text.replaceAll('\\n', '\n')]))
  const paths = [...texts.keys(), ...links.keys()]
  const directories = new Set(
    paths.flatMap((path) => path.split('/').map((_, i, parts) => parts.slice(0, i).join('/'))),
  )
  const entryOf = (path: string, name: string): Entry => {
    const leadsTo = links.get(path)
    if (leadsTo !== undefined)
      return /^E/.test(leadsTo) ? { name, kind: 'unreadable', code: leadsTo } : { name, kind: 'special', what: leadsTo }
    return { name, kind: texts.has(path) ? 'file' : 'directory' }
  }
  return {
    directory: (path) => {
      const code = links.get(path)
      if (code !== undefined) return { kind: 'unreadable', code }
      if (texts.has(path)) return { kind: 'file' }
      if (!directories.has(path)) return { kind: 'absent' }
      const inside = [...paths, ...directories].filter((entry) => entry.startsWith(`${path}/`))
      const names = new Set(inside.map((entry) => entry.slice(path.length + 1).split('/')[0] ?? ''))
      const entries = [...names].filter((name) => !isIgnored(name)).sort(byCodeUnits)
      return { kind: 'directory', entries: entries.map((name) => entryOf(`${path}/${name}`, name)) }
    },
    read: (path) => {
      const text = texts.get(path)
      return text === undefined ? { kind: 'missing' } : { kind: 'read', bytes: Buffer.from(text) }
    },
  }
}

function split(line: string, by: string): readonly [string, string] {
  const [first = '', ...rest] = line.split(by)
  return [first, rest.join(by)]
}
