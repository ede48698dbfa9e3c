import type { Expression } from '../../syntax/ast.js'

/** Whether the parser made it up: checks are silent there. */
export function isRecovered(expression: Expression): boolean {
  return expression.recovered === true || expression.kind === 'missing'
}

/** `seg.mask` as written; undefined for anything but names joined by dots. An item of a list is a name too: `features[2]` is `features.2`. */
export function dottedName(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'identifier':
      return expression.name
    case 'member': {
      const object = dottedName(expression.object)
      return object === undefined ? undefined : `${object}.${expression.member.name}`
    }
    case 'index': {
      const object = dottedName(expression.object)
      if (object === undefined || expression.index.kind !== 'number') return undefined
      return `${object}.${expression.index.value}`
    }
    default:
      return undefined
  }
}

/** The expression in words, for "and this is ...". */
export function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'identifier':
    case 'member':
      return `\`${dottedName(expression) ?? 'a field'}\``
    case 'number':
      return `the number ${expression.value}`
    case 'string':
      return `the text "${expression.value}"`
    case 'boolean':
      return `\`${expression.value}\``
    case 'size':
      return `the size ${expression.height}x${expression.width}`
    case 'call': {
      const callee = dottedName(expression.callee)
      return callee === undefined ? 'a call' : `a call of \`${callee}\``
    }
    case 'list':
      return 'a list'
    case 'record':
      return 'a record'
    case 'range':
      return 'a range'
    default:
      return 'an expression'
  }
}
