import { define } from '../define.js'

const didYouMean = (suggestion: string | undefined): string =>
  suggestion === undefined ? '' : `; did you mean \`${suggestion}\`?`
const listed = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ')

export const namesDiagnostics = {
  unknownName: define<{
    what: string
    name: string
    suggestion?: string | undefined
    known?: readonly string[]
    from?: string
  }>({
    code: 'D020',
    name: 'unknown-name',
    severity: 'error',
    allowable: false,
    message: ({ what, name, suggestion }) => `there is no ${what} \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'not known here',
    help: ({ suggestion, known, what, name, from }) =>
      from !== undefined
        ? `Add \`import "${from}"\`, which declares it.`
        : suggestion !== undefined
          ? `Write \`${suggestion}\`.`
          : known !== undefined && known.length > 0 && known.length <= 24
            ? `Known here: ${listed(known)}.`
            : `Declare the ${what} \`${name}\`, or import the file that does.`,
  }),
  duplicateName: define<{
    what: string
    name: string
    of: string
    /** The name says what it is, so that another one would mean something else. */
    isFixed?: boolean
  }>({
    code: 'D021',
    name: 'duplicate-name',
    severity: 'error',
    allowable: false,
    message: ({ what, name, of, isFixed }) =>
      `the ${what} \`${name}\` ${isFixed === true ? 'is there twice' : `has the name of ${of}`}`,
    label: ({ isFixed }) => (isFixed === true ? 'there before' : 'second use of the name'),
    help: ({ isFixed }) => (isFixed === true ? 'Remove one of the two.' : 'Give one of the two another name.'),
  }),
  unusedBinding: define<{ what: string; name: string; of?: string }>({
    code: 'D022',
    name: 'unused-name',
    severity: 'warning',
    allowable: true,
    message: ({ what, name, of }) => `the ${what} \`${name}\`${of === undefined ? '' : ` of \`${of}\``} is not used`,
    label: () => 'nothing reads it',
    help: ({ name }) => `Remove \`${name}\`, or use it.`,
  }),
  importNotFound: define<{
    path: string
    file: string
    /** Why a file that is there cannot be read. */
    reason?: string
  }>({
    code: 'D023',
    name: 'import-not-found',
    severity: 'error',
    allowable: false,
    message: ({ path, reason }) =>
      reason === undefined ? `the import "${path}" names no file` : `the import "${path}" cannot be read: ${reason}`,
    label: ({ file, reason }) => (reason === undefined ? `${file} is not there` : `names ${file}`),
    help: () => 'Import the library as "std/draem", other files by their path from this file: "./heads".',
  }),
  importCycle: define<{ chain: readonly string[] }>({
    code: 'D024',
    name: 'import-cycle',
    severity: 'error',
    allowable: false,
    message: ({ chain }) => `this import leads back to its own file: ${chain.join(' -> ')}`,
    help: () => 'Move what both files need to a third one.',
  }),
  unknownField: define<{
    name: string
    of: string
    fields: readonly string[]
    suggestion?: string | undefined
    help?: string | undefined
  }>({
    code: 'D025',
    name: 'unknown-field',
    severity: 'error',
    allowable: false,
    message: ({ name, of, suggestion }) => `${of} has no field \`${name}\`${didYouMean(suggestion)}`,
    label: () => 'no such field',
    help: ({ fields, suggestion, of, help }) =>
      help !== undefined
        ? help
        : suggestion !== undefined
          ? `Write \`${suggestion}\`.`
          : fields.length > 0
            ? `Its fields are ${listed(fields)}.`
            : `Use ${of} without a field: it is not a record.`,
  }),
  cyclicBinding: define<{ name: string; chain: readonly string[] }>({
    code: 'D026',
    name: 'cyclic-binding',
    severity: 'error',
    allowable: false,
    message: ({ name, chain }) =>
      chain.length <= 2
        ? `\`${name}\` is defined by itself`
        : `\`${name}\` is defined by itself: ${chain.join(' -> ')}`,
    help: () => 'Break the circle: the value of a binding cannot depend on itself.',
  }),
  unknownPath: define<{ path: string; what: string; suggestion?: string | undefined }>({
    code: 'D027',
    name: 'unknown-path',
    severity: 'error',
    allowable: false,
    message: ({ path, what, suggestion }) =>
      `${what} \`${path}\`, which the pipeline does not have${didYouMean(suggestion)}`,
    label: () => 'names no param, setting or binding',
    help: ({ suggestion }) =>
      suggestion === undefined
        ? 'Name a param, or a setting by its path: `data.batch`, `train.epochs`, `model.score`.'
        : `Write \`${suggestion}\`.`,
  }),
  missingPart: define<{ what: string; example: string }>({
    code: 'D028',
    name: 'missing-part',
    severity: 'error',
    allowable: false,
    message: ({ what }) => `the pipeline has no ${what}`,
    help: ({ example }) => `Add ${example}.`,
  }),
  hiddenImport: define<{ name: string; from: string }>({
    code: 'D029',
    name: 'hidden-import',
    severity: 'warning',
    allowable: false,
    message: ({ name, from }) => `\`${name}\` hides the \`${name}\` of ${from}`,
    label: () => 'this one is used',
    help: () => 'Give it a name of its own, so that a reader knows which of the two is meant.',
  }),
} as const
