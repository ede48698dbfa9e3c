import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import type { FileId, Span } from '../../source/span.js'
import type {
  EnumDeclaration,
  PipelineDeclaration,
  SourceFile,
  StudyDeclaration,
  TypeDeclaration,
} from '../../syntax/ast.js'
import type { Damage } from '../../syntax/damage.js'
import type { BlockEntity } from '../values/value.js'

/** What a name at the top of a file stands for. */
export type Entity =
  | BlockEntity
  | { readonly kind: 'enum'; readonly name: string; readonly declaration: EnumDeclaration; readonly module: Module }
  | { readonly kind: 'type'; readonly name: string; readonly declaration: TypeDeclaration; readonly module: Module }
  | {
      readonly kind: 'pipeline'
      readonly name: string
      readonly declaration: PipelineDeclaration
      readonly module: Module
    }
  | { readonly kind: 'study'; readonly name: string; readonly declaration: StudyDeclaration; readonly module: Module }

/** One file with the names that its code sees: its own and those of what it imports. */
export interface Module {
  readonly file: FileId
  /** Absolute directory that its relative paths are relative to. */
  readonly directory: string
  /** Part of the library: mistakes in its use are reported where the user's code calls it. */
  readonly library: boolean
  readonly source: SourceFile
  readonly own: Map<string, Entity>
  readonly imported: Map<string, Entity>
  /** What the parser could not read, by offset. */
  readonly damage: readonly Damage[]
  /** Names that stand in what could not be read, here or in an imported file, each with the syntax error. */
  readonly damaged: Map<string, Diagnostic>
  /** The first of its imports that is not there: unknown names may be of it. */
  lacksImport: Diagnostic | undefined
  /** Names of two things, of two imports or of a block and the language: whatever uses one may mean either. */
  readonly ambiguous: Map<string, Diagnostic>
  /** The imports, for names that two of them give. */
  readonly importSpans: Map<string, Span>
}

export function lookUp(module: Module, name: string): Entity | undefined {
  return module.own.get(name) ?? module.imported.get(name)
}

export function namesOfKind(module: Module, kind: Entity['kind']): readonly string[] {
  const all = [...module.own.values(), ...module.imported.values()]
  return [...new Set(all.filter((entity) => entity.kind === kind).map((entity) => entity.name))].sort()
}
