import { ebnfPage } from './generate/ebnf.js'
import { railroadPage } from './generate/railroad.js'
import { textMateGrammar } from './generate/textmate.js'

/** The files that are made from the grammar, by their path from the project's root: to be written, or compared with what is there. */
export function generateGrammarFiles(): ReadonlyMap<string, string> {
  return new Map([
    ['docs/grammar/ebnf.md', ebnfPage()],
    ['docs/grammar/railroad.html', railroadPage()],
    ['grammar/draem.tmLanguage.json', textMateGrammar()],
  ])
}
