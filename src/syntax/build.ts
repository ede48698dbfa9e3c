import type { CstNode, IToken } from 'chevrotain'
import type { Span } from '../source/span.js'
import type {
  BlockParameter,
  Declaration,
  Identifier,
  SourceFile,
  Statement,
  TypeExpression,
  TypeField,
} from './ast.js'
import { expressionIn } from './build-expression.js'
import type { Builder } from './builder.js'
import { endOfElement, node, nodes, only, token, tokens } from './cst.js'

export function buildFile(builder: Builder, cst: CstNode, end: number): SourceFile {
  const declarations = nodes(cst, 'declaration').flatMap((declaration) => buildDeclaration(builder, declaration) ?? [])
  return { kind: 'source_file', declarations, span: { file: builder.file, start: 0, end } }
}

/** Span, documentation and recovery of a declaration or statement. */
function head(builder: Builder, cst: CstNode, span: Span = builder.span(cst, 0)) {
  const doc = builder.docs(span.start)
  return { span, ...(doc === undefined ? {} : { doc }) }
}

function buildDeclaration(builder: Builder, parent: CstNode): Declaration | undefined {
  const cst = only(parent)
  if (cst === undefined || 'image' in cst) return undefined
  const common = head(builder, cst)
  const name = builder.nameOf(token(cst, 'Identifier'), cst)
  switch (cst.name) {
    case 'import_declaration': {
      const path = token(cst, 'String') ?? token(cst, 'UnclosedString')
      const missing = builder.missingName(common.span.end)
      const text = path === undefined ? ({ ...missing, kind: 'string', value: '' } as const) : builder.text(path)
      return { kind: 'import', path: text, span: common.span, ...builder.recovery(common.span) }
    }
    case 'enum_declaration': {
      const values = tokens(cst, 'value').map((value) => builder.identifier(value))
      return { kind: 'enum', ...common, name, values, ...builder.recovery(common.span) }
    }
    case 'type_declaration':
      return { kind: 'type', ...common, name, type: typeIn(builder, cst), ...builder.recovery(common.span) }
    case 'block_declaration': {
      const parameters = nodes(cst, 'block_parameter').map((parameter) => buildParameter(builder, parameter))
      const result = node(cst, 'type')
      return {
        kind: 'block',
        ...common,
        name,
        parameters,
        ...(result === undefined ? {} : { result: buildType(builder, result) }),
        body: bodyIn(builder, cst),
        ...headRecovery(builder, cst, common.span),
      }
    }
    case 'pipeline_declaration': {
      const base = token(cst, 'base')
      return {
        kind: 'pipeline',
        ...common,
        name,
        ...(base === undefined ? {} : { base: builder.identifier(base) }),
        items: bodyIn(builder, cst),
        ...headRecovery(builder, cst, common.span),
      }
    }
    case 'study_declaration': {
      const of = builder.nameOf(token(cst, 'base'), cst)
      return {
        kind: 'study',
        ...common,
        name,
        of,
        items: bodyIn(builder, cst),
        ...headRecovery(builder, cst, common.span),
      }
    }
    default:
      return undefined
  }
}

/** A mistake in the body does not make the declaration one: only its head counts. */
function headRecovery(builder: Builder, cst: CstNode, span: Span): { readonly recovered?: true } {
  const body = node(cst, 'body')
  const end = body === undefined ? span.end : builder.span(body, span.end).start - 1
  return builder.recovery({ ...span, end }, body === undefined)
}

function bodyIn(builder: Builder, parent: CstNode): readonly Statement[] {
  const body = node(parent, 'body')
  if (body === undefined) return []
  return nodes(body, 'statement').flatMap(
    (statement) => buildStatement(builder, statement) ?? salvage(builder, statement),
  )
}

/** Bindings without values in the place of a statement that could not be read, so that its names are not unknown elsewhere. */
function salvage(builder: Builder, cst: CstNode): readonly Statement[] {
  const span = builder.span(cst, 0)
  return builder
    .leadingNames(span)
    .map((name) => ({ kind: 'binding', path: [name], value: builder.missing(span.end), span, recovered: true }))
}

function buildStatement(builder: Builder, parent: CstNode): Statement | undefined {
  const cst = only(parent)
  if (cst === undefined || 'image' in cst) return undefined
  const common = head(builder, cst, builder.span(parent, 0))
  if (cst.name === 'section') {
    const name = builder.nameOf(token(cst, 'Identifier'), cst)
    return { kind: 'section', ...common, name, items: bodyIn(builder, cst) }
  }
  const { span } = common
  const value = expressionIn(builder, cst, token(cst, 'Assign'))
  const recovery = builder.recovery(span)
  switch (cst.name) {
    case 'binding':
      return { kind: 'binding', ...common, path: pathIn(builder, cst), value, ...recovery }
    case 'param_statement': {
      const name = builder.nameOf(token(cst, 'Identifier'), cst)
      const hasValue = token(cst, 'Assign') !== undefined
      return { kind: 'param', ...common, name, type: typeIn(builder, cst), ...(hasValue ? { value } : {}), ...recovery }
    }
    case 'expect_statement':
      return { kind: 'expect', condition: value, span, ...recovery }
    case 'allow_statement': {
      const code = builder.nameOf(token(cst, 'Identifier'), cst)
      const reason = token(cst, 'String')
      return {
        kind: 'allow',
        code,
        ...(reason === undefined ? {} : { reason: builder.text(reason) }),
        span,
        ...recovery,
      }
    }
    case 'remove_statement':
      return { kind: 'remove', path: pathIn(builder, cst), span, ...recovery }
    case 'vary_statement':
      return { kind: 'vary', path: pathIn(builder, cst), value, span, ...recovery }
    case 'exclude_statement':
      return { kind: 'exclude', condition: value, span, ...recovery }
    case 'return_statement':
      return { kind: 'return', value, span, ...recovery }
    default:
      return undefined
  }
}

function pathIn(builder: Builder, parent: CstNode): readonly Identifier[] {
  const path = node(parent, 'path')
  const words: readonly IToken[] = path === undefined ? [] : tokens(path, 'Identifier')
  return words.length === 0
    ? [builder.missingName(endOfElement(parent) ?? 0)]
    : words.map((word) => builder.identifier(word))
}

function buildParameter(builder: Builder, cst: CstNode): BlockParameter {
  const span = builder.span(cst, 0)
  const hasValue = token(cst, 'Assign') !== undefined
  return {
    name: builder.nameOf(token(cst, 'Identifier'), cst),
    type: typeIn(builder, cst),
    ...(hasValue ? { value: expressionIn(builder, cst, token(cst, 'Assign')) } : {}),
    span,
    ...builder.recovery(span),
  }
}

/** The type under `parent`; one with an empty name where there is none. */
function typeIn(builder: Builder, parent: CstNode): TypeExpression {
  const found = node(parent, 'type')
  if (found !== undefined) return buildType(builder, found)
  const name = builder.missingName(endOfElement(parent) ?? 0)
  return { kind: 'named_type', name, span: name.span, recovered: true }
}

function buildType(builder: Builder, cst: CstNode): TypeExpression {
  const span = builder.span(cst, 0)
  let result = buildPlainType(builder, cst, span)
  for (const block of [...nodes(cst, 'block_operands')].reverse()) {
    const start = builder.span(block, span.start).start
    const operands = fieldsIn(builder, node(block, 'operand_types') ?? block)
    const whole: TypeExpression = { kind: 'block_type', operands, result, span: { ...span, start } }
    result = builder.boundedType(whole, [result, ...typesOf(operands)])
  }
  return result
}

function typesOf(fields: readonly TypeField[]): readonly TypeExpression[] {
  return fields.map((field) => field.type)
}

function buildPlainType(builder: Builder, cst: CstNode, span: Span): TypeExpression {
  const list = node(cst, 'list_type')
  if (list !== undefined) {
    const item = typeIn(builder, list)
    return builder.boundedType({ kind: 'list_type', item, span: builder.span(list, span.start) }, [item])
  }
  const record = node(cst, 'record_type')
  if (record !== undefined) {
    const fields = fieldsIn(builder, record)
    const whole: TypeExpression = { kind: 'record_type', fields, span: builder.span(record, span.start) }
    return builder.boundedType(whole, typesOf(fields))
  }
  const name = builder.nameOf(token(cst, 'Identifier'), cst)
  return { kind: 'named_type', name, span: name.span, ...(name.recovered ? { recovered: true } : {}) }
}

function fieldsIn(builder: Builder, parent: CstNode): readonly TypeField[] {
  return nodes(parent, 'type_field').map((field) => {
    const span = builder.span(field, 0)
    return {
      name: builder.nameOf(token(field, 'Identifier'), field),
      type: typeIn(builder, field),
      span,
      ...builder.recovery(span),
    }
  })
}
