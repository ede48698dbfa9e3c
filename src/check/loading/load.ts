import { basename, dirname, join, resolve } from 'node:path'
import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { FileId } from '../../source/span.js'
import type { Declaration, ImportDeclaration } from '../../syntax/ast.js'
import { type Damage, lastWhere } from '../../syntax/damage.js'
import { type ParsedFile, parse } from '../../syntax/parse.js'
import type { Session } from '../evaluation/session.js'
import { functions } from '../functions/table.js'
import { builtinEnums } from '../values/builtin-enums.js'
import { builtinTypes } from '../values/type.js'
import { parseLibrary } from './library.js'
import type { Entity, Module } from './module.js'

/** A file that is there and cannot be read as text: `reason` continues "cannot be read:". */
export interface UnreadableText {
  readonly reason: string
}

export interface LoadOptions {
  /** Undefined: there is no such file. */
  readonly loadFile: (path: string) => string | UnreadableText | undefined
  /** The entry's tree, where it was made before. */
  readonly parsedEntry?: ParsedFile
  readonly entry: string
  /** Absolute: the files of `std/`. */
  readonly libraryDirectory: string
}

/** Files that one compilation reads at most. */
export const mostFiles = 4096

interface Open {
  readonly path: string
  readonly module: Module
  readonly declarations: Iterator<Declaration>
}

/** Reads a file and what it imports, each once, and ties their names together. */
export class ModuleLoader {
  readonly #modules = new Map<string, Module>()
  /** The files whose imports are being read, each imported by the one before it; and their paths. */
  readonly #open: Open[] = []
  readonly #openPaths = new Set<string>()

  constructor(
    readonly session: Session,
    readonly options: LoadOptions,
  ) {}

  get modules(): readonly Module[] {
    return [...this.#modules.values()]
  }

  /** `path` is absolute, `file` the name that reports show. Undefined when there is no such file. */
  load(path: string, file: FileId, library: boolean): Module | UnreadableText | undefined {
    const entry = this.#read(path, file, library)
    // Depth first, by a stack of its own: a chain of imports may be long.
    for (let top = this.#open.at(-1); top !== undefined; top = this.#open.at(-1)) {
      const { value: declaration } = top.declarations.next()
      if (declaration === undefined) {
        this.#open.pop()
        this.#openPaths.delete(top.path)
      } else if (declaration.kind === 'import') {
        if (!declaration.recovered && !declaration.path.recovered) this.#import(top.module, declaration)
      }
    }
    return entry
  }

  /** Its imports are then open. */
  #read(path: string, file: FileId, library: boolean): Module | UnreadableText | undefined {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    if (this.#modules.size >= mostFiles) return { reason: `more than ${mostFiles} files are imported` }
    const text = this.options.loadFile(path)
    if (typeof text !== 'string') return text
    this.session.sources.add(file, text)
    const parsed = path === this.options.entry ? this.options.parsedEntry : undefined
    const { file: source, diagnostics, damage } = parsed ?? (library ? parseLibrary(text, file) : parse(text, file))
    this.session.sink.reportAll(diagnostics)
    const module: Module = {
      file,
      directory: dirname(path),
      library,
      source,
      own: new Map(),
      imported: new Map(),
      damage,
      damaged: namesOf(damage),
      lacksImport: damage.find(({ mayImport }) => mayImport)?.diagnostic,
      ambiguous: new Map(),
      importSpans: new Map(),
    }
    this.#modules.set(path, module)
    this.session.modules.set(file, module)
    this.#open.push({ path, module, declarations: source.declarations.values() })
    this.#openPaths.add(path)
    this.#declare(module)
    return module
  }

  #declare(module: Module): void {
    for (const declaration of module.source.declarations) {
      if (declaration.kind === 'import' || declaration.name.name === '') continue
      const { name, span } = declaration.name
      if (declaration.recovered || declaration.name.recovered) {
        // What it declares is not known: what uses its name follows from the syntax error.
        const { damage, damaged } = module
        const mistake = damage[lastWhere(damage, (each) => each.extent.start <= declaration.span.end)]
        if (mistake !== undefined) damaged.set(name, mistake.diagnostic)
        continue
      }
      const taken = this.#taken(module, declaration.kind, name)
      if (taken !== undefined) {
        const first = module.own.get(name)?.declaration.name.span
        if (first === undefined) module.own.set(name, { kind: declaration.kind, name, declaration, module } as Entity)
        const related = first === undefined ? [] : [{ span: first, label: 'first declared here' }]
        const reported = this.session.sink.report(
          diagnose(namesDiagnostics.duplicateName, span, { what: declaration.kind, name, of: taken }, related),
        )
        // A type is meant for the file's own; a call may be of the function or of the block.
        if (first === undefined && declaration.kind === 'block') module.ambiguous.set(name, reported)
        continue
      }
      module.own.set(name, { kind: declaration.kind, name, declaration, module } as Entity)
      if (declaration.kind === 'enum') this.#declareEnum(declaration)
    }
  }

  #declareEnum(declaration: Extract<Entity, { kind: 'enum' }>['declaration']): void {
    const seen = new Set<string>()
    for (const value of declaration.values) {
      if (seen.has(value.name)) {
        const facts = { what: 'value', name: value.name, of: `another value of \`${declaration.name.name}\`` }
        this.session.sink.report(diagnose(namesDiagnostics.duplicateName, value.span, facts))
      }
      seen.add(value.name)
    }
  }

  #taken(module: Module, kind: string, name: string): string | undefined {
    const own = module.own.get(name)
    if (own !== undefined) return own.kind === kind ? `another ${kind}` : `a ${own.kind}`
    if (kind === 'block' && functions.has(name)) return 'a function of the language'
    if ((kind === 'type' || kind === 'enum') && (builtinTypes.has(name) || builtinEnums.has(name)))
      return 'a type of the language'
    return undefined
  }

  #import(module: Module, declaration: ImportDeclaration): void {
    const { value, span } = declaration.path
    const target = this.#resolve(module, value)
    if (this.#openPaths.has(target.path)) {
      const paths = this.#open.map(({ path }) => path)
      const chain = [...paths.slice(paths.indexOf(target.path)), target.path].map((path) => basename(path))
      const reported = this.session.sink.report(diagnose(namesDiagnostics.importCycle, span, { chain }))
      module.lacksImport ??= reported
      return
    }
    const imported = this.#read(target.path, target.file, target.library)
    if (imported === undefined || 'reason' in imported) {
      const facts = { path: value, file: target.shown, ...imported }
      const reported = this.session.sink.report(diagnose(namesDiagnostics.importNotFound, span, facts))
      module.lacksImport ??= reported
      return
    }
    for (const [name, mistake] of namesOf(imported.damage)) module.damaged.set(name, mistake)
    for (const entity of imported.own.values()) this.#bring(module, entity, span, value)
  }

  #bring(module: Module, entity: Entity, span: ImportDeclaration['span'], from: string): void {
    const { name } = entity
    const own = module.own.get(name)
    if (own !== undefined) {
      this.session.sink.report(
        diagnose(namesDiagnostics.hiddenImport, own.declaration.name.span, { name, from: `"${from}"` }),
      )
      return
    }
    const other = module.imported.get(name)
    if (other !== undefined && other.declaration !== entity.declaration) {
      if (!mentions(module.source, name)) return
      const first = module.importSpans.get(name)
      const related = first === undefined ? [] : [{ span: first, label: `\`${name}\` also comes from here` }]
      const facts = {
        what: entity.kind,
        name,
        of: `${other.kind === 'enum' ? 'an' : 'a'} ${other.kind} of another import`,
      }
      module.ambiguous.set(
        name,
        this.session.sink.report(diagnose(namesDiagnostics.duplicateName, span, facts, related)),
      )
      return
    }
    module.imported.set(name, entity)
    module.importSpans.set(name, span)
  }

  #resolve(
    module: Module,
    path: string,
  ): { readonly path: string; readonly file: FileId; readonly library: boolean; readonly shown: string } {
    const file = path.endsWith('.draem') ? path : `${path}.draem`
    if (path.startsWith('std/'))
      return { path: join(this.options.libraryDirectory, file.slice(4)), file, library: true, shown: file }
    const absolute = resolve(module.directory, file)
    return { path: absolute, file: absolute, library: module.library, shown: file }
  }
}

/** Each name with the last syntax error that it stands in. Errors of one statement share their names. */
function namesOf(damage: readonly Damage[]): Map<string, Diagnostic> {
  const last = new Map(damage.map(({ names, diagnostic }) => [names, diagnostic]))
  const found = new Map<string, Diagnostic>()
  for (const [names, diagnostic] of last) for (const name of names) found.set(name, diagnostic)
  return found
}

/** Whether a name stands anywhere in the file: of two that nothing uses, neither is meant. */
function mentions(node: unknown, name: string): boolean {
  if (Array.isArray(node)) return node.some((item) => mentions(item, name))
  if (node === null || typeof node !== 'object') return false
  if ('kind' in node && node.kind === 'identifier') return 'name' in node && node.name === name
  return Object.values(node).some((child) => mentions(child, name))
}
