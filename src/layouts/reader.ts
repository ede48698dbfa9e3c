import { join } from 'node:path'
import { imageExtensions } from '../components/image-kinds.js'
import type { dataDiagnostics } from '../diagnostics/codes/data.js'
import { isImageName } from './names.js'
import type { Place, Problem } from './problem.js'
import type { Directory, Entry, FileView } from './view.js'

/** A directory that must hold images, and what lacks without them: `nothing to train on`. */
export interface Need {
  readonly domain: string
  readonly what: string
}

/** Reads a data set for a layout, and collects what is wrong with it. Paths are relative to the root, with `/`. */
export class Reader {
  readonly problems: Problem[] = []
  readonly #unreadable = new Set<string>()

  constructor(
    private readonly view: FileView,
    readonly root: string,
    /** What a directory of the root is called. */
    readonly part: 'domain' | 'category' | 'root',
  ) {}

  report<Row extends keyof typeof dataDiagnostics>(
    row: Row,
    facts: Extract<Problem, { readonly row: Row }>['facts'],
    file: string,
    at: Place,
  ): void {
    this.problems.push({ row, facts, file, at } as Problem)
  }

  /** What stands at a path. What cannot be read is reported, once. */
  look(path: string, at: Place): Directory {
    const found = this.view.directory(join(this.root, path))
    if (found.kind === 'unreadable') this.reportUnreadable(path, `cannot be read (${found.code})`, at)
    return found
  }

  isDirectory(path: string): boolean {
    return this.view.directory(join(this.root, path)).kind === 'directory'
  }

  entries(path: string, at: Place): readonly Entry[] {
    const found = this.look(path, at)
    return found.kind === 'directory' ? found.entries : []
  }

  /** Text of a table; undefined where there is none, or it cannot be read, which is reported. */
  table(path: string, at: Place): string | undefined {
    const found = this.view.read(join(this.root, path), tableBytes)
    switch (found.kind) {
      case 'read':
        return found.bytes.toString('utf8')
      case 'missing':
        return undefined
      case 'not_regular':
        return this.reportUnreadable(path, `is ${found.what}, not a file`, at)
      case 'too_large':
        return this.reportUnreadable(path, `is larger than a table may be, ${tableBytes / 2 ** 20} MiB`, at)
      case 'unreadable':
        return this.reportUnreadable(path, `cannot be read (${found.code})`, at)
    }
  }

  /** Images of a directory. Undefined, and reported, where it must hold some and does not. */
  images(path: string, at: Place, need: Need): readonly string[] | undefined {
    const directory = need.domain === '.' ? path : path.slice(need.domain.length + 1)
    const found = this.look(path, at)
    if (found.kind === 'unreadable') return undefined
    if (found.kind !== 'directory') {
      const there = this.entries(need.domain, at).map(({ name }) => name)
      this.report('directoryMissing', { ...need, part: this.part, directory, there }, path, at)
      return undefined
    }
    const { files, others, isWhole } = this.split(path, isImageName, at)
    if (files.length === 0) {
      const shown = others.slice(0, 5).map((entry) => this.#describe(path, entry))
      if (isWhole)
        this.report(
          'noImages',
          {
            domain: need.domain,
            part: this.part,
            directory,
            others: shown,
            readable: imageExtensions,
          },
          path,
          at,
        )
      return undefined
    }
    this.nameLeftOut(path, others, `images are ${imageExtensions} files of the directory itself`, at)
    return files
  }

  /** Paths of the files whose names fit. What has a fitting name and is no file is reported; `isWhole` is false then. */
  split(
    path: string,
    fits: (name: string) => boolean,
    at: Place,
  ): { readonly files: readonly string[]; readonly others: readonly Entry[]; readonly isWhole: boolean } {
    const entries = this.entries(path, at)
    const files: string[] = []
    const others: Entry[] = []
    let isWhole = true
    for (const entry of entries) {
      if (entry.kind === 'directory' || !fits(entry.name)) others.push(entry)
      else if (entry.kind === 'file') files.push(`${path}/${entry.name}`)
      else {
        isWhole = false
        this.reportUnreadable(`${path}/${entry.name}`, whyUnreadable(entry), at)
      }
    }
    return { files, others, isWhole }
  }

  /** Of what lies in a directory that only holds directories and tables: what looks like data. Notes and their directories do not. */
  nameData(path: string, entries: readonly Entry[], rule: string, at: Place): void {
    const isData = ({ name, kind }: Entry): boolean => kind !== 'file' || isImageName(name) || /\.csv$/i.test(name)
    const data = entries.filter((entry) => {
      if (entry.kind !== 'directory') return isData(entry)
      return this.entries(inDirectory(path, entry.name), at).some(isData)
    })
    this.nameLeftOut(path, data, rule, at)
  }

  /** @param rule what is read instead. Empty directories leave nothing out. */
  nameLeftOut(path: string, entries: readonly Entry[], rule: string, at: Place): void {
    const left = entries.filter(
      ({ name, kind }) => kind !== 'directory' || this.entries(inDirectory(path, name), at).length > 0,
    )
    if (left.length === 0) return
    const first = left.slice(0, 3).map((entry) => this.#describe(path, entry))
    this.report('leftOut', { directory: path, first, count: left.length, rule }, path, at)
  }

  reportUnreadable(path: string, why: string, at: Place): undefined {
    if (this.#unreadable.has(path)) return
    this.#unreadable.add(path)
    this.report('unreadable', { path, why }, path, at)
  }

  #describe(directory: string, entry: Entry): string {
    const { name } = entry
    switch (entry.kind) {
      case 'file':
        return `\`${name}\``
      case 'special':
        return `\`${name}\` (${entry.what})`
      case 'unreadable':
        return `\`${name}\` (${entry.code === 'ENOENT' ? 'a link to nothing' : entry.code})`
      case 'directory': {
        const inside = this.view.directory(join(this.root, directory, name))
        const images = inside.kind === 'directory' ? inside.entries.filter((each) => isImageName(each.name)).length : 0
        return `\`${name}/\`${images === 0 ? '' : ` (${images} ${images === 1 ? 'image' : 'images'})`}`
      }
    }
  }
}

function whyUnreadable(entry: Extract<Entry, { readonly kind: 'special' | 'unreadable' }>): string {
  return entry.kind === 'special' ? `is ${entry.what}, not a file` : `cannot be read (${entry.code})`
}

/** Of a table that is read whole. */
const tableBytes = 64 * 2 ** 20

/** Of a name in a directory; the root is `.`. */
export function inDirectory(directory: string, name: string): string {
  return directory === '.' ? name : `${directory}/${name}`
}
