import { type GrammarRule, grammarRules, type Production } from './ebnf.js'

const style = `
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; color: #1b1f24; background: #fff }
h2 { font: 600 1rem ui-monospace, monospace; margin: 2rem 0 .5rem }
.rail { overflow-x: auto; padding: .25rem 0 }
.sequence, .choice > div { display: inline-flex; align-items: center; gap: 1.1rem; position: relative }
.sequence > * + *::before { content: ""; position: absolute; width: 1.1rem; margin-left: -1.1rem; border-top: 2px solid #8c959f; align-self: center; left: auto; top: 50%; transform: translateX(-100%); margin-left: 0 }
.sequence > * { position: relative }
.choice { display: inline-flex; flex-direction: column; gap: .3rem; border-left: 2px solid #8c959f; border-right: 2px solid #8c959f; border-radius: .6rem; padding: .3rem .7rem }
.optional, .repeat { display: inline-flex; flex-direction: column; align-items: center; border-radius: .6rem; padding: .15rem .6rem .3rem; border: 2px dashed #8c959f }
.repeat { border-style: solid }
.optional::before { content: "optional"; font-size: .7rem; color: #57606a }
.repeat::before { content: "any number of times \\21BA"; font-size: .7rem; color: #57606a }
.text, .token, .rule { font: .85rem ui-monospace, monospace; padding: .15rem .55rem; white-space: nowrap }
.text { border: 2px solid #0a7d4f; border-radius: 1rem; background: #e6f6ee }
.token { border: 2px solid #9a6700; border-radius: 1rem; background: #fff5dd }
.rule { border: 2px solid #0969da; border-radius: .2rem; background: #e8f2ff; color: inherit; text-decoration: none }
@media (prefers-color-scheme: dark) {
  body { color: #e6edf3; background: #0d1117 } .text { background: #0b3d2a } .token { background: #4a3200 } .rule { background: #0b2a52 }
}
`

/** `docs/grammar/railroad.html`: one self-contained page, each rule a diagram whose boxes link to their rules. */
export function railroadPage(): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Grammar of .draem</title>
<style>${style}</style>
<h1>Grammar of .draem</h1>
<p>Read from left to right; stacked boxes are alternatives. Made from the parser by <code>npm run generate</code>.</p>
${grammarRules().map(section).join('\n')}
</html>
`
}

function section(rule: GrammarRule): string {
  return `<h2 id="${rule.name}">${rule.name}</h2>\n<div class="rail">${diagram(rule.definition)}</div>`
}

function diagram(item: Production): string {
  switch (item.kind) {
    case 'sequence':
    case 'choice':
      return `<div class="${item.kind}">${item.items.map((each) => `<div>${diagram(each)}</div>`).join('')}</div>`
    case 'optional':
    case 'repeat':
      return `<div class="${item.kind}">${diagram(item.item)}</div>`
    case 'rule':
      return `<a class="rule" href="#${item.name}">${item.name}</a>`
    case 'text':
      return `<span class="text">${escaped(item.text)}</span>`
    case 'token':
      return `<span class="token">${item.name}</span>`
  }
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
