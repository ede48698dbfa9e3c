import { mapSpans, type Span } from '../../source/span.js'
import type { Expression } from '../../syntax/ast.js'
import { parseExpression } from '../../syntax/parse.js'

/**
 * The text of a variable as the source that could stand in place of its `env(...)`, all of it at that place. Undefined
 * when it is none, or reads a variable in turn.
 */
export function sourceOf(text: string, span: Span): Expression | undefined {
  const { expression, diagnostics } = parseExpression(text.replace(/[\r\n]+/g, ' '), span.file)
  const isSound = diagnostics.every(({ severity }) => severity !== 'error') && expression.kind !== 'missing'
  return isSound && !/\benv\s*\(/.test(text) ? mapSpans(expression, () => span) : undefined
}

/** Numbers with their units, texts, sizes, ranges and lists of them: what has a value without any name. */
export function isLiteral(expression: Expression): boolean {
  switch (expression.kind) {
    case 'number':
    case 'boolean':
    case 'string':
    case 'size':
      return true
    case 'unary':
      return isLiteral(expression.operand)
    case 'range':
      return isLiteral(expression.low) && isLiteral(expression.high)
    case 'list':
      return expression.items.every(isLiteral)
    default:
      return false
  }
}
