import { declarationWords, linkingWords, reservedWords, sectionWords, statementWords, unitWords } from './tokens.js'

export type KeywordKind = 'reserved' | 'declaration' | 'statement' | 'linking' | 'section' | 'unit'

export interface Keyword {
  readonly word: string
  readonly kind: KeywordKind
}

/** Every word with a meaning in the grammar, for completion and highlighting; made from the token definitions. */
export const keywords: readonly Keyword[] = [
  ...asKeywords('reserved', reservedWords),
  ...asKeywords('declaration', declarationWords),
  ...asKeywords('statement', statementWords),
  ...asKeywords('linking', linkingWords),
  ...asKeywords('section', sectionWords),
  ...asKeywords('unit', Object.keys(unitWords)),
]

function asKeywords(kind: KeywordKind, words: readonly string[]): readonly Keyword[] {
  return words.map((word) => ({ word, kind }))
}
