import { basename } from 'node:path'
import { define } from '../define.js'

const shown = 5

/** The first of many names, and how many more there are. */
function listed(names: readonly string[]): string {
  const first = names.slice(0, shown).map((name) => `\`${name}\``)
  return names.length > shown ? `${first.join(', ')} and ${names.length - shown} more` : first.join(', ')
}

const shape = (sides: readonly number[]): string => `[${sides.join(', ')}]`

export const weightsDiagnostics = {
  unusable: define<{ file: string; problem: string }>({
    code: 'D137',
    name: 'weights-unusable',
    severity: 'error',
    allowable: false,
    message: ({ file, problem }) => `no weights can be read from \`${basename(file)}\`: ${problem}`,
    label: () => 'not usable',
    help: ({ file }) =>
      `It is looked for at ${file}, and must be safetensors, or a state dict that \`torch.save\` wrote: \`torch.save(model.state_dict(), "weights.pth")\` makes one with nothing else in it.`,
  }),
  missing: define<{
    file: string
    missing: readonly string[]
    prefix: string
    there: readonly string[]
    /** Nothing of the block is in the file by these names. */
    isElsewhere: boolean
    /** Names by which fewer are missing. */
    better?: string | undefined
  }>({
    code: 'D138',
    name: 'weights-missing',
    severity: 'error',
    allowable: false,
    message: ({ file, missing }) => `\`${basename(file)}\` lacks ${listed(missing)}`,
    label: ({ missing }) => `${missing.length === 1 ? 'one weight' : `${missing.length} weights`} not found`,
    help: ({ there, prefix, isElsewhere, better }) =>
      better !== undefined
        ? `Write \`names = ${better}\`: so the file calls them.`
        : isElsewhere
          ? `It has ${listed(there)}: say how these names begin (\`prefix = "..."\`${prefix === '' ? '' : `, here "${prefix}"`}) and whose they are (\`names = draem\`, \`names = torchvision\`).`
          : 'Call the bindings of the block as the file calls its modules, or take the weights of a network of the same form.',
  }),
  misshapen: define<{
    file: string
    misshapen: readonly { tensor: string; found: readonly number[]; wanted: readonly number[] }[]
  }>({
    code: 'D139',
    name: 'weights-of-another-shape',
    severity: 'error',
    allowable: false,
    message: ({ file, misshapen }) => {
      const [first] = misshapen
      const rest = misshapen.length > 1 ? `, and ${misshapen.length - 1} more of other shapes` : ''
      return first === undefined
        ? ''
        : `\`${first.tensor}\` of \`${basename(file)}\` is ${shape(first.found)}, and the block needs ${shape(first.wanted)}${rest}`
    },
    label: () => 'other sizes',
    help: ({ misshapen }) =>
      `Give the block the channels that the file has: ${listed(misshapen.map(({ tensor, found }) => `${tensor} ${shape(found)}`))}.`,
  }),
  surplus: define<{ file: string; surplus: readonly string[] }>({
    code: 'D140',
    name: 'weights-left-out',
    severity: 'warning',
    allowable: true,
    message: ({ file, surplus }) => `the block has no place for ${listed(surplus)} of \`${basename(file)}\``,
    label: ({ surplus }) => `${surplus.length === 1 ? 'one tensor is' : `${surplus.length} tensors are`} not used`,
    help: () =>
      'They are left out. Give the block what they belong to, or a `prefix` that they do not begin with; where that is meant: `allow D140 because "..."`.',
  }),
  frozenAtRandom: define<{ binding: string; count: number }>({
    code: 'D141',
    name: 'frozen-at-random',
    severity: 'warning',
    allowable: true,
    message: ({ binding, count }) =>
      `${count === 1 ? 'one parameter' : `${count} parameters`} of \`${binding}\` ${count === 1 ? 'is' : 'are'} frozen as drawn at random: no file gives ${count === 1 ? 'it' : 'them'}`,
    label: () => 'neither trained nor read from a file',
    help: () =>
      'Give the block its weights, `frozen(weights("FILE", BLOCK))`, or take the `frozen` away; where random features are meant: `allow D141 because "..."`.',
  }),
} as const
