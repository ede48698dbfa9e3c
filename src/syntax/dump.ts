import { assertNever } from '../diagnostics/invariant.js'
import type { Argument, Declaration, Expression, Identifier, SourceFile, Statement, TypeExpression } from './ast.js'

/** Spans as `[start,end)` offsets behind each line; off in goldens, where a shifted comment would change everything. */
export interface DumpOptions {
  readonly spans: boolean
}

/**
 * The tree as text, one declaration or statement a line, expressions as S-expressions. It holds everything that later
 * phases read, so two files with the same text mean the same.
 */
export function dump(file: SourceFile, options: DumpOptions = { spans: false }): string {
  const lines: string[] = []
  for (const declaration of file.declarations) dumpDeclaration(declaration, lines, options)
  return lines.map((line) => `${line}\n`).join('')
}

function dumpDeclaration(node: Declaration, lines: string[], options: DumpOptions): void {
  if ('doc' in node) lines.push(...docLines(node.doc, ''))
  const add = (text: string): number => lines.push(`(${node.kind} ${text}${flags(node, options)}`)
  switch (node.kind) {
    case 'import':
      add(`${JSON.stringify(node.path.value)})`)
      return
    case 'enum':
      add(`${name(node.name)} ${node.values.map(name).join(' ')})`)
      return
    case 'type':
      add(`${name(node.name)} ${dumpType(node.type)})`)
      return
    case 'block': {
      const parameters = node.parameters.map((parameter) => {
        const value = parameter.value === undefined ? '' : ` ${dumpExpression(parameter.value)}`
        return `(${name(parameter.name)} ${dumpType(parameter.type)}${value})`
      })
      const result = node.result === undefined ? '' : ` -> ${dumpType(node.result)}`
      add([name(node.name), ...parameters].join(' ') + result)
      dumpStatements(node.body, lines, 1, options)
      return
    }
    case 'pipeline':
      add(name(node.name) + (node.base === undefined ? '' : ` extends ${name(node.base)}`))
      dumpStatements(node.items, lines, 1, options)
      return
    case 'study':
      add(`${name(node.name)} of ${name(node.of)}`)
      dumpStatements(node.items, lines, 1, options)
      return
    default:
      assertNever(node)
  }
}

/** The statements of a body; its last line closes the list that the head opened. */
function dumpStatements(items: readonly Statement[], lines: string[], depth: number, options: DumpOptions): void {
  const indent = '  '.repeat(depth)
  for (const item of items) {
    if ('doc' in item) lines.push(...docLines(item.doc, indent))
    if (item.kind === 'section') {
      lines.push(`${indent}(section ${name(item.name)}${flags(item, options)}`)
      dumpStatements(item.items, lines, depth + 1, options)
    } else lines.push(`${indent}(${item.kind} ${statementText(item)})${flags(item, options)}`)
  }
  lines[lines.length - 1] += ')'
}

function statementText(item: Exclude<Statement, { kind: 'section' }>): string {
  switch (item.kind) {
    case 'binding':
    case 'vary':
      return `${path(item.path)} ${dumpExpression(item.value)}`
    case 'param':
      return `${name(item.name)} ${dumpType(item.type)}${item.value === undefined ? '' : ` ${dumpExpression(item.value)}`}`
    case 'expect':
    case 'exclude':
      return dumpExpression(item.condition)
    case 'allow':
      return name(item.code) + (item.reason === undefined ? '' : ` ${JSON.stringify(item.reason.value)}`)
    case 'remove':
      return path(item.path)
    case 'return':
      return dumpExpression(item.value)
    default:
      return assertNever(item)
  }
}

/** One expression as an S-expression. */
export function dumpExpression(node: Expression): string {
  const text = expressionText(node)
  return node.recovered && node.kind !== 'missing' ? `${text}!` : text
}

function expressionText(node: Expression): string {
  switch (node.kind) {
    case 'identifier':
      return name(node)
    case 'number':
      return node.isInteger || !Number.isInteger(node.value)
        ? number(node.value, node.unit)
        : number(`${node.value}.0`, node.unit)
    case 'size':
      return `${node.height}x${node.width}`
    case 'string':
      return JSON.stringify(node.value)
    case 'boolean':
      return String(node.value)
    case 'list':
      return `[${node.items.map(dumpExpression).join(' ')}]`
    case 'record':
      return `{${node.fields.map((field) => `${name(field.name)}=${dumpExpression(field.value)}`).join(' ')}}`
    case 'call':
      return `(${['call', dumpExpression(node.callee), ...node.args.map(argument)].join(' ')})`
    case 'member':
      return `(. ${dumpExpression(node.object)} ${name(node.member)})`
    case 'index':
      return `(index ${dumpExpression(node.object)} ${dumpExpression(node.index)})`
    case 'unary':
      return `(${node.operator} ${dumpExpression(node.operand)})`
    case 'binary':
      return `(${node.operator} ${dumpExpression(node.left)} ${dumpExpression(node.right)})`
    case 'pipe':
      return `(|> ${dumpExpression(node.input)} ${dumpExpression(node.stage)})`
    case 'range':
      return `(.. ${dumpExpression(node.low)} ${dumpExpression(node.high)})`
    case 'match': {
      const arms = node.arms.map((arm) => {
        const pattern = arm.pattern.kind === 'wildcard' ? '_' : dumpExpression(arm.pattern)
        return `(${pattern} ${dumpExpression(arm.value)})`
      })
      return `(${['match', dumpExpression(node.subject), ...arms].join(' ')})`
    }
    case 'if':
      return `(if ${[node.condition, node.then, node.otherwise].map(dumpExpression).join(' ')})`
    case 'missing':
      return '?'
    default:
      return assertNever(node)
  }
}

export function dumpType(node: TypeExpression): string {
  switch (node.kind) {
    case 'named_type':
      return name(node.name)
    case 'list_type':
      return `[${dumpType(node.item)}]`
    case 'record_type':
      return `{${node.fields.map((field) => `${name(field.name)}:${dumpType(field.type)}`).join(' ')}}`
    case 'block_type': {
      const operands = node.operands.map((field) => `${name(field.name)}:${dumpType(field.type)}`)
      return `(block ${[...operands, '->', dumpType(node.result)].join(' ')})`
    }
    default:
      return assertNever(node)
  }
}

function argument(node: Argument): string {
  const value = dumpExpression(node.value)
  return node.name === undefined ? value : `${name(node.name)}=${value}`
}

function number(value: number | string, unit: string | undefined): string {
  return unit === undefined ? String(value) : `${value} ${unit}`
}

function name(node: Identifier): string {
  return node.name === '' ? '?' : node.name
}

function path(names: readonly Identifier[]): string {
  return names.map(name).join('.')
}

function docLines(doc: string | undefined, indent: string): readonly string[] {
  return doc === undefined ? [] : doc.split('\n').map((line) => `${indent};; ${line}`.trimEnd())
}

function flags(node: Declaration | Statement, options: DumpOptions): string {
  const span = options.spans ? ` [${node.span.start},${node.span.end})` : ''
  return (node.recovered ? ' !recovered' : '') + span
}
