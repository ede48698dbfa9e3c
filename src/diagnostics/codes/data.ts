import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

/** As a `.draem` file has the name of a directory. */
const asWritten = (name: string): string => (/^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name))
const plural = (part: string): string => (part === 'category' ? 'categories' : `${part}s`)

export const dataDiagnostics = {
  rootMissing: define<{ path: string; isFile: boolean }>({
    code: 'D120',
    name: 'data-root-missing',
    severity: 'error',
    allowable: false,
    message: ({ path, isFile }) =>
      isFile ? `the root \`${path}\` is a file, not a directory` : `the root \`${path}\` is not there`,
    label: ({ isFile }) => (isFile ? 'a file' : 'no such directory'),
    help: () =>
      'Paths in a file are relative to that file, on the command line to the working directory. `draemc data hdmap-example DIR` writes example data.',
  }),
  domainMissing: define<{
    name: string
    part: string
    root: string
    there: readonly string[]
    suggestion?: string | undefined
    /** A directory that has the domain, and where it is seen from the root. */
    instead?: string
    where?: 'above' | 'below'
  }>({
    code: 'D121',
    name: 'domain-missing',
    severity: 'error',
    allowable: false,
    message: ({ name, part, root, suggestion, where }) =>
      `there is no ${part} \`${name}\` in ${root}${where === 'above' ? `, which is a ${part} itself` : ''}${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`,
    label: ({ part, where }) => (where === undefined ? 'no such directory' : `the ${plural(part)} are ${where}`),
    help: ({ there, part, root, suggestion, instead }) =>
      instead !== undefined
        ? `The ${plural(part)} are in ${instead}: name that directory.`
        : suggestion !== undefined
          ? `Write \`${asWritten(suggestion)}\`.`
          : there.length === 0
            ? `There is no other directory with \`train/good\` or \`test\` in ${root}.`
            : `The ${plural(part)} there are ${listed(there)}.`,
  }),
  directoryMissing: define<{ domain: string; part: string; directory: string; what: string; there: readonly string[] }>(
    {
      code: 'D122',
      name: 'domain-incomplete',
      severity: 'error',
      allowable: false,
      message: ({ domain, part, directory, what }) => `the ${part} \`${domain}\` has no \`${directory}\`: ${what}`,
      label: ({ directory }) => `without ${directory}`,
      help: ({ directory, part, there }) =>
        `Put the images into \`${directory}\`${there.length === 0 ? '' : `; the ${part} has ${listed(there)}`}.`,
    },
  ),
  noImages: define<{ domain: string; part: string; directory: string; others: readonly string[]; readable: string }>({
    code: 'D123',
    name: 'no-images',
    severity: 'error',
    allowable: false,
    message: ({ domain, part, directory }) => `\`${directory}\` of the ${part} \`${domain}\` has no images`,
    label: () => 'no images',
    help: ({ others, readable }) =>
      others.length === 0
        ? `Put ${readable} files there.`
        : `Images are ${readable} files of the directory itself; it has ${others.join(', ')}.`,
  }),
  batchTooLarge: define<{ batch: number; images: number; heldOut: number }>({
    code: 'D124',
    name: 'batch-larger-than-data',
    severity: 'error',
    allowable: false,
    message: ({ batch, images, heldOut }) =>
      images === 0
        ? `no image is left to train on: validation holds out ${heldOut === 1 ? 'the only one' : `all ${heldOut}`}`
        : `a batch of ${batch} is never full: ${images} training images${heldOut === 0 ? '' : ` (${heldOut} held out)`} make no step`,
    label: ({ images }) => (images === 0 ? 'nothing is left' : `${images} images are there`),
    help: ({ images }) =>
      images > 0
        ? `Set \`batch\` to at most ${images}, or \`drop_last = false\`.`
        : 'Add images, or hold out a smaller share.',
  }),
  severitiesMissing: define<LabelsMissing>({
    code: 'D126',
    name: 'severities-missing',
    severity: 'warning',
    allowable: true,
    message: (facts) => withoutLabels(facts, 'measured severities', 'severity'),
    label: ({ domains }) => (domains.length > 0 ? 'will be empty there' : 'over a part of the images'),
    help: () =>
      'Put them into `test/severity.csv` of the domain, with the columns `image` and `severity`, or take the metric out.',
  }),
  masksMissing: define<LabelsMissing>({
    code: 'D125',
    name: 'masks-missing',
    severity: 'warning',
    allowable: true,
    message: (facts) => withoutLabels(facts, 'masks', 'mask'),
    label: ({ domains }) => (domains.length > 0 ? 'will be empty there' : 'over a part of the images'),
    help: () => 'Put masks into `ground_truth/fault/<image>_mask.png` of the domain, or take the metric out.',
  }),
  unreadable: define<{ path: string; why: string }>({
    code: 'D128',
    name: 'data-unreadable',
    severity: 'error',
    allowable: false,
    message: ({ path, why }) => `\`${path}\` ${why}`,
    label: () => 'cannot be read whole',
    help: () => 'Correct the link, the permissions or the path, or take it out of the data.',
  }),
  testSetMissing: define<{ set: string; why: string; domain: string }>({
    code: 'D129',
    name: 'test-set-incomplete',
    severity: 'warning',
    allowable: true,
    message: ({ set, why }) => `${set}: ${why}`,
    label: () => 'nothing to measure there',
    help: ({ domain }) =>
      `Put normal images into \`${domain}/test/good\` and faulty ones into \`${domain}/test/fault\`; training needs neither.`,
  }),
  leftOut: define<{ directory: string; first: readonly string[]; count: number; rule: string }>({
    code: 'D130',
    name: 'data-left-out',
    severity: 'warning',
    allowable: true,
    message: ({ directory, first, count }) =>
      `${directory === '.' ? 'the root' : `\`${directory}\``} of the data holds what is not read: ${someOf(first, count)}`,
    label: ({ count }) => (count === 1 ? 'one name is left out' : `${count} names are left out`),
    help: ({ rule }) => `${sentence(rule)}; move or convert what belongs to the data.`,
  }),
  lossyImages: define<{ count: number; of: number; first: string }>({
    code: 'D131',
    name: 'lossy-images',
    severity: 'warning',
    allowable: true,
    message: ({ count, of, first }) =>
      count === of
        ? `all ${of} images are JPEG (\`${first}\` is the first): lossy, so that small faults may be blurred or made up`
        : `${count} of ${of} images ${count === 1 ? 'is' : 'are'} JPEG (\`${first}\` is the first): lossy, and a network can tell them from the others`,
    label: () => 'has lossy images',
    help: () => 'Use the files that they were made from, where they are to be had.',
  }),
  masksDoNotFit: define<{ directory: string; files: readonly string[]; why: string }>({
    code: 'D132',
    name: 'masks-do-not-fit',
    severity: 'error',
    allowable: false,
    message: ({ files, why }) => `${someOf(files.slice(0, 3).map(quoted), files.length)} ${why}`,
    label: () => 'masks and images do not fit',
    help: ({ directory }) => `Name one mask an image, after it: \`${directory}/IMAGE_mask.png\`.`,
  }),
  badTable: define<{ file: string; line: number; message: string; help: string; others: readonly number[] }>({
    code: 'D133',
    name: 'bad-table',
    severity: 'error',
    allowable: false,
    message: ({ file, line, message, others }) =>
      `line ${line} of \`${file}\` ${message}${others.length === 0 ? '' : `; ${others.length === 1 ? 'line' : 'lines'} ${someOf(others.slice(0, 5).map(String), others.length)}, too`}`,
    label: () => 'its table is wrong',
    help: ({ help }) => `${sentence(help)}.`,
  }),
  noSuchFold: define<{ count: number; fold: number; images?: number }>({
    code: 'D143',
    name: 'no-such-fold',
    severity: 'error',
    allowable: false,
    message: ({ count, fold, images }) =>
      images === undefined
        ? `there is no fold ${fold} of ${count}`
        : `fold ${fold} of ${count} has no image: there ${images === 1 ? 'is 1' : `are ${images}`} to train on`,
    label: ({ count, images }) => (images === undefined ? `from 1 to ${count}` : 'nothing to validate on'),
    help: ({ count, images }) =>
      images === undefined
        ? `Folds count from 1: choose one up to ${count}, or more parts.`
        : images < 2
          ? 'Add images.'
          : `Choose at most ${images} parts.`,
  }),
  noValidation: define<{ where: string; help: string }>({
    code: 'D146',
    name: 'no-validation-images',
    severity: 'error',
    allowable: false,
    message: ({ where }) => `${where} sets no image apart for validation`,
    label: () => 'nothing to validate on',
    help: ({ help }) => `${help} Or hold out training images: \`validation = held_out(10%)\`.`,
  }),
  otherBands: define<{ count: number; most: number }>({
    code: 'D145',
    name: 'number-of-bands',
    severity: 'error',
    allowable: false,
    message: ({ count, most }) =>
      most === 1
        ? `${count} bands of each file are read, and a pipeline of 1 channel takes one`
        : `${count} bands of each file are read, and an image has one or three`,
    label: ({ count }) => `${count} bands`,
    help: ({ most }) =>
      most === 1 ? 'Choose one, or set `channels = 3`.' : 'Choose one or three of them: `bands = [1]`.',
  }),
} as const

/** A metric and the domains where it is empty, or leaves faulty images out: `images` are the first of `count`. */
interface LabelsMissing {
  readonly metric: string
  readonly domains: readonly string[]
  readonly partly?: { readonly images: readonly string[]; readonly count: number; readonly of: number }
}

function withoutLabels({ metric, domains, partly }: LabelsMissing, needed: string, one: string): string {
  const empty = domains.length === 0 ? [] : [`${listed(domains)} ${domains.length === 1 ? 'has' : 'have'} none`]
  return `\`${metric}\` needs ${needed}, and ${[...empty, ...(partly === undefined ? [] : [withoutOne(partly, one)])].join('; ')}`
}

function withoutOne({ images, count, of }: NonNullable<LabelsMissing['partly']>, one: string): string {
  const [have, are] = count === 1 ? ['has', 'is'] : ['have', 'are']
  return `${count} of ${of} faulty images ${have} no ${one} and ${are} left out: ${someOf(images.map(quoted), count)}`
}

/** `a, b and 3 more`. */
function someOf(first: readonly string[], count: number): string {
  return first.join(', ') + (count > first.length ? ` and ${count - first.length} more` : '')
}

function quoted(name: string): string {
  return `\`${name}\``
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
