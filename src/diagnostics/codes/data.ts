import { define } from '../define.js'

const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

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
    root: string
    there: readonly string[]
    suggestion?: string
    /** A directory that has the domain, and where it is seen from the root. */
    instead?: string
    where?: 'above' | 'below'
  }>({
    code: 'D121',
    name: 'domain-missing',
    severity: 'error',
    allowable: false,
    message: ({ name, root, suggestion, where }) =>
      `there is no domain \`${name}\` in ${root}${where === 'above' ? ', which is a domain itself' : ''}${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`,
    label: ({ where }) => (where === undefined ? 'no such directory' : `the domains are ${where}`),
    help: ({ there, root, suggestion, instead }) =>
      instead !== undefined
        ? `The domains are in ${instead}: name that directory.`
        : suggestion !== undefined
          ? `Write \`${suggestion}\`.`
          : there.length === 0
            ? `There is no other directory with \`train/good\` or \`test\` in ${root}.`
            : `The domains there are ${listed(there)}.`,
  }),
  directoryMissing: define<{ domain: string; directory: string; what: string; there: readonly string[] }>({
    code: 'D122',
    name: 'domain-incomplete',
    severity: 'error',
    allowable: false,
    message: ({ domain, directory, what }) => `the domain \`${domain}\` has no \`${directory}\`: ${what}`,
    label: ({ directory }) => `without ${directory}`,
    help: ({ directory, there }) =>
      `Put the images into \`${directory}\`${there.length === 0 ? '' : `; the domain has ${listed(there)}`}.`,
  }),
  noImages: define<{ domain: string; directory: string; others: readonly string[] }>({
    code: 'D123',
    name: 'no-images',
    severity: 'error',
    allowable: false,
    message: ({ domain, directory }) => `\`${directory}\` of the domain \`${domain}\` has no images`,
    label: () => 'no images',
    help: ({ others }) =>
      others.length === 0
        ? 'Put .png, .tif or .tiff files there.'
        : `Images are .png, .tif or .tiff files; it has ${listed(others)}.`,
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
  severitiesMissing: define<{ metric: string; domains: readonly string[] }>({
    code: 'D126',
    name: 'severities-missing',
    severity: 'warning',
    allowable: true,
    message: ({ metric, domains }) =>
      `\`${metric}\` needs measured severities, and ${listed(domains)} ${domains.length === 1 ? 'has' : 'have'} none`,
    label: () => 'will be empty there',
    help: () =>
      'Put them into `test/severity.csv` of the domain, with the columns `image` and `severity`, or take the metric out.',
  }),
  masksMissing: define<{ metric: string; domains: readonly string[] }>({
    code: 'D125',
    name: 'masks-missing',
    severity: 'warning',
    allowable: true,
    message: ({ metric, domains }) =>
      `\`${metric}\` needs masks, and ${listed(domains)} ${domains.length === 1 ? 'has' : 'have'} none`,
    label: () => 'will be empty there',
    help: () => 'Put masks into `ground_truth/fault/<image>_mask.png` of the domain, or take the metric out.',
  }),
} as const
