import { namesDiagnostics } from '../../diagnostics/codes/names.js'
import { typesDiagnostics } from '../../diagnostics/codes/types.js'
import { diagnose } from '../../diagnostics/define.js'
import type { Diagnostic } from '../../diagnostics/diagnostic.js'
import { suggest } from '../../diagnostics/suggest.js'
import type { Span } from '../../source/span.js'
import { within } from '../../source/span.js'
import type {
  Binding,
  ExpectStatement,
  Identifier,
  PipelineDeclaration,
  RemoveStatement,
  Section,
  Statement,
} from '../../syntax/ast.js'
import type { Session } from '../evaluation/session.js'
import { damageAt, damaging } from '../loading/damage.js'
import type { Module } from '../loading/module.js'
import { namesRead } from '../loading/names-in.js'
import type { FlatSection, FlatSetting } from '../settings/context.js'
import { chainOf, type Link } from './chain.js'
import type { FlatAllow, FlatParam, FlatPipeline } from './flat.js'
import { NewBindings } from './new-bindings.js'
import { pathSpan, pathText, settablePaths, suggestPath } from './paths.js'
import { withoutParameter } from './removal.js'

export const settingNames = ['seed', 'data', 'augmentation', 'synthesis'] as const
export const sectionNames = ['model', 'loss', 'train', 'evaluate'] as const
const isSetting = (name: string): boolean => (settingNames as readonly string[]).includes(name)
const isSection = (name: string): boolean => (sectionNames as readonly string[]).includes(name)

interface OpenSection {
  span: Span
  readonly damaged: Map<string, Diagnostic>
  readonly removed: Map<string, Span>
  readonly settings: Map<string, FlatSetting>
}

const extendsNone = 'a pipeline that extends no other'

/** Lays a pipeline over what it extends, then the options of the command line over both. */
export class Flattener {
  readonly #params = new Map<string, FlatParam>()
  readonly #settings = new Map<string, FlatSetting>()
  readonly #sections = new Map<string, OpenSection>()
  readonly #expects: ExpectStatement[] = []
  readonly #allows: FlatAllow[] = []
  readonly #removed = new Map<string, Span>()
  readonly #new = new NewBindings()

  constructor(
    readonly session: Session,
    readonly module: Module,
  ) {}

  flatten(declaration: PipelineDeclaration, overrides: readonly Binding[], what = 'this option sets'): FlatPipeline {
    const { module } = this
    const { links, isWhole } = chainOf(declaration, module, this.session)
    // Without its base nothing can be said of what it replaces.
    for (const link of isWhole ? links : []) this.#lay(link)
    for (const override of overrides) this.#override(override, what)
    this.#new.report([...this.#sections.values()], this.session.sink)
    return {
      name: declaration.name.name,
      ...(declaration.doc === undefined ? {} : { doc: declaration.doc }),
      declaration,
      module,
      params: this.#params,
      settings: this.#settings,
      sections: this.#sections as ReadonlyMap<string, FlatSection>,
      expects: this.#expects,
      allows: this.#allows,
      removed: this.#removed,
      replacedNames:
        links.length > 1 || overrides.length > 0 ? namesRead(links.map((link) => link.declaration)) : new Set(),
      lacksBase: !isWhole,
    }
  }

  #lay(link: Link): void {
    const { declaration, module, derived, last } = link
    const seen = new Map<string, Span>()
    const first = (name: Identifier, what: string): boolean => {
      const before = seen.get(name.name)
      seen.set(name.name, before ?? name.span)
      if (before === undefined) return true
      const related = [{ span: before, label: 'first given here' }]
      this.#report(
        namesDiagnostics.duplicateName,
        name.span,
        { what, name: name.name, of: `another ${what}`, isFixed: what !== 'param' },
        related,
      )
      return false
    }
    for (const item of declaration.items) {
      if (item.recovered) {
        if (item.kind === 'param' && item.name.name !== '')
          this.#params.set(item.name.name, {
            declaration: item,
            value: undefined,
            module,
            damage: damageAt(this.session, item.span),
          })
        if (item.kind === 'allow') this.#allows.push({ statement: item, inherited: !last })
        continue
      }
      switch (item.kind) {
        case 'param':
          if (isSetting(item.name.name) || isSection(item.name.name) || item.name.name === 'image') {
            this.#report(namesDiagnostics.duplicateName, item.name.span, {
              what: 'param',
              name: item.name.name,
              of: 'a part of every pipeline',
            })
          } else if (first(item.name, 'param')) {
            const { name, value: given, span } = item
            const value = given && flat({ kind: 'binding', path: [name], value: given, span })
            this.#params.set(item.name.name, { declaration: item, value, module })
          }
          break
        case 'section':
          this.#section(item, link, first)
          break
        case 'binding':
          if (item.path.length > 1) {
            if (derived) {
              const name = { ...(item.path[0] as Identifier), name: pathText(item.path), span: pathSpan(item.path) }
              if (first(name, 'setting')) this.#override(item, 'this sets')
            } else {
              const help =
                'Write it into its section or call; dotted names replace parts of a pipeline that is extended.'
              this.#misplaced(pathSpan(item.path), 'a dotted name', extendsNone, help)
            }
          } else this.#setting(item, derived, first)
          break
        case 'remove':
          if (derived) this.#remove(item)
          else
            this.#misplaced(
              item.span,
              '`remove`',
              extendsNone,
              'Delete what it names, or extend the pipeline that has it.',
            )
          break
        case 'expect':
          if (last) this.#expects.push(item)
          break
        case 'allow':
          this.#allows.push({ statement: item, inherited: !last })
          break
        default:
          break
      }
    }
  }

  #setting(item: Binding, derived: boolean, first: (name: Identifier, what: string) => boolean): void {
    const [name] = item.path
    if (name === undefined) return
    if (isSetting(name.name)) {
      if (first(name, 'setting')) this.#settings.set(name.name, flat(item))
      return
    }
    const param = derived ? this.#params.get(name.name) : undefined
    if (param !== undefined) {
      if (first(name, 'param')) this.#params.set(name.name, { ...param, value: { ...flat(item), change: item.span } })
      return
    }
    if (isSection(name.name)) {
      const span = { ...name.span, start: name.span.end, end: item.value.span.start }
      const help = `Leave it out: \`${name.name} { ... }\`.`
      this.#misplaced(equalsIn(this.session, span), '`=`', 'the head of a section', help)
      return
    }
    const known = [...settingNames, ...sectionNames, ...(derived ? this.#params.keys() : [])]
    const facts = { what: 'setting of a pipeline', name: name.name, known, suggestion: suggest(name.name, known) }
    this.#report(namesDiagnostics.unknownName, name.span, facts)
  }

  #section(item: Section, link: Link, first: (name: Identifier, what: string) => boolean): void {
    // A misspelt section is read as the one that is meant, unless that stands beside it.
    const written = item.name.name
    const suggestion = isSection(written) ? undefined : suggest(written, sectionNames)
    const name = suggestion ?? written
    if (!isSection(written)) {
      const facts = { what: 'section', name: written, known: sectionNames, suggestion }
      this.#report(namesDiagnostics.unknownName, item.name.span, facts)
      if (suggestion === undefined || this.#sections.has(suggestion)) return
    }
    if (name === written && !first(item.name, 'section')) return
    const section = this.#sections.get(name) ?? {
      span: item.name.span,
      settings: new Map<string, FlatSetting>(),
      damaged: new Map<string, Diagnostic>(),
      removed: new Map<string, Span>(),
    }
    section.span = item.name.span
    this.#sections.set(name, section)
    for (const { diagnostic, extent, names } of link.module.damage)
      if (within(extent, item.span)) for (const each of names) section.damaged.set(each, diagnostic)
    this.#statements(item.items, section, link)
  }

  #statements(items: readonly Statement[], section: OpenSection, { derived, last }: Link): void {
    const isGraph = this.#isGraph(section)
    const seen = new Map<string, Span>()
    let pending: FlatAllow['statement'][] = []
    for (const item of items) {
      if (item.kind === 'allow') {
        pending.push(item)
        continue
      }
      for (const statement of pending) this.#allows.push({ statement, over: item.span, inherited: !last })
      pending = []
      if (item.recovered) {
        const bound = item.kind === 'binding' ? item.path[0]?.name : undefined
        if (bound) section.damaged.set(bound, damageAt(this.session, item.span))
        continue
      }
      if (item.kind === 'expect' && last) this.#expects.push(item)
      if (item.kind !== 'binding') continue
      const [name, ...more] = item.path
      if (name === undefined || name.recovered) continue
      if (more.length > 0) {
        if (derived) this.#replaceIn(section, item, item.path, pathText(item.path), 'this sets')
        else this.#misplaced(pathSpan(item.path), 'a dotted name', 'a section', 'Bind a simple name.')
        continue
      }
      const before = seen.get(name.name)
      if (before !== undefined) {
        const related = [{ span: before, label: 'first given here' }]
        this.#report(
          namesDiagnostics.duplicateName,
          name.span,
          isGraph
            ? { what: 'binding', name: name.name, of: 'another binding' }
            : { what: 'setting', name: name.name, of: 'another setting', isFixed: true },
          related,
        )
        continue
      }
      seen.set(name.name, name.span)
      if (derived && isGraph) this.#new.note(section, name.name, item, '')
      section.settings.set(name.name, flat(item))
    }
    for (const statement of pending) this.#allows.push({ statement, inherited: !last })
  }

  /** `synthesis.patches = 2`, `train.epochs = 3`, `lambda = 0.5` from a derived pipeline or an option. */
  #override(item: Binding, what: string): void {
    const [head, ...rest] = item.path
    if (head === undefined) return
    const path = pathText(item.path)
    const param = this.#params.get(head.name)
    if (param !== undefined && rest.length === 0) {
      this.#params.set(head.name, { ...param, value: { ...flat(item), change: item.span } })
      return
    }
    const section = this.#sections.get(head.name)
    if (section !== undefined && rest.length > 0) {
      this.#replaceIn(section, item, rest, path, what)
      return
    }
    const setting = this.#settings.get(head.name)
    if (setting !== undefined || (isSetting(head.name) && rest.length === 0)) {
      const replaced = new Map(setting?.replaced)
      if (rest.length === 0) this.#settings.set(head.name, { ...flat(item), change: item.span })
      else if (setting !== undefined)
        this.#settings.set(head.name, { ...setting, replaced: replaced.set(pathText(rest), item) })
      return
    }
    this.#unknownPath(item.path, what)
  }

  #replaceIn(section: OpenSection, item: Binding, rest: readonly Identifier[], path: string, what: string): void {
    const [name, ...below] = rest
    if (name === undefined) return
    const before = section.settings.get(name.name)
    const isGraph = this.#isGraph(section)
    if (below.length === 0 && (before !== undefined || !isGraph || what === 'this sets')) {
      if (isGraph) this.#new.note(section, name.name, item, path.slice(0, -name.name.length))
      section.settings.set(name.name, { ...flat({ ...item, path: [name] }), change: item.span })
    } else if (before !== undefined && below.length > 0 && !isGraph) {
      section.settings.set(name.name, { ...before, replaced: new Map(before.replaced).set(pathText(below), item) })
    } else this.#unknownPath(item.path, what, path)
  }

  #isGraph(section: OpenSection): boolean {
    return section === this.#sections.get('model') || section === this.#sections.get('loss')
  }

  #remove(item: RemoveStatement): void {
    const [head, name, ...more] = item.path
    if (head === undefined) return
    const section = this.#sections.get(head.name)
    if (more.length === 0) {
      const holders = name === undefined ? [this.#settings, this.#sections, this.#params] : []
      const isGone =
        name === undefined ? holders.some((each) => each.delete(head.name)) : section?.settings.delete(name.name)
      if (isGone) {
        if (name === undefined) this.#removed.set(head.name, pathSpan(item.path))
        else section?.removed.set(name.name, pathSpan(item.path))
        return
      }
    }
    const [holder, key, below] =
      section === undefined
        ? ([this.#settings, head.name, item.path.slice(1)] as const)
        : ([section.settings, name?.name ?? '', more] as const)
    const setting = holder.get(key)
    const left =
      setting &&
      withoutParameter(
        setting,
        below.map((part) => part.name),
      )
    if (left !== undefined) {
      holder.set(key, left)
      return
    }
    this.#unknownPath(item.path, 'this removes')
  }

  #unknownPath(path: readonly Identifier[], what: string, text = pathText(path)): void {
    const head = path[0]?.name ?? ''
    // A part that the pipeline lacks, or whose name is misspelt, is reported there.
    if ((isSetting(head) || isSection(head)) && !this.#settings.has(head) && !this.#sections.has(head)) return
    const known = settablePaths(this.#params, this.#settings, this.#sections)
    const facts = { path: text, what, suggestion: suggestPath(text, known) }
    this.#report(
      namesDiagnostics.unknownPath,
      pathSpan(path),
      facts,
      [],
      damaging(this.module, ...path.map(({ name }) => name)),
    )
  }

  #misplaced(span: Span, what: string, where: string, help: string): void {
    this.#report(typesDiagnostics.misplaced, span, { what, where, help })
  }

  #report<Facts>(...mistake: Parameters<typeof diagnose<Facts>>): Diagnostic {
    return this.session.sink.report(diagnose(...mistake))
  }
}

/** A binding of which nothing is replaced. */
function flat(binding: Binding): FlatSetting {
  return { binding, replaced: new Map() }
}

/** The `=` between a name and its value. */
function equalsIn({ sources }: Session, span: Span): Span {
  const between = sources.get(span.file)?.text.slice(span.start, span.end) ?? ''
  const start = span.start + Math.max(0, between.indexOf('='))
  return { file: span.file, start, end: start + 1 }
}
