/** A line with one mistake in it. */
export interface Slip {
  readonly line: string
  /** Other lines, by index, at which the mistake may rightly be reported. */
  readonly also?: readonly number[]
}

/** The forms that a mistake takes in a line; none where there is no place for it. */
export type Kind = (line: string, place: number, lines: readonly string[]) => readonly Slip[]

/** One slip for each match of `pattern`; in `by`, `$1` and `$2` are its groups. */
function replacing(pattern: RegExp, by: string | ((...match: string[]) => string)): Kind {
  return (line) =>
    [...line.matchAll(pattern)].map((match) => {
      const text = typeof by === 'string' ? by.replace(/\$(\d)/g, (_, group) => match[group] ?? '') : by(...match)
      return { line: line.slice(0, match.index) + text + line.slice(match.index + match[0].length) }
    })
}

function oneOf(...kinds: readonly Kind[]): Kind {
  return (...args) => kinds.flatMap((kind) => kind(...args))
}

/** `kind` in lines that hold as many openers as closers, where the line itself says which of them is missing. */
function balanced(kind: Kind): Kind {
  const count = (line: string, of: RegExp) => line.match(of)?.length ?? 0
  return (line, ...rest) =>
    count(line, /[([]/g) === count(line, /[)\]]/g) && !/^\s*(block|type|param)\b/.test(line) ? kind(line, ...rest) : []
}

const within =
  (pattern: RegExp, kind: Kind): Kind =>
  (line, ...rest) =>
    pattern.test(line) ? kind(line, ...rest) : []

/** Two letters in the middle of a word change places: `width`, `wdith`. */
function swapped(word: string): string {
  const at = [...word].findIndex((letter, index) => index > 0 && letter !== word[index + 1] && index + 1 < word.length)
  return word.slice(0, at) + (word[at + 1] ?? '') + (word[at] ?? '') + word.slice(at + 2)
}

const misspelt = (pattern: RegExp): Kind => replacing(pattern, (word) => swapped(word))

/** Lines that read `name`. */
function uses(name: string, lines: readonly string[], except: number): readonly number[] {
  const used = new RegExp(`(?<![.\\w])${name}(?!\\w|\\s*=[^=])`)
  return lines.flatMap((line, index) => (index !== except && used.test(line) ? [index] : []))
}

/** A binding is gone: it is missing wherever its name is read. */
const deleted: Kind = (line, place, lines) => {
  const name = /^ {2,4}([a-z]\w*) *= .*[\w)\]]$/.exec(line)?.[1]
  // Settings and parts of the pipeline are missing in its head.
  if (name === undefined || /^(synthesis|epochs|on|image|pixel|values|total)$/.test(name)) return []
  const also = uses(name, lines, place)
  return also.length === 0 ||
    !lines.some((each, index) => also.includes(index) && each.startsWith('    ') === line.startsWith('    '))
    ? []
    : [{ line: '', also }]
}

/** What a call lacks is reported at its name. */
const callAbove =
  (kind: Kind): Kind =>
  (line, place, lines) =>
    kind(line, place, lines).map((slip) => ({ ...slip, also: [place - 1] }))

/** The closer that is then left over may be the one of a line below. */
const closerBelow =
  (kind: Kind): Kind =>
  (line, place, lines) => {
    const below = lines.findIndex((each, index) => index > place && /^\s*\)/.test(each))
    const isOpen = lines.slice(place, below).every((each) => /,\s*(\/\/.*)?$/.test(each))
    return kind(line, place, lines).map((slip) => (below >= 0 && isOpen ? { ...slip, also: [below] } : slip))
  }

/** Of two brackets that one closer is left for, either may be called open. */
const openerAbove =
  (kind: Kind): Kind =>
  (line, place, lines) => {
    const above = lines.findLastIndex((each, index) => index < place && /[([]$/.test(each.replace(/\s*\/\/.*$/, '')))
    const isOpen = lines.slice(above + 1, place).every((each) => /,\s*(\/\/.*)?$/.test(each))
    return kind(line, place, lines).map((slip) => (above >= 0 && isOpen ? { ...slip, also: [above] } : slip))
  }

const lineBelow =
  (kind: Kind): Kind =>
  (line, place, lines) =>
    kind(line, place, lines).map((slip) => ({ ...slip, also: [place + 1] }))

/** What people get wrong. Each mistake is to be reported at its line, or at one of those that its kind adds. */
export const kinds: Readonly<Record<string, Kind>> = {
  'misspelt name': misspelt(
    /(?<=[=(,|*+] *)\b(?:image|recon|seg|severity|anomaly_map|mask_score|encoder|block[1-5]|conv[12]|norm1|up[1-4]|dense[12]|pooled|clean|fault_mask|width|channels)\b(?! *=)/g,
  ),
  'misspelt function': misspelt(
    /(?<!block )\b(?:reconstructive|discriminative|sevnet|concat|softmax|image_max|average|focal|ssim|smooth_l1|conv2d|batch_norm|max_pool|dense|relu|upsample|auroc|adamw|additive|hdmap)(?=\()/g,
  ),
  'misspelt setting': misspelt(
    /(?<=[(,] *)(?:width|channels|kernel|probability|ratio|patches|window|gamma|weight_decay|patience|validation|resize|range|batch|source|factor)(?= = )/g,
  ),
  'keyword of another library': oneOf(
    replacing(/\bkernel(?= = )/g, 'kernel_size'),
    replacing(/\blr(?= = )/g, 'learning_rate'),
    replacing(/\bwindow(?= = )/g, 'win_size'),
    replacing(/\bgamma(?= = )/g, 'focusing'),
    replacing(/\bbatch(?= = )/g, 'batch_size'),
    replacing(/\bprobability(?= = )/g, 'p'),
    replacing(/\balign_corners(?= = )/g, 'corners'),
    replacing(/\bbias_init(?= = )/g, 'bias'),
  ),
  'unknown setting': within(
    /^ +\w+ += (?:adamw?|additive|keep_best|steps|reconstructive|focal)\(.*\)$/,
    replacing(/\)$/g, ', verbose = true)'),
  ),
  'repeated setting': replacing(
    /\b(lr|width|kernel|gamma|window|patches|factor|keep|channels) = [\w.-]+(?=[,)])/g,
    (all) => `${all}, ${all}`,
  ),
  'repeated binding': (line, place) =>
    /^ {4}(recon|seg|score|optimizer|epochs|validate|conv1|block2|regression) += /.test(line)
      ? [{ line: `${line.replace(/ *\/\/.*$/, '')}, ${line.trim().replace(/ *\/\/.*$/, '')}`, also: [place] }]
      : [],
  'missing argument': oneOf(
    callAbove(replacing(/\broot = "[^"]*", /g, '')),
    replacing(/(?<=\bconv2d\()\w+, /g, ''),
    replacing(/(?<=\b(?:focal|smooth_l1|l2|ssim)\()[\w.]+, /g, ''),
    replacing(/(?<=\bkeep_best\()val\.\w+\(\w+\), /g, ''),
  ),
  'missing parenthesis at the end': openerAbove(balanced(replacing(/\)(?=[^()[\]]*$)/g, ''))),
  'missing parenthesis at the start': balanced(replacing(/(?<=\w)\(/g, '')),
  'missing bracket': balanced(replacing(/\](?=[^()[\]]*$)/g, '')),
  'closer of another kind': balanced(oneOf(replacing(/\)(?=[^()]*$)/g, ']'), replacing(/\](?=[^[\]]*$)/g, ')'))),
  'a closer too many': closerBelow(balanced(replacing(/\)(?=[^()]*$)/g, '))'))),
  'missing comma': replacing(/(?<=[\w)\]"%]), (?=[\w[])/g, ' '),
  'semicolon for a comma': replacing(/(?<=[\w)\]"%]), (?=[\w[])/g, '; '),
  'missing brace': lineBelow(
    within(/^ *(?:model|loss|train|evaluate|block|pipeline|study)\b.*\{$/, replacing(/ \{$/g, '')),
  ),
  'wrong unit': oneOf(replacing(/(\d)px/g, '$1deg'), replacing(/(\d)%/g, '$1px'), replacing(/(\d) epochs?/g, '$1px')),
  'missing unit': oneOf(
    replacing(/(\d)px/g, '$1'),
    replacing(/(\d)%/g, '$1'),
    replacing(/(?<!patience = \d+)(?<=\d) epochs?/g, ''),
  ),
  'value out of range': oneOf(
    replacing(/\b(probability = )50%/g, '$1150%'),
    replacing(/\b(lr = )1e-/g, '$1-1e-'),
    replacing(/\b(patches = )1\b/g, '$10'),
    replacing(/\b(epochs +=) \d+/g, '$1 0'),
    replacing(/\b(batch = )\d+/g, '$10'),
    replacing(/\b(kernel = )3/g, '$10'),
    replacing(/\b(window = )11/g, '$1-11'),
    replacing(/\b(held_out\()10%/g, '$1110%'),
    replacing(/\b(patience = )10/g, '$10'),
  ),
  'text for a number': oneOf(
    replacing(
      /\b((?:seed|kernel|gamma|window|hidden|width|keep|lr|factor|patches|batch|channels) = )([\d.e-]+)(?=[,)]|$)/g,
      '$1"$2"',
    ),
    replacing(/(?<=\b(?:max_pool|upsample)\()2/g, '"2"'),
  ),
  'number for a word': replacing(/\b((?:resize|targets|faults|scale|init|bias_init) = )\w+/g, '$13'),
  'misspelt value': replacing(
    /\b((?:resize|targets|faults|scale|init|bias_init|inputs) = )([a-z]\w*)/g,
    (_all, before = '', word = '') => before + swapped(word),
  ),
  'other channels': oneOf(
    replacing(/\bl2\(recon, clean\)/g, 'l2(seg.mask, clean)'),
    replacing(/\bssim\(recon, clean/g, 'ssim(seg.mask, clean'),
    replacing(/\bfocal\(seg\.mask/g, 'focal(recon'),
    replacing(/\bsoftmax\(seg\.mask\)/g, 'softmax(recon)'),
    replacing(/\bimage_max\(anomaly_map\)/g, 'image_max(seg.mask)'),
    replacing(/(?<=pixel .*)\bauroc\(anomaly_map\)/g, 'auroc(score)'),
  ),
  'unknown domain': replacing(/\b(source|targets)(?=\.)/g, (word) => `${word}_b`),
  'unknown split': replacing(/\b((?:source|targets)\.)test\b/g, '$1training'),
  'unknown field': oneOf(
    replacing(/\bseg\.mask\b/g, 'seg.masks'),
    replacing(/\bseg\.features\b/g, 'seg.feature_maps'),
    replacing(/\bval\.auroc\b/g, 'val.auc'),
  ),
  'swapped arguments': oneOf(
    replacing(/\bfocal\((seg\.mask), (fault_mask)/g, 'focal($2, $1'),
    replacing(/([\d.]+(?:px)?) \.\. ([\d.]+(?:px)?)/g, '$2 .. $1'),
    replacing(/\bconv2d\((\w+), (kernel = \d)/g, 'conv2d($2, $1'),
    replacing(/\bdense\((\d+), (init = \w+)/g, 'dense($2, $1'),
  ),
  'one equals sign in a comparison': replacing(/ == /g, ' = '),
  'two equals signs in a binding': within(/^ +\w+ += /, (line) => [{ line: line.replace(/ = /, ' == ') }]),
  'colon for an equals sign': within(/^ +\w+ += /, (line) => [{ line: line.replace(/ = /, ': ') }]),
  'missing value': within(/^ +\w+ += [^({[,]*$/, (line) => [{ line: line.replace(/ = .*$/, ' =') }]),
  'missing operand': replacing(/(?<=\w |\) )(\+|\*) [\w.]+$/g, '$1'),
  'missing quote': replacing(/"(?=[^"]*$)/g, ''),
  'apostrophes for quotes': replacing(/"([^"]*)"/g, "'$1'"),
  'misspelt keyword': misspelt(
    /^ *(?:import|pipeline|block|enum|study)(?= )|(?<=^ +)(?:param|return|expect|vary)(?= )/g,
  ),
  'misspelt section': misspelt(/(?<=^ +)(?:model|loss|train|evaluate)(?= \{)/g),
  'misspelt type': oneOf(
    misspelt(/(?<=: )(?:map|int|float|logits|segmentation|severity_head)\b/g),
    misspelt(/(?<=-> )(?:map|logits|value|segmentation)\b/g),
  ),
  'index out of range': replacing(/\[anomaly\]/g, '[2]'),
  'hash for a comment': replacing(/\/\/(?!\/)/g, '#'),
  'missing dot': replacing(/ \.\. /g, ' . '),
  'arrow for a pipe': replacing(/\|>/g, '->'),
  'deleted line': deleted,
}
