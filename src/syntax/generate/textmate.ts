import * as t from '../../../grammar/tokens.js'

function words(list: readonly string[]): string {
  return `(?:${list.join('|')})`
}

/** `grammar/draem.tmLanguage.json`: highlighting for editors, from the token definitions. */
export function textMateGrammar(): string {
  const name = '[A-Za-z_][A-Za-z0-9_]*'
  const units = Object.keys(t.unitWords).filter((word) => word !== '%')
  const number = '\\d(?:[\\d_]*\\d)?(?:\\.\\d(?:[\\d_]*\\d)?)?(?:[eE][+-]?\\d+)?'
  const rule = (scope: string, match: string) => ({ name: `${scope}.draem`, match })
  const grammar = {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    name: 'draem',
    scopeName: 'source.draem',
    fileTypes: ['draem'],
    patterns: [
      rule('comment.line.documentation', '///.*$'),
      rule('comment.line.double-slash', '//.*$'),
      {
        name: 'string.quoted.double.draem',
        begin: '"',
        end: '"|$',
        patterns: [rule('constant.character.escape', '\\\\(?:u\\{[0-9A-Fa-f]{1,6}\\}|.)')],
      },
      rule('constant.numeric.size', '\\b\\d+x\\d+\\b'),
      {
        match: `(${number})(?:[ \\t]*(${words(units)}\\b|%))?`,
        captures: { 1: { name: 'constant.numeric.draem' }, 2: { name: 'keyword.other.unit.draem' } },
      },
      rule('constant.language', `\\b${words(['true', 'false'])}\\b`),
      rule('keyword.operator.logical', `\\b${words(['not', 'and', 'or'])}\\b`),
      rule('keyword.control', `\\b${words(['if', 'else', 'match'])}\\b`),
      {
        match: `^\\s*(${words(t.declarationWords)})\\b(?=\\s+[A-Za-z_"])(?:\\s+(${name}))?`,
        captures: { 1: { name: 'keyword.declaration.draem' }, 2: { name: 'entity.name.type.draem' } },
      },
      rule('keyword.declaration', '\\bblock\\b(?=\\s*\\()'),
      rule('keyword.other', `\\b${words(t.linkingWords)}\\b(?=\\s+["A-Za-z_])`),
      rule(
        'keyword.control.statement',
        `(?:(?<=^|\\{|,)\\s*)${words(t.statementWords)}\\b(?=\\s+[^=\\s]|\\s*[({\\[-])`,
      ),
      rule('entity.name.section', `${name}(?=\\s*\\{)`),
      rule('variable.parameter', `\\b${name}(?=\\s*=(?!=|>))`),
      rule('entity.name.function', `\\b${name}(?=\\s*\\()`),
      rule('keyword.operator', '\\|>|=>|->|==|!=|<=|>=|\\.\\.|[-+*/<>=]'),
      rule('variable.other', name),
    ],
  }
  return `${JSON.stringify(grammar, null, 2)}\n`
}
