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
  domainMissing: define<{ name: string; root: string; there: readonly string[]; suggestion?: string }>({
    code: 'D121',
    name: 'domain-missing',
    severity: 'error',
    allowable: false,
    message: ({ name, root, suggestion }) =>
      `there is no domain \`${name}\` in ${root}${suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`}`,
    label: () => 'no such directory',
    help: ({ there, root, suggestion }) =>
      suggestion !== undefined
        ? `Write \`${suggestion}\`.`
        : there.length === 0
          ? `No domain is there: ${root} has no directory with \`train/good\` or \`test\`.`
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
      `a batch of ${batch} is never full: ${images} training images${heldOut === 0 ? '' : ` (${heldOut} held out)`} make no step`,
    label: ({ images }) => `${images} images are there`,
    help: ({ images }) =>
      images > 0
        ? `Set \`batch\` to at most ${images}, or \`drop_last = false\`.`
        : 'Add images, or hold out a smaller share.',
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
