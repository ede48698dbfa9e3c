/** Texts of any length, each of one kind, for measuring that reading takes time in proportion to length. */
export const longTexts: Readonly<Record<string, (count: number) => string>> = {
  'blank lines': (count) => `pipeline p {\n${'\n'.repeat(count)}}\n`,
  'comment lines': (count) => `pipeline p {\n${'  // a comment\n'.repeat(count)}}\n`,
  'documentation lines': (count) => `${'/// documented\n'.repeat(count)}pipeline p { seed = 1 }\n`,
  'one long comment': (count) => `// ${'a'.repeat(10 * count)}\npipeline p {}\n`,
  'one long open string': (count) => `pipeline p {\n  a = "${'x'.repeat(10 * count)}\n}\n`,
  'open strings': (count) => `pipeline p {\n${'  a = "text\n'.repeat(count)}}\n`,
  'one long string of quotes': (count) => `pipeline p {\n  a = ${`"`.repeat(5 * count)}\n}\n`,
  bindings: (count) => body(count, (index) => `name_${index} = ${index}`),
  'documented bindings': (count) => body(count, (index) => `/// doc\n  name_${index} = ${index}`),
  'names that are not known': (count) => model(count, (index) => `name_${index} = other_${index}`),
  'names that are not known, side by side': (count) => model(1, () => `a = [${list(count, (index) => `n_${index}`)}]`),
  'functions that are not known': (count) => model(count, (index) => `name_${index} = other_${index}(image)`),
  'fields that are not known': (count) => model(count, (index) => `name_${index} = image.other_${index}`),
  'arguments that are not known': (count) =>
    model(1, () => `a = conv2d(image, ${list(count, (index) => `k_${index} = 1`)})`),
  'names of a long chain': (count) => model(count, (index) => `name_${index + 1} = relu(name_${index})`),
  'one long line of names': (count) => `pipeline p {\n  a = f(${list(count, (index) => `n_${index}`)})\n}\n`,
  'one long list': (count) => `pipeline p {\n  a = [${list(count, String)}]\n}\n`,
  'one long sum': (count) => `pipeline p {\n  a = 1${' + 1'.repeat(count)}\n}\n`,
  'one long pipe': (count) => `pipeline p {\n  a = x${'\n    |> relu'.repeat(count)}\n}\n`,
  'open parentheses': (count) => body(count, (index) => `name_${index} = f(`),
  'open parentheses in one line': (count) => `pipeline p {\n  a = ${'f('.repeat(count)}\n}\n`,
  'open braces': (count) => 'a {\n'.repeat(count),
  'closing braces': (count) => '}\n'.repeat(count),
  'closing parentheses': (count) => body(count, (index) => `name_${index} = f)`),
  'wrong closers': (count) => body(count, (index) => `name_${index} = f(x]`),
  'foreign characters': (count) => body(count, (index) => `name_${index} = a && $ ? b`),
  'malformed numbers': (count) => body(count, (index) => `name_${index} = 1__0 + 16pixels + 32x64x3 + 0.5x32`),
  'statements without a value': (count) => body(count, (index) => `name_${index} =`),
  'operators at line ends': (count) => body(count, () => '1 +'),
  'missing commas': (count) => `pipeline p {\n  a = f(${'x '.repeat(count)})\n}\n`,
  'statements at the top': (count) => 'a = 1\n'.repeat(count),
  blocks: (count) => many(count, (index) => `block b_${index}(x: map) -> map { return x }`),
  'blocks that are called': (count) =>
    `block b_0(x: map) -> map { return x }\n${many(count, (index) => `block b_${index + 1}(x: map) -> map { return b_0(x) }`)}`,
  'pipelines that are empty': (count) => many(count, (index) => `pipeline p_${index} {}`),
  'names of one enum': (count) => `enum e { ${list(count, (index) => `v_${index}`)} }\n`,
  escapes: (count) => body(count, (index) => `name_${index} = "\\q\\q\\q"`),
  'nul characters': (count) => `pipeline p {\n${'\0'.repeat(count)}\n}\n`,
  'a line of letters': (count) => 'a'.repeat(10 * count),
  'a line of digits': (count) => `pipeline p { a = ${'1'.repeat(10 * count)} }`,
  'a line of dots': (count) => `pipeline p { a = ${'1.'.repeat(5 * count)} }`,
}

function model(count: number, line: (index: number) => string): string {
  return `pipeline p {\n  model {\n    name_0 = image\n${many(count, (index) => `    ${line(index)}`)}  }\n}\n`
}

function body(count: number, line: (index: number) => string): string {
  return `pipeline p {\n${many(count, (index) => `  ${line(index)}`)}}\n`
}

function many(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('')
}

function list(count: number, item: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => item(index)).join(', ')
}
