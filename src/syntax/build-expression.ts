import type { CstNode, IToken } from 'chevrotain'
import * as t from '../../grammar/tokens.js'
import { syntaxDiagnostics as codes } from '../diagnostics/codes/syntax.js'
import { diagnose } from '../diagnostics/define.js'
import { type Span, spanning } from '../source/span.js'
import type { Argument, Expression, MatchArm, RecordField } from './ast.js'
import type { Builder } from './builder.js'
import { endOfElement, node, nodes, only, startOf, token, tokens } from './cst.js'
import { numberValue } from './lexical.js'
import { combine, type Prefixed } from './operators.js'

/** The expression under `parent`, or a missing one where the parser found none. */
export function expressionIn(builder: Builder, parent: CstNode, after: IToken | undefined): Expression {
  const found = node(parent, 'expression')
  if (found !== undefined) return buildExpression(builder, found)
  const at = after === undefined ? undefined : endOfElement(after)
  return builder.missing(at ?? endOfElement(parent) ?? 0)
}

export function buildExpression(builder: Builder, cst: CstNode): Expression {
  const operands = nodes(cst, 'operand').map((operand) => readOperand(builder, operand))
  const operators = nodes(cst, 'binary_operator').flatMap((operator) => {
    const found = only(operator)
    return found !== undefined && 'image' in found ? [found] : []
  })
  let result = combine(builder, operands, operators)
  for (const stage of nodes(cst, 'stage')) {
    const built = buildStage(builder, stage)
    result = builder.bounded({ kind: 'pipe', input: result, stage: built, span: spanning(result.span, built.span) }, [
      result,
      built,
    ])
  }
  return result
}

export function buildOperand(builder: Builder, cst: CstNode): Expression {
  return combine(builder, [readOperand(builder, cst)], [])
}

function readOperand(builder: Builder, cst: CstNode): Prefixed {
  const primary = node(cst, 'primary')
  const base = primary === undefined ? builder.missing(startOf(cst) ?? 0) : buildPrimary(builder, primary)
  return { prefixes: tokens(cst, 'prefix'), operand: suffixed(builder, base, nodes(cst, 'suffix')) }
}

function buildStage(builder: Builder, cst: CstNode): Expression {
  return suffixed(builder, builder.nameOf(token(cst, 'Identifier'), cst), nodes(cst, 'suffix'))
}

function suffixed(builder: Builder, base: Expression, suffixes: readonly CstNode[]): Expression {
  let result = base
  for (const suffix of suffixes) {
    const span = spanning(result.span, builder.span(suffix, result.span.end))
    const call = node(suffix, 'call_suffix')
    const member = token(suffix, 'Identifier')
    if (call !== undefined) {
      const args = nodes(call, 'argument').map((argument) => buildArgument(builder, argument))
      checkOrder(builder, args)
      result = builder.bounded({ kind: 'call', callee: result, args, span }, [
        result,
        ...args.map((argument) => argument.value),
      ])
    } else if (member !== undefined) {
      result = builder.bounded({ kind: 'member', object: result, member: builder.identifier(member), span }, [result])
    } else {
      const brackets = node(suffix, 'index_suffix') ?? suffix
      const index = expressionIn(builder, brackets, token(brackets, 'LeftBracket'))
      result = builder.bounded({ kind: 'index', object: result, index, span }, [result, index])
    }
  }
  return result
}

function buildArgument(builder: Builder, cst: CstNode): Argument {
  const name = token(cst, 'Identifier')
  const value = expressionIn(builder, cst, token(cst, 'Assign'))
  const span = builder.span(cst, value.span.start)
  return {
    ...(name === undefined ? {} : { name: builder.identifier(name) }),
    value,
    span,
    ...builder.recovery(span, value.kind === 'missing'),
  }
}

function checkOrder(builder: Builder, args: readonly Argument[]): void {
  const named = args.find((argument) => argument.name !== undefined)
  if (named === undefined || args.some((argument) => argument.recovered)) return
  const late = args.find((argument) => argument.name === undefined && argument.span.start > named.span.start)
  if (late === undefined) return
  const related = [{ span: named.span, label: 'this one has a name' }]
  builder.diagnostics.push(diagnose(codes.positionalAfterNamed, late.span, {}, related))
}

function buildPrimary(builder: Builder, cst: CstNode): Expression {
  const found = only(cst)
  const span = builder.span(cst, 0)
  if (found === undefined) return builder.missing(span.start)
  if ('image' in found) return buildWord(builder, found)
  switch (found.name) {
    case 'number':
      return buildNumber(builder, found, span)
    case 'group': {
      const inner = expressionIn(builder, found, token(found, 'LeftParenthesis'))
      // The parentheses belong to what is shown of it; the depth of `inner` goes on counting.
      return builder.bounded({ ...inner, span }, [inner])
    }
    case 'list': {
      const items = nodes(found, 'list_item').map((item) => expressionIn(builder, item, undefined))
      return builder.bounded({ kind: 'list', items, span, ...builder.recovery(span) }, items)
    }
    case 'record': {
      const fields = nodes(found, 'record_field').map((field) => buildField(builder, field))
      const values = fields.map((field) => field.value)
      return builder.bounded({ kind: 'record', fields, span }, values)
    }
    case 'if_expression':
      return buildIf(builder, found, span)
    case 'match_expression':
      return buildMatch(builder, found, span)
    default:
      return builder.missing(span.start)
  }
}

function buildWord(builder: Builder, word: IToken): Expression {
  const span = builder.span(word, 0)
  switch (word.tokenType) {
    case t.True:
      return { kind: 'boolean', value: true, span }
    case t.False:
      return { kind: 'boolean', value: false, span }
    case t.StringLiteral:
    case t.UnclosedString:
      return builder.text(word)
    case t.SizeLiteral: {
      const [height = '0', width = '0'] = word.image.split('x')
      return { kind: 'size', height: Number(height), width: Number(width), span }
    }
    default:
      // A foreign quote that stands for a text keeps its quotes' length.
      return builder.identifier(word)
  }
}

function buildNumber(builder: Builder, cst: CstNode, span: Span): Expression {
  const image = token(cst, 'Number')?.image ?? '0'
  const word = token(cst, 'Unit')?.image
  const unit = word === undefined ? undefined : t.unitWords[word]
  const isInteger = /^[\d_]+$/.test(image)
  return {
    kind: 'number',
    value: numberValue(image),
    isInteger,
    ...(unit === undefined ? {} : { unit }),
    span,
    ...builder.recovery(span, !Number.isFinite(numberValue(image))),
  }
}

function buildField(builder: Builder, cst: CstNode): RecordField {
  const value = expressionIn(builder, cst, token(cst, 'Assign'))
  const span = builder.span(cst, value.span.start)
  return {
    name: builder.nameOf(token(cst, 'Identifier'), cst),
    value,
    span,
    ...builder.recovery(span, value.kind === 'missing'),
  }
}

function buildIf(builder: Builder, cst: CstNode, span: Span): Expression {
  const conditions = nodes(cst, 'condition').map((condition) =>
    expressionIn(builder, condition, token(condition, 'If')),
  )
  const branches = nodes(cst, 'branch')
  const values = branches.map((branch) => expressionIn(builder, branch, token(branch, 'LeftBrace')))
  let otherwise: Expression = values[conditions.length] ?? builder.missing(span.end)
  for (let i = conditions.length - 1; i >= 0; i--) {
    const condition = conditions[i] ?? builder.missing(span.start)
    const then = values[i] ?? builder.missing(span.end)
    const whole = { ...span, start: i === 0 ? span.start : condition.span.start }
    otherwise = builder.bounded({ kind: 'if', condition, then, otherwise, span: whole }, [condition, then, otherwise])
  }
  return otherwise
}

function buildMatch(builder: Builder, cst: CstNode, span: Span): Expression {
  const subject = expressionIn(builder, cst, token(cst, 'Match'))
  const arms = nodes(node(cst, 'match_arms') ?? cst, 'match_arm').map((arm) => buildArm(builder, arm))
  const children = arms.flatMap((arm) => (arm.pattern.kind === 'wildcard' ? [arm.value] : [arm.pattern, arm.value]))
  return builder.bounded({ kind: 'match', subject, arms, span }, [subject, ...children])
}

function buildArm(builder: Builder, cst: CstNode): MatchArm {
  const span = builder.span(cst, 0)
  const wildcard = token(cst, 'Wildcard')
  const operand = node(cst, 'operand')
  const value = expressionIn(builder, cst, token(cst, 'DoubleArrow'))
  const pattern =
    wildcard !== undefined
      ? ({ kind: 'wildcard', span: builder.span(wildcard, span.start) } as const)
      : operand === undefined
        ? builder.missing(span.start)
        : buildOperand(builder, operand)
  return { pattern, value, span, ...builder.recovery(span, value.kind === 'missing' || pattern.kind === 'missing') }
}
